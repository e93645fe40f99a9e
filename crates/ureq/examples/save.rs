//! Saves what a stream has archived between two times as one file that plays.
//!
//! ```sh
//! cargo run --example save -- door 2026-11-24T10:00:00Z 2026-11-24T10:05:00Z door.mkv
//! ```
#![forbid(unsafe_code)]
#![allow(clippy::print_stderr, reason = "a command speaks to a person")]

use std::error::Error;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use kvs_ureq::Client;
use kvs_ureq::archive::{ExportOptions, Selection, TimestampOrigin};
use kvs_ureq::mkv::{Writer, WriterOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [stream, from, to, file] = words.as_slice() else {
        return Err("save STREAM FROM TO FILE".into());
    };
    let range = (from.parse()?, to.parse()?);
    let selection = Selection::between(stream, TimestampOrigin::Producer, range.0, range.1);
    let mut download = Client::from_env()?.download(selection, ExportOptions::default());
    let mut file = File::create(file)?;
    let mut writer = Writer::new(WriterOptions::default());
    for fragment in &mut download {
        writer.write(&fragment?)?;
        for piece in writer.take_output() {
            file.write_all(&piece)?;
        }
    }
    let tail = writer.finish();
    for piece in tail.pieces {
        file.write_all(&piece)?;
    }
    for patch in tail.patches {
        file.seek(SeekFrom::Start(patch.offset))?;
        file.write_all(&patch.bytes)?;
    }
    for missing in &download.report().missing {
        eprintln!("missing: {missing:?}");
    }
    Ok(())
}
