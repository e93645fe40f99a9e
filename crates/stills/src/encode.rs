//! Pictures as files.

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::{FilterType, resize};
use image::{ExtendedColorType, ImageEncoder, ImageResult, RgbImage};
use openh264::decoder::DecodedYUV;
use openh264::formats::YUVSource;

use crate::{Form, Format, Size};

/// The longest side of a picture: twice that of the largest cameras.
const LONGEST: u32 = 8_192;

/// A picture as a file; `None` for one that is too large for its format.
pub(crate) fn encode(picture: &DecodedYUV<'_>, form: Form) -> Option<Bytes> {
    let (width, height) = picture.dimensions();
    let mut pixels = vec![0; width.checked_mul(height)?.checked_mul(3)?];
    picture.write_rgb8(&mut pixels);
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    let own = RgbImage::from_raw(width, height, pixels)?;
    let (width, height) = form.size.of(width, height)?;
    let sized = if own.dimensions() == (width, height) {
        own
    } else {
        resize(&own, width, height, FilterType::Triangle)
    };
    write(&sized, form.format).ok().map(Bytes::from)
}

impl Size {
    /// The width and height that a picture of this width and height comes to; `None` for none, and
    /// for more than any is to have: proportions may be extreme.
    fn of(self, width: u32, height: u32) -> Option<(u32, u32)> {
        let size = match self {
            Self::Own => (width, height),
            Self::Exactly { width, height } => (width, height),
            Self::High(high) => {
                let scaled = u64::from(width).checked_mul(high.into())?;
                let half = u64::from(height) / 2;
                let wide = scaled.checked_add(half)?.checked_div(height.into())?;
                (u32::try_from(wide).ok()?.max(1), high)
            }
        };
        let fits = |side: u32| (1..=LONGEST).contains(&side);
        (fits(size.0) && fits(size.1)).then_some(size)
    }
}

fn write(picture: &RgbImage, format: Format) -> ImageResult<Vec<u8>> {
    let mut file = Vec::new();
    let (width, height) = picture.dimensions();
    let color = ExtendedColorType::Rgb8;
    match format {
        Format::Jpeg { quality } => JpegEncoder::new_with_quality(&mut file, quality.clamp(1, 100))
            .write_image(picture, width, height, color)?,
        Format::Png => PngEncoder::new(&mut file).write_image(picture, width, height, color)?,
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proportions_stay_where_only_the_height_is_given() {
        for (own, high, expected) in [
            ((320, 180), 90, (160, 90)),
            ((320, 180), 360, (640, 360)),
            ((4_096, 2), 1, (2_048, 1)),
            ((1, 2_160), 1, (1, 1)),
            ((3, 2), 1, (2, 1)),
        ] {
            assert_eq!(Size::High(high).of(own.0, own.1), Some(expected));
        }
    }

    #[test]
    fn no_size_is_beyond_bounds() {
        for (size, width, height) in [
            (Size::High(1), 320, 0),
            (Size::High(0), 320, 180),
            (Size::High(2_160), 4_096, 2),
            (Size::High(u32::MAX), u32::MAX, 1),
            (Size::Own, 8_193, 1),
        ] {
            assert_eq!(size.of(width, height), None, "{size:?} of {width}x{height}");
        }
    }
}
