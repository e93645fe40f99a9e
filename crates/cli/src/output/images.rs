//! A folder with a file for each image of the service.

use std::ffi::OsStr;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kvs_archive::api::archived_media::{Image, ImageError};
use serde::Serialize;

use super::indexed::Indexed;
use super::target::Kind;
use super::{Delivery, Hole, Target, pending, publish};
use crate::args::Stills;
use crate::exit::{Failure, one_line};

/// What tells of which moment each image is.
const INDEX: &str = "images.jsonl";

/// Images on their way into a folder.
#[derive(Debug)]
pub(crate) struct ImageFolder {
    target: Target,
    folder: Indexed,
    format: Stills,
    /// Whether one moment without an image is one too many.
    strict: bool,
    count: u64,
    holes: Vec<Hole>,
}

/// An image as a line of JSON.
#[derive(Debug, Serialize)]
struct Line<'a> {
    file: &'a str,
    bytes: u64,
    /// The moment that it is of.
    time: &'a str,
}

impl ImageFolder {
    /// # Errors
    /// When the folder exists and may not be replaced, or cannot be written.
    pub(crate) fn create(
        path: &Path,
        format: Stills,
        (overwrite, strict): (bool, bool),
    ) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Err(Failure::usage(
                "images need a folder; give its name with -o",
            ));
        }
        let target = Target::check(path, Kind::Folder, overwrite)?;
        Ok(Self {
            folder: Indexed::create(target.clone(), INDEX)?,
            target,
            format,
            strict,
            count: 0,
            holes: Vec::new(),
        })
    }

    /// Writes an image, or notes why there is none.
    pub(crate) fn add(&mut self, image: &Image) -> Result<(), Failure> {
        let time = image.time_stamp.map(|at| at.to_string());
        let time = time.ok_or_else(|| Failure::new("the service sends an image without a time"))?;
        let content = match (&image.image_content, &image.error) {
            (Some(content), None) => STANDARD.decode(content).map_err(|_| "it is not Base64"),
            (_, Some(ImageError::NoMedia)) => Err("nothing is stored for that moment (NO_MEDIA)"),
            (_, Some(ImageError::MediaError)) => Err("what is stored gives no image (MEDIA_ERROR)"),
            (_, Some(other)) => Err(other.as_str()),
            (None, None) => Err("the service sends none"),
        };
        match content {
            Ok(content) => self.write(&time, &content),
            Err(why) => self.miss(Hole::no_image(&time, &one_line(why))),
        }
    }

    fn write(&mut self, time: &str, content: &[u8]) -> Result<(), Failure> {
        let extension = match self.format {
            Stills::Jpg => "jpg",
            Stills::Png => "png",
        };
        let name = format!("{}.{extension}", in_name(time));
        let written = pending::write_file(&self.folder.path(&name), content);
        written.map_err(|error| self.folder.unwritable(&name, &error))?;
        self.count = self.count.saturating_add(1);
        self.folder.add(&Line {
            file: &name,
            bytes: content.len() as u64,
            time,
        })
    }

    fn miss(&mut self, hole: Hole) -> Result<(), Failure> {
        if self.strict {
            return Err(Failure::new(format_args!(
                "{}; without --strict the other images are delivered",
                hole.reason
            )));
        }
        self.holes.push(hole);
        Ok(())
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Puts the folder under its name, and beside it the list of moments without an image.
    pub(crate) fn finish(self) -> Result<Delivery, Failure> {
        if self.count == 0 {
            let why = self.holes.first().map(|hole| hole.reason.as_str());
            return Err(Failure::new(why.unwrap_or("there are no images")));
        }
        Ok(Delivery {
            name: self.target.path().display().to_string(),
            size: None,
            sequels: Vec::new(),
            contents: Vec::new(),
            holes: publish(&self.target, vec![self.folder.seal()?], &self.holes)?,
        })
    }
}

/// A moment as part of a file's name: no system minds its characters, and names are in the order of
/// moments.
fn in_name(time: &str) -> String {
    let name = time.replace(['-', ':'], "");
    match name.strip_suffix('Z').filter(|_| !name.contains('.')) {
        Some(whole) => format!("{whole}.000Z"),
        None => name,
    }
}

/// Whether a folder of images has a file of that name.
pub(super) fn is_ours(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let stem = name.strip_suffix(".jpg").or(name.strip_suffix(".png"));
    let is_time = |stem: &str| {
        let day = stem.get(..8).unwrap_or_default();
        day.bytes().filter(u8::is_ascii_digit).count() == 8
            && stem.get(8..9) == Some("T")
            && stem.ends_with('Z')
    };
    name == INDEX || stem.is_some_and(is_time)
}
