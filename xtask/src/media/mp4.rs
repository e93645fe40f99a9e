//! MP4 files against the Matroska files that they come from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Bench, Complaints, captures, probe};
use crate::{Failure, process};

/// Streams as producers send them, and what ffmpeg makes them with.
const GENERATED: [(&str, &str, &[&str]); 5] = [
    (
        "h264",
        "testsrc2=s=320x240:r=30:d=6",
        &["-c:v", "libx264", "-bf", "3", "-g", "60"],
    ),
    (
        "h265",
        "testsrc2=s=320x240:r=30:d=4",
        &["-c:v", "libx265", "-x265-params", "log-level=error"],
    ),
    ("alaw", "sine=r=8000:d=4", &["-c:a", "pcm_alaw"]),
    ("mulaw", "sine=r=8000:d=4", &["-c:a", "pcm_mulaw"]),
    ("pcm", "sine=r=44100:d=4", &["-c:a", "pcm_s16le"]),
];

/// What a timestamp in milliseconds may be away from the exact one, in seconds.
const ROUNDING: f64 = 0.001;

/// When a packet is shown, in seconds, and its digest.
type Packet = (f64, String);

/// Files that ffmpeg makes, with pictures out of order among them.
pub(super) fn check_generated(bench: &Bench) -> Result<Complaints, Failure> {
    let mut complaints = Complaints::new();
    for (name, source, codec) in GENERATED {
        let file = bench.folder.join(format!("generated-{name}.mkv"));
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-nostdin", "-v", "error", "-f", "lavfi", "-i", source]);
        process::output(ffmpeg.args(codec).arg(&file))?;
        let found = check(&file, &format!("generated-{name}"), bench)?;
        complaints.extend(found.into_iter().map(|what| format!("{name}: {what}")));
    }
    Ok(complaints)
}

/// A file against what `kvs remux` makes of it, with the index in front and in fragments.
pub(super) fn check(source: &Path, name: &str, bench: &Bench) -> Result<Complaints, Failure> {
    let matroska = bench.folder.join(format!("{name}-remux.mkv"));
    let file = bench.folder.join(format!("{name}-remux.mp4"));
    let piped = bench.folder.join(format!("{name}-piped.mp4"));
    for output in [&matroska, &file] {
        let mut kvs = bench.kvs();
        process::output(kvs.arg("remux").arg(source).arg("-o").arg(output))?;
    }
    let mut kvs = bench.kvs();
    kvs.arg("remux").arg(source);
    let bytes = process::output(kvs.args(["--format", "mp4", "-o", "-"]))?;
    fs::write(&piped, bytes)?;

    if !captures::has_frames(source)? {
        return Ok(Complaints::new());
    }
    let expected = packets(&matroska)?;
    // What is wrong with the frames themselves is wrong in both.
    let known = probe::errors(&matroska)?;
    let mut complaints = Complaints::new();
    for file in [&matroska, &file, &piped] {
        let found = probe::complaints(file)?.into_iter();
        complaints
            .extend(found.map(|what| format!("MediaInfo says of {}: {what}", file.display())));
    }
    for (form, file) in [("index in front", &file), ("fragments", &piped)] {
        let errors = probe::errors(file)?;
        if !errors.is_empty() && known.is_empty() {
            complaints.push(format!("{form}: ffprobe says: {errors}"));
        }
        let found = packets(file)?;
        complaints.extend(difference(&expected, &found).map(|what| format!("{form}: {what}")));
    }
    Ok(complaints)
}

fn packets(file: &Path) -> Result<BTreeMap<String, Vec<Packet>>, Failure> {
    let rows = process::text(
        Command::new("ffprobe")
            .args(["-v", "quiet", "-of", "csv=p=0", "-show_packets"])
            .args(["-show_data_hash", "SHA256"])
            .args(["-show_entries", "packet=stream_index,pts_time,data_hash"])
            .arg(file),
    )?;
    let mut packets: BTreeMap<String, Vec<Packet>> = BTreeMap::new();
    for row in rows.lines() {
        let (stream, packet) =
            parse(row).ok_or_else(|| format!("ffprobe says `{row}` of {}", file.display()))?;
        packets.entry(stream).or_default().push(packet);
    }
    let times = packets.values().flatten().map(|(time, _)| *time);
    let first = times.fold(f64::INFINITY, f64::min);
    for (time, _) in packets.values_mut().flatten() {
        *time -= first;
    }
    Ok(packets)
}

fn parse(row: &str) -> Option<(String, Packet)> {
    let mut fields = row.split(',');
    let stream = fields.next()?.to_owned();
    let time = fields.next()?.parse().ok()?;
    Some((stream, (time, fields.next()?.to_owned())))
}

/// Where a file first differs from its source.
fn difference(
    expected: &BTreeMap<String, Vec<Packet>>,
    found: &BTreeMap<String, Vec<Packet>>,
) -> Option<String> {
    if !expected.keys().eq(found.keys()) {
        return Some("the streams are not those of the source".to_owned());
    }
    expected.iter().find_map(|(stream, expected)| {
        let found = found.get(stream)?;
        if expected.len() != found.len() {
            let (is, not) = (found.len(), expected.len());
            return Some(format!("stream {stream} has {is} packets, not {not}"));
        }
        let mut pairs = expected.iter().zip(found).enumerate();
        pairs.find_map(|(index, (expected, found))| {
            let what = if expected.1 != found.1 {
                "holds something else".to_owned()
            } else if (expected.0 - found.0).abs() > ROUNDING {
                format!("is shown at {} s, not {} s", found.0, expected.0)
            } else {
                return None;
            };
            Some(format!("packet {index} of stream {stream} {what}"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(packets: &[Packet]) -> BTreeMap<String, Vec<Packet>> {
        BTreeMap::from([("0".to_owned(), packets.to_vec())])
    }

    #[test]
    fn times_and_contents_are_compared() {
        let packet = |time: f64, digest: &str| (time, digest.to_owned());
        let whole = file(&[packet(0.0, "a"), packet(0.021, "b")]);
        assert_eq!(
            difference(&whole, &file(&[packet(0.0, "a"), packet(0.0213, "b")])),
            None
        );
        let other = [packet(0.0, "a"), packet(0.021, "c")];
        assert_eq!(
            difference(&whole, &file(&other)).unwrap(),
            "packet 1 of stream 0 holds something else"
        );
        let late = [packet(0.0, "a"), packet(0.041, "b")];
        assert_eq!(
            difference(&whole, &file(&late)).unwrap(),
            "packet 1 of stream 0 is shown at 0.041 s, not 0.021 s"
        );
        assert!(difference(&whole, &file(&late[..1])).is_some());
        assert!(difference(&whole, &BTreeMap::new()).is_some());
    }
}
