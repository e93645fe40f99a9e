//! Frames in, pictures out.

use std::{fmt, mem};

use bytes::Bytes;
use openh264::OpenH264API;
use openh264::decoder::{DecodedYUV, Decoder, DecoderConfig, Flush};

use crate::encode::encode;
use crate::{Error, Form, Unit};

/// Decodes the pictures of an H.264 track.
///
/// Each frame has a mark of the caller's own, with which its picture comes back: the picture may be
/// that of an earlier frame, since the decoder keeps pictures until those shown before them are there.
pub struct Stills<T> {
    decoder: Decoder,
    form: Form,
    /// Frames whose pictures have not come, by the time at which they are shown: the decoder gives
    /// pictures in that order, and at most one for each frame that it takes.
    waiting: Vec<Waiting<T>>,
    lost: Vec<T>,
}

/// A frame whose picture has not come.
struct Waiting<T> {
    shown: i64,
    mark: Option<T>,
}

impl<T> fmt::Debug for Stills<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stills")
            .field("form", &self.form)
            .field("waiting", &self.waiting.len())
            .finish_non_exhaustive()
    }
}

impl<T> Stills<T> {
    /// Pictures that are written like this.
    ///
    /// # Errors
    /// Where the decoder does not start.
    pub fn new(form: Form) -> Result<Self, Error> {
        Ok(Self {
            decoder: decoder()?,
            form,
            waiting: Vec::new(),
            lost: Vec::new(),
        })
    }

    /// Decodes a frame; the pictures that come of it may be those of earlier ones. Without a mark
    /// it is decoded for the sake of those that refer to it, and no picture is written.
    ///
    /// # Errors
    /// Where the decoder does not start anew.
    pub fn push(&mut self, unit: Unit<'_>, mark: Option<T>) -> Result<Vec<(T, Bytes)>, Error> {
        let mut pictures = Vec::new();
        // Nothing refers to what came before.
        if unit.is_idr() {
            pictures = self.flush()?;
        }
        let shown = unit.shown;
        let at = self
            .waiting
            .partition_point(|waiting| waiting.shown <= shown);
        self.waiting.insert(at, Waiting { shown, mark });
        match self.decoder.decode(unit.data) {
            Ok(Some(picture)) => {
                let earliest = self.waiting.drain(..1);
                write(
                    earliest,
                    &[picture],
                    self.form,
                    &mut pictures,
                    &mut self.lost,
                );
            }
            Ok(None) => {}
            // Such as one whose reference was in a fragment that is not there.
            Err(_) => self.lost.extend(self.waiting.remove(at).mark),
        }
        Ok(pictures)
    }

    /// The pictures that are still in the decoder. It has no references afterwards, so this is for
    /// where a sequence ends: OpenH264 gives up those that it flushes.
    ///
    /// # Errors
    /// Where the decoder does not start anew.
    pub fn flush(&mut self) -> Result<Vec<(T, Bytes)>, Error> {
        let mut pictures = Vec::new();
        if self.waiting.is_empty() {
            return Ok(pictures);
        }
        let left = self.decoder.flush_remaining().unwrap_or_default();
        let count = left.len().min(self.waiting.len());
        let earliest = self.waiting.drain(..count);
        write(earliest, &left, self.form, &mut pictures, &mut self.lost);
        let without = self.waiting.drain(..);
        self.lost.extend(without.filter_map(|waiting| waiting.mark));
        self.decoder = decoder()?;
        Ok(pictures)
    }

    /// The marks of frames that no picture has come of, since this was last asked.
    pub fn take_lost(&mut self) -> Vec<T> {
        mem::take(&mut self.lost)
    }
}

/// Writes the pictures of marked frames. One that is too large for its format is lost.
fn write<T>(
    frames: impl Iterator<Item = Waiting<T>>,
    decoded: &[DecodedYUV<'_>],
    form: Form,
    pictures: &mut Vec<(T, Bytes)>,
    lost: &mut Vec<T>,
) {
    for (frame, picture) in frames.zip(decoded) {
        let Some(mark) = frame.mark else { continue };
        match encode(picture, form) {
            Some(file) => pictures.push((mark, file)),
            None => lost.push(mark),
        }
    }
}

/// One that keeps pictures until those shown before them are there. Flushing after each frame
/// would take the references of frames that are shown between others.
fn decoder() -> Result<Decoder, Error> {
    let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
    let decoder = Decoder::with_api_config(OpenH264API::from_source(), config);
    decoder.map_err(|error| Error::Decoder(error.to_string()))
}
