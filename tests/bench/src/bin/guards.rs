//! Work whose instructions and allocations `cargo xtask guards` counts.
//!
//! ```text
//! guards JOB TIMES      does it that often, for somebody who counts instructions
//! guards allocations    a line for each job: its name, and its allocations
//! ```
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a command speaks to a person")]

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use kvs_archive::api::archived_media::{GetMediaForFragmentList, ListFragments};
use kvs_archive::api::protocol::http::Response;
use kvs_archive::api::protocol::{Call, Credentials, Head, Operation, Session, Target};
use kvs_archive::mkv::{Bytes, Fragments, Writer, WriterOptions};
use kvs_bench::Recording;

type Failure = Box<dyn Error>;

/// As much as a camera of 2 Mbit/s sends in two seconds.
const RECORDING: Recording = Recording {
    count: 1_000,
    bytes: 500_000,
};
/// What a read of a socket gives at most.
const PIECE: usize = 64 << 10;

/// Makes ready what a job needs, and does it when called.
type Job = (
    &'static str,
    fn() -> Result<Box<dyn FnMut() -> Result<(), Failure>>, Failure>,
);

const JOBS: [Job; 5] = [
    ("sign", || Ok(Box::new(sign(list()?)?))),
    ("sign-1000", || Ok(Box::new(sign(media())?))),
    ("parse-1000", || Ok(Box::new(parse()?))),
    ("decode", || Ok(Box::new(decode()))),
    ("write", || Ok(Box::new(write()?))),
];

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["allocations"] => allocations(),
        [name, times] => {
            let job = JOBS.iter().find(|job| job.0 == *name);
            let mut job = job.ok_or("no such job")?.1()?;
            (0..times.parse()?).try_for_each(|_| job())
        }
        _ => Err("guards JOB TIMES, or guards allocations".into()),
    }
}

fn allocations() -> Result<(), Failure> {
    for (name, make) in JOBS {
        let mut job = make()?;
        // The first time, buffers grow and keys are derived that are kept.
        job()?;
        let mut done = Ok(());
        let counted = allocation_counter::measure(|| done = job());
        done?;
        println!("{name} {}", counted.count_total);
    }
    Ok(())
}

fn list() -> Result<ListFragments, Failure> {
    Ok(ListFragments {
        stream_name: Some("door".to_owned()),
        max_results: Some(1_000),
        ..ListFragments::default()
    })
}

fn media() -> GetMediaForFragmentList {
    GetMediaForFragmentList {
        stream_name: Some("door".to_owned()),
        fragments: Some((0..1_000).map(Recording::number).collect()),
        ..GetMediaForFragmentList::default()
    }
}

fn target<O: Operation>() -> Result<Arc<Target>, Failure> {
    let origin = "https://b-1234abcd.kinesisvideo.eu-west-1.amazonaws.com".parse()?;
    Ok(Arc::new(Target::new(origin, "eu-west-1", O::SERVICE)))
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

/// Builds a request and signs it, all but for what is sent.
fn sign<O: Operation + 'static>(
    operation: O,
) -> Result<impl FnMut() -> Result<(), Failure>, Failure>
where
    O::Error: 'static,
{
    let target = target::<O>()?;
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let mut session = Session::new(7);
    Ok(move || {
        let call = Call::new(black_box(&operation), Arc::clone(&target));
        let call = call.map_err(|_| "cannot be built")?;
        black_box(call.sign(&credentials, &mut session, now()));
        Ok(())
    })
}

/// Reads a page of a listing, from its head on.
fn parse() -> Result<impl FnMut() -> Result<(), Failure>, Failure> {
    let body = RECORDING.listing(0, 1_000);
    let (head, ()) = Response::new(()).into_parts();
    let operation = list()?;
    let target = target::<ListFragments>()?;
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let mut session = Session::new(7);
    Ok(move || {
        let call = Call::new(&operation, Arc::clone(&target))?;
        let (_, waiting) = call.sign(&credentials, &mut session, now());
        let Head::Collect(collect) = waiting.head(head.clone(), &mut session, now())? else {
            return Err("a listing is collected".into());
        };
        black_box(collect.finish(black_box(body.as_bytes()))?);
        Ok(())
    })
}

/// Decodes a fragment after others on the same connection.
fn decode() -> impl FnMut() -> Result<(), Failure> {
    let fragment = Bytes::from(RECORDING.fragment(3));
    let mut fragments = Fragments::new();
    move || {
        let mut rest = fragment.clone();
        while !rest.is_empty() {
            fragments.push(rest.split_to(rest.len().min(PIECE)));
            while let Some(decoded) = fragments.next_fragment() {
                black_box(decoded.map_err(|damage| damage.to_string())?);
            }
        }
        Ok(())
    }
}

/// Writes a fragment after others to the same file.
fn write() -> Result<impl FnMut() -> Result<(), Failure>, Failure> {
    let mut fragments = Fragments::new();
    fragments.push_slice(&RECORDING.fragment(3));
    fragments.finish();
    let fragment = fragments.next_fragment().ok_or("no fragment")?;
    let fragment = fragment.map_err(|damage| damage.to_string())?;
    let mut writer = Writer::new(WriterOptions::default());
    Ok(move || {
        writer.write(black_box(&fragment))?;
        black_box(writer.take_output());
        Ok(())
    })
}
