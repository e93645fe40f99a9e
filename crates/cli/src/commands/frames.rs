//! `kvs frames`.

use std::path::{Path, is_separator};

use kvs_archive::ExportOptions;
use kvs_archive::mkv::Fragments;

use super::input::Input;
use super::selection::wanted;
use super::{get, remux};
use crate::args::{By, Frames, Global, Which};
use crate::exit::{Failure, Outcome};
use crate::output::{self, Choice, Layout};
use crate::source;

pub(super) fn run(frames: &Frames, global: &Global) -> Result<Outcome, Failure> {
    let choice = Choice {
        tracks: frames.track.clone(),
        keyframes: frames.keyframes,
        pictures: frames.keyframes || frames.stills.is_some(),
    };
    let is_pipe = frames.output.as_os_str() == "-";
    let layout = Layout {
        split: frames.split || (frames.keyframes && !is_pipe),
        stills: frames.stills,
        gaps: frames.gaps.into(),
        strict: frames.strict,
    };
    let open = || output::open_frames(&frames.output, choice, layout, frames.overwrite);
    match Source::of(frames, global)? {
        Source::File(file) => {
            let input = Input::open(file)?;
            remux::rewrite(input, Fragments::new(), open()?, frames.strict)
        }
        Source::Stream(stream) => {
            let selection = wanted(stream, &frames.which)?;
            let options = ExportOptions {
                attempts: source::attempts()?,
                ..ExportOptions::default()
            };
            let spool = output::spool(&frames.output);
            get::deliver(selection, (options, spool), open()?, frames.strict, global)
        }
    }
}

/// What a person means by a word.
#[derive(Debug, PartialEq, Eq)]
enum Source<'a> {
    File(&'a Path),
    Stream(&'a str),
}

impl<'a> Source<'a> {
    fn of(frames: &'a Frames, global: &Global) -> Result<Self, Failure> {
        let file = frames.source.as_path();
        let Some(name) = file.to_str().filter(|name| !is_path(name)) else {
            let shown = file.display();
            return match chooses_fragments(&frames.which) {
                false => Ok(Self::File(file)),
                true => Err(Failure::usage(format_args!(
                    "{shown} is a file, and --from, --to, --by and --fragments are for streams; \
                     leave them out"
                ))),
            };
        };
        let is_stream = name.starts_with("arn:") || global.emulator;
        let is_stream = is_stream || chooses_fragments(&frames.which);
        Ok(match !is_stream && file.is_file() {
            true => Self::File(file),
            false => Self::Stream(name),
        })
    }
}

/// Whether a word can only be the name of a file.
fn is_path(word: &str) -> bool {
    const MEDIA: [&str; 5] = ["mkv", "mka", "webm", "raw", "mp4"];
    let has_extension = |known: &&str| {
        let extension = Path::new(word).extension();
        extension.is_some_and(|extension| extension.eq_ignore_ascii_case(known))
    };
    let is_arn = word.starts_with("arn:");
    word == "-" || (!is_arn && (word.contains(is_separator) || MEDIA.iter().any(has_extension)))
}

fn chooses_fragments(which: &Which) -> bool {
    let range = &which.range;
    let has_ends = range.from.is_some() || range.to.is_some();
    has_ends || range.by != By::default() || which.fragments.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        for file in ["-", "door.mkv", "a/door", "./door", "DOOR.MKV", "x.raw"] {
            assert!(is_path(file), "{file}");
        }
        let arn = "arn:aws:kinesisvideo:us-east-1:123456789012:stream/door/1";
        for stream in ["door", "door.front", arn] {
            assert!(!is_path(stream), "{stream}");
        }
    }
}
