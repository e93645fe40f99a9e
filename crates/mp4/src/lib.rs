//! Fragments of Kinesis Video Streams as MP4, as elementary streams and as WAV, without I/O.
//!
//! - [`Writer`] turns many fragments into one MP4 file, with its index in front or in fragments.
//! - [`Segments`] makes the segments of HLS and DASH, each out of a fragment.
//! - [`Elementary`] turns the frames of one track into a bare H.264, H.265 or AAC stream.
//! - [`Wav`] turns one track of sound, or two that belong together, into a WAV file.
//!
//! # What becomes of each codec
//!
//! | codec | `CodecID` | Matroska | MP4 | frames |
//! | --- | --- | --- | --- | --- |
//! | H.264 | `V_MPEG4/ISO/AVC` | as it is | `avc1` with `avcC`; start codes become lengths | Annex B, parameter sets before each keyframe |
//! | H.265 | `V_MPEGH/ISO/HEVC` | as it is | `hvc1` with `hvcC`; start codes become lengths | Annex B, parameter sets before each keyframe |
//! | Motion JPEG | `V_MJPEG`, `V_MS/VFW/FOURCC` with `MJPG` | as it is | `mp4v` with `esds` | JPEG |
//! | AAC | `A_AAC` | as it is | `mp4a` with `esds` | ADTS |
//! | G.711 A-law | `A_MS/ACM`, format 6 | as it is | `alaw` | WAV, format 6 |
//! | G.711 mu-law | `A_MS/ACM`, format 7 | as it is | `ulaw` | WAV, format 7 |
//! | PCM, integers | `A_PCM/INT/LIT`, `A_PCM/INT/BIG`, `A_MS/ACM`, format 1 | as it is | `ipcm` with `pcmC`; eight bits become signed | WAV, format 1, little-endian |
//! | PCM, floats | `A_PCM/FLOAT/IEEE`, `A_MS/ACM`, format 3 | as it is | `fpcm` with `pcmC` | WAV, format 3 |
//!
//! H.265 needs its configuration record (`hvcC`) in the codec private data for an MP4; all other
//! forms of it are bare streams only. ADTS names thirteen sampling rates and no channel layouts of
//! a stream's own, and WAV ends at 4 GiB; what does not fit is refused by name.
//!
//! # The atoms
//!
//! The atoms are those of [`mp4_atom`]: under the licences of this project, free of unsafe code,
//! released every few weeks, and an encoder of single atoms to which the caller brings the order.
//! `mp4` has had no release for years and wants its output seekable, `re_mp4` reads only, and
//! `muxide` writes from frames to an [`std::io::Write`] of its own accord and brings a command line
//! with it.
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects)]

mod codec;
mod elementary;
mod error;
mod time;
mod writer;

#[cfg(test)]
mod tests;

pub use elementary::{Elementary, Wav};
pub use error::{Problem, WriteError};
pub use kvs_mkv::{Gaps, Patch};
pub use writer::{Form, Segments, Tail, Writer, WriterOptions};
