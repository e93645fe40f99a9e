//! Standard output.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use kvs_archive::mkv::{self, Bytes, Form, Fragment, Gaps, Writer, WriterOptions};
use kvs_mp4::WriteError;

use super::{Delivery, Hole, Rejected, Sink};
use crate::args::Format;
use crate::exit::{Failure, say};

pub(super) type Pipe = BufWriter<StdoutLock<'static>>;

/// One file that plays as it comes.
#[derive(Debug)]
struct Streamed {
    writer: Writer,
    pipe: Pipe,
}

/// An MP4 that plays as it comes.
#[derive(Debug)]
struct Fragmented {
    writer: kvs_mp4::Writer,
    pipe: Pipe,
}

/// The bytes as the service sent them.
#[derive(Debug)]
struct Raw(Pipe);

pub(super) fn open(format: Format, gaps: Gaps) -> Result<Box<dyn Sink>, Failure> {
    if format == Format::Fragments {
        return Err(Failure::usage(
            "--format fragments needs a folder; give its name with -o",
        ));
    }
    let pipe = stdout()?;
    Ok(match format {
        Format::Raw => Box::new(Raw(pipe)),
        Format::Mp4 => {
            let options = kvs_mp4::WriterOptions {
                form: kvs_mp4::Form::Fragmented,
                gaps,
            };
            Box::new(Fragmented {
                writer: kvs_mp4::Writer::new(options),
                pipe,
            })
        }
        Format::Mkv | Format::Fragments => {
            let options = WriterOptions {
                form: Form::Streamed,
                gaps,
                ..WriterOptions::default()
            };
            Box::new(Streamed {
                writer: Writer::new(options),
                pipe,
            })
        }
    })
}

/// Standard output, if it is no terminal.
pub(super) fn stdout() -> Result<Pipe, Failure> {
    let stdout = io::stdout();
    if stdout.is_terminal() {
        return Err(Failure::usage(
            "-o - writes to a pipe, but standard output is a terminal; add | ffplay - or > FILE",
        ));
    }
    Ok(BufWriter::new(stdout.lock()))
}

pub(super) fn rejected(why: WriteError) -> Rejected {
    match why {
        WriteError::Fragment(mkv::WriteError::TracksChanged(change)) => {
            Rejected::Output(Failure::new(format_args!(
                "{change} from here on, and a pipe takes one file only; use -o FILE, which makes \
                 as many as it takes"
            )))
        }
        why => Rejected::Fragment(why),
    }
}

impl Sink for Streamed {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        let written = self.writer.write(fragment);
        written.map_err(|why| rejected(why.into()))?;
        Ok(send(&mut self.pipe, &self.writer.take_output())?)
    }

    fn finish(mut self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        send(&mut self.pipe, &self.writer.finish().pieces)?;
        Ok(delivered(holes))
    }
}

impl Sink for Fragmented {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        self.writer.write(fragment).map_err(rejected)?;
        Ok(send(&mut self.pipe, &self.writer.take_output())?)
    }

    fn finish(mut self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        let tail = self.writer.finish().map_err(Failure::new)?;
        send(&mut self.pipe, &tail.pieces)?;
        Ok(delivered(holes))
    }
}

impl Sink for Raw {
    fn write(&mut self, fragment: &Fragment) -> Result<(), Rejected> {
        Ok(send(&mut self.0, &fragment.raw)?)
    }

    fn finish(self: Box<Self>, holes: &[Hole]) -> Result<Delivery, Failure> {
        Ok(delivered(holes))
    }
}

/// Players wait for what is held back.
pub(super) fn send(pipe: &mut Pipe, pieces: &[Bytes]) -> Result<(), Failure> {
    let mut pieces = pieces.iter();
    let written = pieces.try_for_each(|piece| pipe.write_all(piece));
    let flushed = written.and_then(|()| pipe.flush());
    flushed.map_err(|error| Failure::stdout(&error).unfinished())
}

/// A pipe has nothing beside it that could name the holes.
pub(super) fn delivered(holes: &[Hole]) -> Delivery {
    for hole in holes {
        say(format_args!("missing: {hole}"));
    }
    Delivery {
        name: "standard output".to_owned(),
        size: None,
        sequels: Vec::new(),
        contents: Vec::new(),
        holes: None,
    }
}
