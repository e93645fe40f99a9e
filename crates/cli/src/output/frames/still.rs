//! Pictures, decoded.

use kvs_archive::mkv::{Bytes, Track};
use kvs_mp4::Elementary;
use kvs_stills::{Error, Form, Format, Size, Unit};

use super::located::Located;
use crate::args::Stills;
use crate::exit::Failure;

/// Of a hundred; what cameras use.
const JPEG_QUALITY: u8 = 90;

/// Decodes the pictures of a track.
#[derive(Debug)]
pub(super) struct Still {
    stills: kvs_stills::Stills<Located>,
    format: Stills,
}

/// Whether there is a decoder.
pub(super) fn check() -> Result<(), Failure> {
    match kvs_stills::IS_BUILT {
        true => Ok(()),
        false => Err(failure(&Error::NotBuilt)),
    }
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::NotBuilt => Failure::usage(
            "this kvs was built without its decoder; `cargo install kvs-cli --features stills` \
             builds one with it, or write --split and decode with another program",
        ),
        error => Failure::new(error),
    }
}

impl Still {
    /// # Errors
    /// Where the codec cannot be decoded.
    pub(super) fn new(
        track: &Track,
        elementary: &Elementary,
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
        let form = Form {
            format: match format {
                Stills::Jpg => Format::Jpeg {
                    quality: JPEG_QUALITY,
                },
                Stills::Png => Format::Png,
            },
            size: Size::Own,
        };
        let stills = kvs_stills::Stills::new(form).map_err(|error| failure(&error))?;
        Ok(Self { stills, format })
    }

    /// Decodes a frame in Annex B; the pictures that come of it may be those of earlier ones.
    pub(super) fn push(
        &mut self,
        frame: Located,
        data: &[u8],
    ) -> Result<Vec<(Located, Bytes)>, Failure> {
        let shown = frame.frame.timestamp;
        let pictures = self.stills.push(Unit { shown, data }, Some(frame));
        pictures.map_err(|error| failure(&error))
    }

    /// The pictures that are still in the decoder, for where a sequence ends.
    pub(super) fn flush(&mut self) -> Result<Vec<(Located, Bytes)>, Failure> {
        self.stills.flush().map_err(|error| failure(&error))
    }

    /// The frames that no picture has come of.
    pub(super) fn take_lost(&mut self) -> Vec<Located> {
        self.stills.take_lost()
    }

    pub(super) fn extension(&self) -> &'static str {
        match self.format {
            Stills::Jpg => "jpg",
            Stills::Png => "png",
        }
    }
}
