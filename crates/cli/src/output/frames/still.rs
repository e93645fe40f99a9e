//! Pictures, decoded.

use std::{fmt, mem};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageResult};
use kvs_archive::mkv::{Bytes, Track};
use kvs_mp4::Elementary;
use openh264::decoder::{DecodedYUV, Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;
use openh264::{OpenH264API, nal_units};

use super::located::Located;
use crate::args::Stills;
use crate::exit::Failure;

/// Of a hundred; what cameras use.
const JPEG_QUALITY: u8 = 90;

/// Decodes the pictures of a track.
pub(super) struct Still {
    decoder: Decoder,
    format: Stills,
    /// Frames whose pictures have not come, by the time at which they are shown: the decoder gives
    /// pictures in that order, and at most one for each frame that it takes.
    waiting: Vec<Located>,
    lost: Vec<Located>,
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
        Ok(Self {
            decoder: decoder()?,
            format,
            waiting: Vec::new(),
            lost: Vec::new(),
        })
    }

    /// Decodes a frame in Annex B; the pictures that come of it may be those of earlier ones.
    pub(super) fn push(
        &mut self,
        frame: Located,
        unit: &[u8],
    ) -> Result<Vec<(Located, Bytes)>, Failure> {
        let mut pictures = Vec::new();
        // Nothing refers to what came before.
        if frame.frame.keyframe && is_idr(unit) {
            pictures = self.flush()?;
        }
        let shown = frame.frame.timestamp;
        let at = self
            .waiting
            .partition_point(|waiting| waiting.frame.timestamp <= shown);
        self.waiting.insert(at, frame);
        match self.decoder.decode(unit) {
            Ok(Some(picture)) => {
                let image = encode(&picture, self.format);
                pictures.extend(self.pair(vec![image]));
            }
            Ok(None) => {}
            // Such as one whose reference was in a fragment that is not there.
            Err(_) => {
                let lost = self.waiting.remove(at);
                self.lost.push(lost);
            }
        }
        Ok(pictures)
    }

    /// The pictures that are still in the decoder. It has no references afterwards, so this is for
    /// where a sequence ends: OpenH264 gives up those that it flushes.
    pub(super) fn flush(&mut self) -> Result<Vec<(Located, Bytes)>, Failure> {
        if self.waiting.is_empty() {
            return Ok(Vec::new());
        }
        let format = self.format;
        let pictures = self.decoder.flush_remaining().unwrap_or_default();
        let images = pictures.iter().map(|picture| encode(picture, format));
        let images = images.collect();
        let paired = self.pair(images);
        self.lost.append(&mut self.waiting);
        self.decoder = decoder()?;
        Ok(paired)
    }

    /// The frames that no picture has come of.
    pub(super) fn take_lost(&mut self) -> Vec<Located> {
        mem::take(&mut self.lost)
    }

    pub(super) fn extension(&self) -> &'static str {
        match self.format {
            Stills::Jpg => "jpg",
            Stills::Png => "png",
        }
    }

    /// Images with the frames that they are of: the earliest that are waiting.
    fn pair(&mut self, images: Vec<Option<Bytes>>) -> Vec<(Located, Bytes)> {
        let count = images.len().min(self.waiting.len());
        let mut pairs = Vec::new();
        for (frame, image) in self.waiting.drain(..count).zip(images) {
            match image {
                Some(image) => pairs.push((frame, image)),
                None => self.lost.push(frame),
            }
        }
        pairs
    }
}

/// One that keeps pictures until those shown before them are there. Flushing after each frame
/// would take the references of frames that are shown between others.
fn decoder() -> Result<Decoder, Failure> {
    let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
    Decoder::with_api_config(OpenH264API::from_source(), config).map_err(Failure::new)
}

/// Whether decoding begins afresh at a frame.
fn is_idr(unit: &[u8]) -> bool {
    const IDR: u8 = 5;
    const START: usize = 3;
    nal_units(unit).any(|unit| unit.get(START).is_some_and(|head| head & 0x1F == IDR))
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
