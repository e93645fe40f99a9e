//! `kvs remux`.

use std::path::Path;

use kvs_archive::mkv::{Damage, Fault, Fragment, Fragments};

use super::input::Input;
use crate::args::{Format, Remux};
use crate::exit::{Failure, Outcome, say};
use crate::output::{self, Options, Rejected, Sink};
use crate::report::Hole;
use crate::report::units::Count;

pub(super) fn run(remux: &Remux) -> Result<Outcome, Failure> {
    let format = remux.format.unwrap_or_else(|| by_name(&remux.output));
    let options = Options {
        format,
        gaps: remux.gaps.into(),
        overwrite: remux.overwrite,
    };
    let input = Input::open(&remux.file)?;
    let sink = output::open(&remux.output, &options)?;
    let fragments = match format {
        Format::Raw => Fragments::new().keeping_raw(),
        Format::Mkv | Format::Mp4 | Format::Fragments => Fragments::new(),
    };
    rewrite(input, fragments, sink, false)
}

/// Takes what is read of a file into a sink, and says what has come of it.
pub(super) fn rewrite(
    mut input: Input<'_>,
    mut fragments: Fragments,
    sink: Box<dyn Sink>,
    strict: bool,
) -> Result<Outcome, Failure> {
    let mut written = Written {
        file: input.file(),
        sink,
        strict,
        fragments: 0,
        holes: Vec::new(),
    };
    while let Some(piece) = input.piece()? {
        fragments.push(piece);
        written.take(&mut fragments)?;
    }
    fragments.finish();
    written.take(&mut fragments)?;
    written.end()
}

fn by_name(output: &Path) -> Format {
    let is_mp4 = |extension: &std::ffi::OsStr| {
        ["mp4", "m4v", "m4a"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    };
    match output.extension() {
        Some(extension) if is_mp4(extension) => Format::Mp4,
        _ => Format::Mkv,
    }
}

/// What has been written so far.
struct Written<'a> {
    file: &'a Path,
    sink: Box<dyn Sink>,
    /// Whether one hole is one too many.
    strict: bool,
    fragments: u64,
    holes: Vec<Hole>,
}

impl Written<'_> {
    fn take(&mut self, fragments: &mut Fragments) -> Result<(), Failure> {
        while let Some(next) = fragments.next_fragment() {
            match next {
                Ok(fragment) => self.write(&fragment)?,
                Err(damage) => self.pass_over(&damage)?,
            }
        }
        Ok(())
    }

    fn write(&mut self, fragment: &Fragment) -> Result<(), Failure> {
        match self.sink.write(fragment) {
            Ok(()) => self.fragments = self.fragments.saturating_add(1),
            Err(Rejected::Fragment(why)) => return self.miss(Hole::unwritable(fragment, &why)),
            Err(Rejected::Output(failure)) => return Err(failure),
        }
        match Hole::of_state(fragment) {
            Some(hole) => self.miss(hole),
            None => Ok(()),
        }
    }

    fn pass_over(&mut self, damage: &Damage) -> Result<(), Failure> {
        if matches!(damage.fault, Fault::NotMatroska(_)) {
            return Err(Failure::new(format_args!(
                "{} is {}; give a Matroska or WebM file",
                self.file.display(),
                damage.fault
            )));
        }
        say(format_args!("warning: {}: {damage}", self.file.display()));
        // Otherwise it is told of the fragment before.
        match damage.skipped > 0 {
            true => self.miss(Hole::damage(damage)),
            false => Ok(()),
        }
    }

    fn miss(&mut self, hole: Hole) -> Result<(), Failure> {
        if self.strict {
            return Err(Failure::new(format_args!(
                "{hole}; without --strict the others are delivered"
            )));
        }
        self.holes.push(hole);
        Ok(())
    }

    fn end(self) -> Result<Outcome, Failure> {
        if self.fragments == 0 {
            let file = self.file.display();
            return Err(match self.holes.first() {
                Some(hole) => Failure::new(format_args!("{file}: {hole}")),
                None => Failure::new(format_args!("{file} holds no fragments")),
            });
        }
        let delivery = self.sink.finish(&self.holes)?;
        say(format_args!(
            "{}: {}",
            delivery.name,
            Count(self.fragments, "fragment")
        ));
        delivery.tell();
        if let Some(list) = &delivery.holes {
            say(format_args!(
                "something is missing; {} tells what, and why",
                list.display()
            ));
        }
        Ok(match self.holes.is_empty() && delivery.holes.is_none() {
            true => Outcome::Whole,
            false => Outcome::Holes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_format() {
        assert_eq!(by_name(Path::new("a/door.MP4")), Format::Mp4);
        assert_eq!(by_name(Path::new("door.m4a")), Format::Mp4);
        for other in ["door.mkv", "mp4", "-"] {
            assert_eq!(by_name(Path::new(other)), Format::Mkv, "{other}");
        }
    }
}
