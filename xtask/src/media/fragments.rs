//! What the decoder reads of a capture, against a table and against ffmpeg.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::probe::{self, Packets};
use super::{Bench, Complaints, captures};
use crate::{Failure, process};

const TABLE: &str = include_str!("captures.txt");
const PREFIX: &str = "AWS_KINESISVIDEO_";

/// How a capture is cut: a byte at a time, and twice at random.
const SPLITS: [&str; 3] = ["1", "1..40", "1..20000"];

pub(super) fn check(source: &Path, name: &str, bench: &Bench) -> Result<Complaints, Failure> {
    let whole = read(source, None, bench)?;
    let mut complaints = Complaints::new();
    for split in SPLITS {
        if read(source, Some(split), bench)? != whole {
            complaints.push(format!("pieces of {split} bytes give other fragments"));
        }
    }
    let fragments: Vec<Value> = serde_json::Deserializer::from_str(&whole)
        .into_iter()
        .collect::<Result<_, _>>()?;
    let found: Vec<String> = fragments.iter().map(|f| row(name, f)).collect();
    let expected: Vec<String> = rows(name).map(str::to_owned).collect();
    complaints.extend(captures::drift("capture", &expected, &found));
    complaints.extend(hashes(source, name, &fragments, bench)?);
    complaints.extend(damage(source, bench)?);
    Ok(complaints)
}

/// What is wrong with what is read of a capture that is damaged: a small one at each of its bytes.
fn damage(source: &Path, bench: &Bench) -> Result<Option<String>, Failure> {
    const SMALL: u64 = 32 << 10;
    let size = fs::metadata(source)?.len();
    let (cuts, flips) = match size <= SMALL {
        true => (size.to_string(), "10000"),
        false => ("500".to_owned(), "1000"),
    };
    let mut damage = Command::new(&bench.damage);
    let checked = process::text(damage.arg(source).args([&cuts, flips]));
    Ok(checked.err().map(|failure| failure.to_string()))
}

/// Fragments as lines of JSON.
fn read(source: &Path, split: Option<&str>, bench: &Bench) -> Result<String, Failure> {
    process::text(Command::new(&bench.fragments).arg(source).args(split))
}

fn rows(name: &str) -> impl Iterator<Item = &str> {
    let of = move |row: &&str| row.split(' ').next() == Some(name);
    TABLE.lines().filter(of)
}

/// A fragment as a row of the table. What is amiss with it makes it another row.
fn row(name: &str, fragment: &Value) -> String {
    if let Some(damage) = fragment.get("damage") {
        return format!("{name} damage {damage}");
    }
    let frames = frames(fragment);
    let keyframes = frames
        .iter()
        .filter(|frame| frame.get("keyframe") == Some(&Value::Bool(true)));
    let time = |frame: Option<&Value>| {
        let nanos = frame.and_then(|frame| frame.get("timestamp")?.as_i64());
        nanos.map_or_else(|| "-".to_owned(), |nanos| (nanos / 1_000_000).to_string())
    };
    let number = fragment.get("number").and_then(Value::as_str);
    [
        name.to_owned(),
        number.unwrap_or("-").to_owned(),
        fragment.get("offset").unwrap_or(&Value::Null).to_string(),
        frames.len().to_string(),
        keyframes.count().to_string(),
        time(frames.first()),
        time(frames.last()),
        tags(fragment.get("tags_before")),
        tags(fragment.get("tags_after")),
    ]
    .join(" ")
}

fn frames(fragment: &Value) -> &[Value] {
    let frames = fragment.get("frames").and_then(Value::as_array);
    frames.map_or(&[], Vec::as_slice)
}

fn tags(tags: Option<&Value>) -> String {
    let names = tags.and_then(Value::as_array).into_iter().flatten();
    let names: Vec<String> = names
        .filter_map(|tag| tag.get(0)?.as_str())
        .map(|name| name.replace(PREFIX, "~"))
        .collect();
    match names.is_empty() {
        true => "-".to_owned(),
        false => names.join(","),
    }
}

/// Compares frames with what ffmpeg reads of the pieces that have a header each.
fn hashes(
    source: &Path,
    name: &str,
    fragments: &[Value],
    bench: &Bench,
) -> Result<Complaints, Failure> {
    let bytes = fs::read(source)?;
    let scratch = bench.folder.join(format!("{name}-hashes.mkv"));
    let mut complaints = Complaints::new();
    let mut start = 0;
    for piece in captures::pieces(&bytes) {
        let end = start + piece.len();
        let within = |fragment: &&Value| {
            let offset = fragment.get("offset").and_then(Value::as_u64);
            offset.is_some_and(|offset| (start as u64..end as u64).contains(&offset))
        };
        let mine = packets(fragments.iter().filter(within));
        let theirs = if mine.is_empty() {
            Packets::new()
        } else {
            fs::write(&scratch, piece)?;
            probe::packets(&scratch)?
        };
        if let Some(difference) = captures::difference(&theirs, &mine) {
            complaints.push(format!("from byte {start} on, {difference}"));
        }
        start = end;
    }
    Ok(complaints)
}

/// Digests of frames by the index of their track, as ffprobe writes them.
fn packets<'a>(fragments: impl Iterator<Item = &'a Value>) -> Packets {
    let mut packets = Packets::new();
    for fragment in fragments {
        let tracks = fragment.get("tracks").and_then(Value::as_array);
        for frame in frames(fragment) {
            let stream = tracks.and_then(|tracks| {
                let number = frame.get("track")?;
                tracks.iter().position(|track| track == number)
            });
            let stream = stream.map_or_else(|| "none".to_owned(), |index| index.to_string());
            let hash = frame.get("sha256").and_then(Value::as_str);
            let digest = format!("SHA256:{}", hash.unwrap_or_default());
            packets.entry(stream).or_default().push(digest);
        }
    }
    packets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment() -> Value {
        serde_json::json!({
            "number": "91", "offset": 5, "tracks": [3, 1],
            "tags_before": [[format!("{PREFIX}FRAGMENT_NUMBER"), "91"], ["door", "1"]],
            "tags_after": [],
            "frames": [
                { "track": 1, "timestamp": 2_000_000, "keyframe": true, "sha256": "ab" },
                { "track": 3, "timestamp": 1_000_000, "keyframe": false, "sha256": "cd" },
            ],
        })
    }

    #[test]
    fn a_fragment_is_a_row() {
        let expected = "x 91 5 2 1 2 1 ~FRAGMENT_NUMBER,door -";
        assert_eq!(row("x", &fragment()), expected);
        let damage = serde_json::json!({ "damage": "at byte 3" });
        assert_eq!(row("x", &damage), "x damage \"at byte 3\"");
    }

    #[test]
    fn the_table_has_the_five_captures() {
        let of = |name| rows(name).count();
        let counts = ["bezos_vogels", "empty-mkv-with-tags", "test_mixed_tags"].map(of);
        assert_eq!(counts, [5, 1, 10]);
        assert!(
            TABLE
                .lines()
                .all(|row| row.starts_with('#') || row.split(' ').count() == 9)
        );
    }

    #[test]
    fn packets_are_told_by_the_index_of_their_track() {
        let fragment = fragment();
        let packets = packets([&fragment].into_iter());
        let digests = |stream: &str| packets.get(stream).cloned().unwrap_or_default();
        assert_eq!(digests("1"), ["SHA256:ab"]);
        assert_eq!(digests("0"), ["SHA256:cd"]);
    }
}
