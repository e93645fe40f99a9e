//! What ffmpeg and mkvtoolnix make of the payload.

use std::fs;

use serde_json::{Value, json};

use super::client::{Answer, Client};
use super::{Bench, Table};
use crate::Failure;
use crate::media::probe;

/// What the demo holds; its README says so.
pub(super) const PACKETS: [(&str, u32); 2] = [("video", 750), ("audio", 1406)];

/// Each fragment is a file of its own: players stop where the next one begins.
pub(super) fn check(
    bench: &Bench,
    clients: &mut [Client],
    fragments: &[Value],
    table: &mut Table,
) -> Result<(), Failure> {
    const OPERATION: &str = "GetMediaForFragmentList";
    let client = clients.first_mut().ok_or("nobody is there to ask")?;
    let folder = bench.folder.join("fragments");
    fs::create_dir_all(&folder)?;
    let mut counts = PACKETS.map(|(kind, _)| (kind, 0));
    for fragment in fragments {
        let file = folder.join("fragment.mkv");
        let input = json!({ "StreamName": "demo", "Fragments": [fragment["FragmentNumber"]] });
        let answer = client.ask(OPERATION, &input, Some(&file))?;
        if let Answer::Error(code) = answer {
            return Err(format!("{OPERATION} is refused: {code}").into());
        }
        for (kind, count) in probe::counts(&file)? {
            let known = counts.iter_mut().find(|(known, _)| *known == kind);
            if let Some((_, sum)) = known {
                *sum += count;
            }
        }
        let warnings = probe::warnings(&file, &folder.join("copy.mkv"))?;
        table.note("mkvtoolnix", OPERATION, none("it warns", &warnings));
        let errors = probe::errors(&file)?;
        let errors: Vec<&str> = errors.lines().collect();
        table.note("ffmpeg", OPERATION, none("it says", &errors));
    }
    let counts = counts.map(|(kind, count)| (kind.to_owned(), count));
    table.note("ffmpeg", OPERATION, whole(&counts));
    let clip = probe::counts(&super::cases::payload(bench, client.name, "GetClip"));
    table.note("ffmpeg", "GetClip", clip.and_then(|counts| whole(&counts)));
    Ok(())
}

/// Whether all of the demo is there.
fn whole(counts: &[(String, u32)]) -> Result<(), Failure> {
    let is_there = |(kind, count): &(&str, u32)| {
        let mut counts = counts.iter();
        counts.any(|(known, found)| known == kind && found == count)
    };
    match counts.len() == PACKETS.len() && PACKETS.iter().all(is_there) {
        true => Ok(()),
        false => Err(format!("{counts:?} packets come, not {PACKETS:?}").into()),
    }
}

fn none<T: AsRef<str>>(what: &str, complaints: &[T]) -> Result<(), Failure> {
    if complaints.is_empty() {
        return Ok(());
    }
    let all: Vec<&str> = complaints.iter().map(AsRef::as_ref).collect();
    Err(format!("{what}: {}", all.join("; ")).into())
}
