//! The command line of `kvs images`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;

use super::help::{IMAGES_EXAMPLES, TIMES};
use super::{By, Stills};
use crate::time::{Moment, count, duration};

#[derive(Debug, Args)]
#[command(after_help = format!("{TIMES}\n\n{IMAGES_EXAMPLES}"))]
pub(crate) struct Images {
    /// Name or ARN of the stream
    pub(crate) stream: String,
    /// Moment of the first image
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Moment,
    /// No image of a later moment [default: the first alone]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) to: Option<Moment>,
    /// From image to image, 200ms or more
    #[arg(long, value_name = "LENGTH", default_value = "1s")]
    pub(crate) every: Every,
    /// Whose clock tells the time
    #[arg(long, value_enum, default_value_t, value_name = "WHOM")]
    pub(crate) by: By,
    /// How images are written
    #[arg(long, value_enum, default_value = "jpg", value_name = "FORMAT")]
    pub(crate) format: Stills,
    /// Make them so many pixels high [default: as high as they were recorded]
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(i32).range(1..=2160))]
    pub(crate) height: Option<i32>,
    /// Folder to write
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Replace what stands under the name of the output
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Deliver nothing if there is no image of some moment
    #[arg(long)]
    pub(crate) strict: bool,
}

/// How long it is from image to image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Every {
    pub(crate) millis: i32,
}

/// A text that is no such length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadLength;

impl fmt::Display for BadLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("write a length of 200ms to 24d, such as 500ms, 2s, 5m or 1h")
    }
}

impl std::error::Error for BadLength {}

impl FromStr for Every {
    type Err = BadLength;

    fn from_str(text: &str) -> Result<Self, BadLength> {
        const LEAST: i32 = 200;
        let length = match text.strip_suffix("ms") {
            Some(digits) => count(digits).map(Duration::from_millis),
            None => duration(text),
        };
        let millis = length.and_then(|length| i32::try_from(length.as_millis()).ok());
        let millis = millis.filter(|millis| *millis >= LEAST).ok_or(BadLength)?;
        Ok(Self { millis })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_a_unit() {
        for (text, millis) in [
            ("200ms", 200),
            ("1s", 1_000),
            ("90s", 90_000),
            ("5m", 300_000),
            ("1h", 3_600_000),
            ("24d", 2_073_600_000),
        ] {
            assert_eq!(text.parse(), Ok(Every { millis }), "{text}");
        }
        for bad in [
            "", "s", "1", "199ms", "0s", "-1s", "+1s", "1.5s", "25d", "1w", "é",
        ] {
            assert_eq!(bad.parse::<Every>(), Err(BadLength), "{bad}");
        }
    }
}
