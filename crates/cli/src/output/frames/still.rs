//! Pictures, decoded.

use std::fmt;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageResult};
use kvs_archive::mkv::{Bytes, Frame, Track};
use kvs_mp4::{Elementary, WriteError};
use openh264::OpenH264API;
use openh264::decoder::{DecodedYUV, Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;

use crate::args::Stills;
use crate::exit::Failure;

/// Of a hundred; what cameras use.
const JPEG_QUALITY: u8 = 90;

/// Decodes the pictures of a track.
pub(super) struct Still {
    elementary: Elementary,
    decoder: Decoder,
    format: Stills,
    /// Frames whose pictures have not come, by the time at which they are shown: decoders give
    /// pictures in that order.
    pending: Vec<Frame>,
    undecoded: u64,
}

impl fmt::Debug for Still {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Still")
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// Whether there is a decoder.
#[expect(
    clippy::unnecessary_wraps,
    reason = "without the feature there is none"
)]
pub(super) fn check() -> Result<(), Failure> {
    Ok(())
}

impl Still {
    /// # Errors
    /// Where the codec cannot be decoded.
    pub(super) fn new(
        track: &Track,
        elementary: Elementary,
        format: Stills,
    ) -> Result<Self, Failure> {
        let number = track.number;
        match elementary.extension() {
            "h264" => {}
            "mjpeg" => {
                return Err(Failure::new(format_args!(
                    "the pictures of track {number} are JPEG already; use --stills jpg"
                )));
            }
            _ => {
                return Err(Failure::new(format_args!(
                    "track {number} ({}) cannot be decoded here, only H.264 and Motion JPEG can; \
                     write it with --split, and decode that with another program, such as ffmpeg",
                    track.codec_id
                )));
            }
        }
        let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
        let decoder = Decoder::with_api_config(OpenH264API::from_source(), config);
        Ok(Self {
            elementary,
            decoder: decoder.map_err(Failure::new)?,
            format,
            pending: Vec::new(),
            undecoded: 0,
        })
    }

    /// Decodes a frame; the pictures that come of it may be those of earlier ones.
    pub(super) fn push(&mut self, frame: &Frame) -> Result<Vec<(Frame, Bytes)>, WriteError> {
        let unit = self.elementary.frame(frame)?.concat();
        let at = self
            .pending
            .partition_point(|pending| pending.timestamp <= frame.timestamp);
        self.pending.insert(at, frame.clone());
        Ok(match self.decoder.decode(&unit) {
            Ok(Some(picture)) => {
                let image = encode(&picture, self.format);
                self.pair(vec![image])
            }
            Ok(None) => Vec::new(),
            // Such as one whose reference was in a fragment that is not there.
            Err(_) => {
                self.pending.remove(at);
                self.undecoded = self.undecoded.saturating_add(1);
                Vec::new()
            }
        })
    }

    /// The pictures that are still in the decoder.
    pub(super) fn flush(&mut self) -> Vec<(Frame, Bytes)> {
        let format = self.format;
        let pictures = self.decoder.flush_remaining().unwrap_or_default();
        let images = pictures.iter().map(|picture| encode(picture, format));
        let images = images.collect();
        let paired = self.pair(images);
        let left = u64::try_from(self.pending.len()).unwrap_or(u64::MAX);
        self.undecoded = self.undecoded.saturating_add(left);
        self.pending.clear();
        paired
    }

    /// How many frames no picture has come of.
    pub(super) fn undecoded(&self) -> u64 {
        self.undecoded
    }

    pub(super) fn extension(&self) -> &'static str {
        match self.format {
            Stills::Jpg => "jpg",
            Stills::Png => "png",
        }
    }

    /// Images with the frames that they are of: the earliest that are waiting.
    fn pair(&mut self, images: Vec<Option<Bytes>>) -> Vec<(Frame, Bytes)> {
        let count = images.len().min(self.pending.len());
        let frames = self.pending.drain(..count);
        let pairs: Vec<_> = frames.zip(images).collect();
        let lost = pairs.iter().filter(|(_, image)| image.is_none()).count();
        let lost = u64::try_from(lost).unwrap_or(u64::MAX);
        self.undecoded = self.undecoded.saturating_add(lost);
        let whole = pairs.into_iter();
        whole
            .filter_map(|(frame, image)| Some((frame, image?)))
            .collect()
    }
}

/// A picture as a file; `None` for one that is too large for its format.
fn encode(picture: &DecodedYUV<'_>, format: Stills) -> Option<Bytes> {
    let (width, height) = picture.dimensions();
    let mut pixels = vec![0; width.checked_mul(height)?.checked_mul(3)?];
    picture.write_rgb8(&mut pixels);
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    write(&pixels, width, height, format).ok().map(Bytes::from)
}

fn write(pixels: &[u8], width: u32, height: u32, format: Stills) -> ImageResult<Vec<u8>> {
    let mut file = Vec::new();
    let color = ExtendedColorType::Rgb8;
    match format {
        Stills::Jpg => JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY)
            .write_image(pixels, width, height, color)?,
        Stills::Png => PngEncoder::new(&mut file).write_image(pixels, width, height, color)?,
    }
    Ok(file)
}
