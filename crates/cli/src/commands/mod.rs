//! What the commands do.

mod emulator;
mod frames;
mod get;
mod images;
mod input;
mod inspect;
mod list;
mod remux;
mod request;
mod selection;
mod stdout;
mod streams;

use crate::args::{Cli, Command};
use crate::exit::{Failure, Outcome};

pub(crate) fn run(cli: &Cli) -> Result<Outcome, Failure> {
    let global = &cli.global;
    match &cli.command {
        Command::Streams(streams) => streams::run(streams, global),
        Command::List(list) => list::run(list, global),
        Command::Get(get) => get::run(get, global),
        Command::Frames(frames) => frames::run(frames, global),
        Command::Images(images) => images::run(images, global),
        Command::Inspect(inspect) => inspect::run(inspect),
        Command::Remux(remux) => remux::run(remux),
        Command::Emulator(emulator) => emulator::run(emulator),
    }
}
