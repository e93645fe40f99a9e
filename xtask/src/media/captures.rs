//! What the service once sent, loaded into the emulator and fetched again.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::probe::{self, Packets};
use super::{Bench, Complaints, Emulator};
use crate::{Failure, process};

/// What begins a Matroska file, and each fragment that the service sends.
const HEADER: [u8; 4] = [0x1A, 0x45, 0xDF, 0xA3];
/// What begins the frames within it.
const CLUSTER: [u8; 4] = [0x1F, 0x43, 0xB6, 0x75];

/// What a fragment keeps on its way through the service.
const KEPT: [&str; 6] = [
    "number",
    "server_timestamp",
    "producer_timestamp",
    "frames",
    "keyframes",
    "state",
];

/// The Matroska files of a folder, in the order of their names.
pub(super) fn find(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "mkv") {
            files.push(path.canonicalize()?);
        }
    }
    files.sort();
    Ok(files)
}

pub(super) fn check(source: &Path, name: &str, bench: &Bench) -> Result<Complaints, Failure> {
    let bytes = fs::read(source)?;
    let pieces = pieces(&bytes);
    let expected = whole(&pieces, &bench.folder.join(format!("{name}-piece.mkv")))?;
    let mut complaints = Complaints::new();
    let emulator = Emulator::load(bench, source)?;
    let fetch = |suffix: &str, options: &[&str]| {
        let output = bench.folder.join(format!("{name}-{suffix}"));
        let mut kvs = bench.kvs();
        kvs.args(["--endpoint-url", &emulator.url, "get", "cam", "-o"])
            .arg(&output);
        process::output(kvs.args(options)).map(|_| output)
    };

    let blocking = fetch("ureq.mkv", &["--transport", "ureq"])?;
    let asynchronous = fetch("hyper.mkv", &["--transport", "hyper"])?;
    if fs::read(&blocking)? != fs::read(&asynchronous)? {
        complaints.push("ureq and hyper give different files".to_owned());
    }
    if !expected.is_empty() {
        complaints.extend(difference(&expected, &probe::packets(&blocking)?));
    }
    let raw = inspect(bench, &fetch("raw.mkv", &["--format", "raw"])?)?;
    complaints.extend(drift("file", &raw, &inspect(bench, &blocking)?));
    // An ordinary file has nothing that tells fragments from each other.
    if contains(&bytes, b"AWS_KINESISVIDEO_FRAGMENT_NUMBER") {
        complaints.extend(drift("raw file", &inspect(bench, source)?, &raw));
        if raw.len() != pieces.len() {
            let (found, cut) = (raw.len(), pieces.len());
            complaints.push(format!("kvs inspect finds {found} fragments, not {cut}"));
        }
    }
    Ok(complaints)
}

/// Whether there is something to play in a file.
pub(super) fn has_frames(file: &Path) -> Result<bool, Failure> {
    Ok(contains(&fs::read(file)?, &CLUSTER))
}

/// Where two tell different things of a fragment.
pub(super) fn drift(what: &str, expected: &[String], found: &[String]) -> Option<String> {
    let index = first_difference(expected, found)?;
    let none = "nothing".to_owned();
    let [before, after] = [expected, found].map(|list| list.get(index).unwrap_or(&none));
    Some(format!(
        "fragment {index} of the {what} is {after}, not {before}"
    ))
}

/// The packets of all pieces, read one by one: no player reads past the first with certainty.
fn whole(pieces: &[&[u8]], scratch: &Path) -> Result<Packets, Failure> {
    let mut whole = Packets::new();
    for piece in pieces.iter().filter(|piece| contains(piece, &CLUSTER)) {
        fs::write(scratch, piece)?;
        for (stream, packets) in probe::packets(scratch)? {
            whole.entry(stream).or_default().extend(packets);
        }
    }
    Ok(whole)
}

/// A capture cut in front of each header. Chance may write one into a picture; the number of
/// pieces would then not be that of the fragments.
pub(super) fn pieces(bytes: &[u8]) -> Vec<&[u8]> {
    let mut starts: Vec<usize> = bytes
        .windows(HEADER.len())
        .enumerate()
        .filter(|(_, window)| *window == HEADER)
        .map(|(at, _)| at)
        .collect();
    starts.push(bytes.len());
    starts
        .iter()
        .zip(starts.iter().skip(1))
        .filter_map(|(start, end)| bytes.get(*start..*end))
        .collect()
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// What `kvs inspect` says of each fragment, as far as it has to stay the same.
fn inspect(bench: &Bench, file: &Path) -> Result<Vec<String>, Failure> {
    let json = process::output(bench.kvs().args(["inspect", "--json"]).arg(file))?;
    let lines = serde_json::Deserializer::from_slice(&json).into_iter::<Value>();
    lines.map(|line| kept(&line?)).collect()
}

fn kept(fragment: &Value) -> Result<String, Failure> {
    let fields = KEPT.map(|key| match fragment.get(key) {
        Some(value) => Ok(format!("{key} {value}")),
        None => Err(format!("kvs inspect tells no {key} of a fragment")),
    });
    let fields: Vec<String> = fields.into_iter().collect::<Result<_, _>>()?;
    Ok(fields.join(", "))
}

/// How the packets of a file differ from those of its source, at the first place they do.
pub(super) fn difference(expected: &Packets, found: &Packets) -> Option<String> {
    for (stream, expected) in expected {
        let Some(found) = found.get(stream) else {
            return Some(format!("stream {stream} is missing"));
        };
        if let Some(index) = first_difference(expected, found) {
            let (expected, found) = (expected.len(), found.len());
            return Some(format!(
                "stream {stream} has {found} packets, not {expected}, and differs from {index} on"
            ));
        }
    }
    let more = found
        .keys()
        .find(|stream| !expected.contains_key(*stream))?;
    Some(format!("stream {more} comes from nowhere"))
}

/// The first index at which two lists are not the same, and one may have ended.
fn first_difference(left: &[String], right: &[String]) -> Option<usize> {
    (0..left.len().max(right.len())).find(|index| left.get(*index) != right.get(*index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_are_cut_before_each_header() {
        let one = [&HEADER[..], b"a"].concat();
        let two = [&HEADER[..], b"bc"].concat();
        let both = [one.as_slice(), two.as_slice()].concat();
        assert_eq!(pieces(&both), [one, two]);
        assert!(pieces(b"no header").is_empty());
    }

    #[test]
    fn differences_are_named() {
        let packets = |digests: &[&str]| {
            let digests = digests.iter().map(|digest| (*digest).to_owned()).collect();
            Packets::from([("0".to_owned(), digests)])
        };
        let whole = packets(&["a", "b"]);
        assert_eq!(difference(&whole, &whole), None);
        assert_eq!(
            difference(&whole, &packets(&["a"])).unwrap(),
            "stream 0 has 1 packets, not 2, and differs from 1 on"
        );
        assert_eq!(
            difference(&whole, &packets(&["b", "a"])).unwrap(),
            "stream 0 has 2 packets, not 2, and differs from 0 on"
        );
        assert_eq!(
            difference(&whole, &Packets::new()).unwrap(),
            "stream 0 is missing"
        );
        assert_eq!(
            difference(&Packets::new(), &whole).unwrap(),
            "stream 0 comes from nowhere"
        );
    }

    #[test]
    fn fragments_are_told_by_what_they_keep() {
        let mut fragment = serde_json::json!({
            "number": "91", "server_timestamp": "1.002", "producer_timestamp": "1.001",
            "frames": 3, "keyframes": 1, "state": "complete", "offset": 0,
        });
        assert_eq!(
            kept(&fragment).unwrap(),
            "number \"91\", server_timestamp \"1.002\", producer_timestamp \"1.001\", \
             frames 3, keyframes 1, state \"complete\""
        );
        fragment.as_object_mut().unwrap().remove("number");
        assert!(kept(&fragment).is_err());
    }
}
