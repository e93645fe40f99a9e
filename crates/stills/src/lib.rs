//! Pictures of H.264, decoded and written as JPEG or PNG, without I/O.
//!
//! Frames go in as Annex B, the way `kvs_mp4::Elementary` writes them, each with a mark of the caller's
//! own; files come out with the marks of the frames that they show. Nothing else is known here: no
//! container, no clock, no file.
//!
//! ```
//! use kvs_stills::{Bytes, Error, Form, Format, Size, Stills, Unit};
//!
//! /// Frames of a track in stored order, with when they are shown, in nanoseconds.
//! fn pictures(frames: &[(i64, Vec<u8>)]) -> Result<Vec<(i64, Bytes)>, Error> {
//!     let mut stills = Stills::new(Form {
//!         format: Format::Jpeg { quality: 90 },
//!         size: Size::Own,
//!     })?;
//!     let mut pictures = Vec::new();
//!     for (shown, data) in frames {
//!         let unit = Unit { shown: *shown, data };
//!         pictures.extend(stills.push(unit, Some(*shown))?);
//!     }
//!     pictures.extend(stills.flush()?);
//!     Ok(pictures)
//! }
//! # assert_eq!(pictures(&[]).is_ok(), kvs_stills::IS_BUILT);
//! ```
//!
//! The decoder is [OpenH264](https://www.openh264.org), in C++. It is built from its source with the
//! feature `decoder`, and only then.
#![forbid(unsafe_code)]
#![warn(clippy::arithmetic_side_effects)]

#[cfg(feature = "decoder")]
mod decoder;
#[cfg(not(feature = "decoder"))]
#[path = "no_decoder.rs"]
mod decoder;
#[cfg(feature = "decoder")]
mod encode;
mod error;

pub use bytes::Bytes;
pub use decoder::Stills;
pub use error::Error;

/// Whether there is a decoder: whether this was built with the feature `decoder`.
pub const IS_BUILT: bool = cfg!(feature = "decoder");

/// What pictures are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The kind of file.
    pub format: Format,
    /// The size of the picture.
    pub size: Size,
}

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Small, and about what was decoded.
    Jpeg {
        /// From 1, the smallest files, to 100, the best pictures; others count as the nearest.
        quality: u8,
    },
    /// Exactly what was decoded.
    Png,
}

/// The size of a picture, in pixels. None is wider or higher than 8,192; a frame whose picture would
/// be is [lost](Stills::take_lost).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// As it was recorded.
    Own,
    /// So high; so wide that its proportions stay.
    High(u32),
    /// So wide and so high, stretched where need be.
    Exactly {
        /// The width.
        width: u32,
        /// The height.
        height: u32,
    },
}

/// A frame as the decoder takes it.
#[derive(Debug, Clone, Copy)]
pub struct Unit<'a> {
    /// When it is shown. Of the unit only the order counts, as long as it is one for all frames.
    pub shown: i64,
    /// Its data in Annex B, with the parameter sets before the first.
    pub data: &'a [u8],
}

impl Unit<'_> {
    /// Whether decoding begins afresh here: no frame from here on refers to one before. The decoder
    /// begins with no other, so what some keyframes are, those with frames that are shown before them
    /// and refer further back, does not do.
    ///
    /// ```
    /// let data = b"\0\0\0\x01\x09\xF0\0\0\x01\x65\x88";
    /// assert!(kvs_stills::Unit { shown: 0, data }.is_idr());
    /// ```
    pub fn is_idr(&self) -> bool {
        const IDR: u8 = 5;
        let mut starts = self.data.windows(4);
        starts.any(|start| matches!(start, [0, 0, 1, head] if head & 0x1F == IDR))
    }
}

#[cfg(test)]
mod tests;
