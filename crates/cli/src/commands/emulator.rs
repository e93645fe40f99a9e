//! `kvs emulator`.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use kvs_emulator::{Builder, Emulator, Faults, Stream};

use super::stdout::Lines;
use crate::args;
use crate::exit::{Failure, Outcome, say};
use crate::report::units::Count;

pub(super) fn run(options: &args::Emulator) -> Result<Outcome, Failure> {
    let mut builder = Emulator::builder().listen(options.listen);
    let mut served = Vec::new();
    for (name, stream) in streams(options)? {
        for warning in stream.warnings() {
            say(format_args!("warning: stream {name}: {warning}"));
        }
        served.push(format!(
            "{name} ({})",
            Count(stream.fragments(), "fragment")
        ));
        builder = builder.stream(name, stream);
    }
    if let Some(rate) = options.rate {
        builder = builder.rate(rate);
    }
    if let Some(folder) = &options.data {
        builder = builder.data(folder);
    }
    if options.tls.is_some() {
        builder = with_tls(builder)?;
    }
    if options.quotas {
        builder = builder.quotas();
    }
    if let Some(file) = &options.faults {
        builder = builder.faults(read_faults(file)?);
    }
    if let Some(file) = &options.log {
        let log = Mutex::new(open_log(file)?);
        builder = builder.log(move |access| {
            // A log that cannot be written is no reason not to serve.
            if let Ok(mut log) = log.lock() {
                let _ = writeln!(log, "{access}");
            }
        });
    }
    let emulator = builder.start().map_err(Failure::new)?;
    #[cfg(feature = "tls")]
    if let (Some(file), Some(authority)) = (&options.tls, emulator.authority()) {
        publish(file, authority)?;
    }
    if let Some(file) = &options.ready_file {
        publish(file, &format!("{}\n", emulator.url()))?;
    }
    let mut out = Lines::new();
    out.text(format_args!("listening on {}", emulator.url()))?;
    out.flush()?;
    if !served.is_empty() {
        say(format_args!("serving {}", served.join(", ")));
    }
    emulator.wait();
    Ok(Outcome::Whole)
}

fn streams(options: &args::Emulator) -> Result<Vec<(String, Stream)>, Failure> {
    if options.load.is_empty() && options.data.is_none() {
        return Ok(vec![("demo".to_owned(), Stream::demo())]);
    }
    let streams = options.load.iter().map(|load| {
        let stream = Stream::from_path(&load.file).map_err(Failure::new)?;
        Ok((load.name.clone(), stream.repeat(load.repeat)))
    });
    streams.collect()
}

fn read_faults(file: &Path) -> Result<Faults, Failure> {
    let json = fs::read_to_string(file);
    let json =
        json.map_err(|error| Failure::io(format_args!("read {}", file.display()), &error))?;
    Faults::from_json(&json).map_err(|bad| Failure::new(format_args!("{}: {bad}", file.display())))
}

fn open_log(file: &Path) -> Result<File, Failure> {
    let opened = OpenOptions::new().create(true).append(true).open(file);
    opened.map_err(|error| Failure::io(format_args!("write {}", file.display()), &error))
}

#[cfg(feature = "tls")]
fn with_tls(builder: Builder) -> Result<Builder, Failure> {
    Ok(builder.tls())
}

#[cfg(not(feature = "tls"))]
fn with_tls(_: Builder) -> Result<Builder, Failure> {
    Err(Failure::new(
        "this kvs cannot speak HTTPS; build one with --features tls",
    ))
}

/// Writes a text to `file`, where it is whole as soon as it is seen.
fn publish(file: &Path, text: &str) -> Result<(), Failure> {
    let mut temporary = file.as_os_str().to_owned();
    temporary.push(".tmp");
    let written = fs::write(&temporary, text);
    written
        .and_then(|()| fs::rename(&temporary, file))
        .map_err(|error| Failure::io(format_args!("write {}", file.display()), &error))
}
