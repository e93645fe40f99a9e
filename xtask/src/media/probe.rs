//! What ffmpeg, mkvtoolnix and MediaInfo say of a file.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{Failure, process};

/// Digests of the packets of each stream, in their order.
pub(crate) type Packets = BTreeMap<String, Vec<String>>;

/// Kind and number of packets of each stream.
pub(crate) fn counts(file: &Path) -> Result<Vec<(String, u32)>, Failure> {
    let rows = process::text(
        ffprobe(file)
            .arg("-count_packets")
            .args(["-show_entries", "stream=codec_type,nb_read_packets"]),
    )?;
    let row = |row: &str| {
        let (kind, count) = row.split_once(',')?;
        Some((kind.to_owned(), count.parse().ok()?))
    };
    let rows = rows.lines().map(|line| {
        row(line).ok_or_else(|| format!("ffprobe says `{line}` of {}", file.display()).into())
    });
    rows.collect()
}

/// What is in a file, without regard to when it is shown.
pub(crate) fn packets(file: &Path) -> Result<Packets, Failure> {
    let rows = process::text(
        ffprobe(file)
            .args(["-show_packets", "-show_data_hash", "SHA256"])
            .args(["-show_entries", "packet=stream_index,data_hash"]),
    )?;
    let mut packets = Packets::new();
    for row in rows.lines() {
        let Some((stream, digest)) = row.split_once(',') else {
            return Err(format!("ffprobe says `{row}` of {}", file.display()).into());
        };
        packets
            .entry(stream.to_owned())
            .or_default()
            .push(digest.to_owned());
    }
    Ok(packets)
}

/// What ffprobe finds wrong when it reads the whole file.
pub(crate) fn errors(file: &Path) -> Result<String, Failure> {
    let output = ffprobe(file)
        .arg("-count_packets")
        .arg("-show_streams")
        .output()?;
    Ok(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

fn ffprobe(file: &Path) -> Command {
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-of", "csv=p=0"]).arg(file);
    ffprobe
}

/// What mkvtoolnix warns of when it reads a file, and when it writes it anew to `copy`.
pub(crate) fn warnings(file: &Path, copy: &Path) -> Result<Vec<String>, Failure> {
    let mut info = mkvtoolnix("mkvinfo");
    let mut merge = mkvtoolnix("mkvmerge");
    let mut warnings = Vec::new();
    for command in [
        info.arg("--verbose").arg(file),
        merge.arg("-o").arg(copy).arg(file),
    ] {
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        let found = said
            .lines()
            .filter(|line| is_warning(line))
            .map(str::to_owned);
        let before = warnings.len();
        warnings.extend(found);
        if !output.status.success() && warnings.len() == before {
            warnings.push(format!("`{}`: {}", process::line(command), output.status));
        }
    }
    Ok(warnings)
}

/// What MediaInfo complains of.
pub(crate) fn complaints(file: &Path) -> Result<Vec<String>, Failure> {
    let report = process::text(
        Command::new("mediainfo")
            .args(["--Full", "--Output=JSON"])
            .arg(file),
    )?;
    let report: Value = serde_json::from_str(&report)?;
    let tracks = report.pointer("/media/track").and_then(Value::as_array);
    let Some(tracks) = tracks else {
        return Ok(vec!["no media file".to_owned()]);
    };
    let mut complaints = Vec::new();
    for track in tracks {
        find_complaints(track, &mut complaints);
    }
    if tracks.len() < 2 {
        complaints.push("no streams".to_owned());
    }
    Ok(complaints)
}

/// MediaInfo marks what is wrong by the names of its fields, at any depth.
fn find_complaints(value: &Value, complaints: &mut Vec<String>) {
    const MARKS: [&str; 2] = ["ConformanceErrors", "IsTruncated"];
    for (name, field) in value.as_object().into_iter().flatten() {
        if MARKS.contains(&name.as_str()) {
            complaints.push(format!("{name}: {field}"));
        } else {
            find_complaints(field, complaints);
        }
    }
}

/// In English, whatever the person at the terminal speaks.
fn mkvtoolnix(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("LC_ALL", "C").env_remove("LANGUAGE");
    command
}

fn is_warning(line: &str) -> bool {
    let line = line.to_lowercase();
    line.starts_with("warning") || line.starts_with("error") || line.contains("unknown element")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_found_at_any_depth() {
        let report = serde_json::json!({
            "@type": "General",
            "Format": "Matroska",
            "extra": {
                "IsTruncated": "Yes",
                "ConformanceErrors": { "Matroska": "0x1 is wrong" },
            },
        });
        let mut complaints = Vec::new();
        find_complaints(&report, &mut complaints);
        complaints.sort();
        let [conformance, truncated] = &complaints[..] else {
            panic!("{complaints:?}");
        };
        assert!(conformance.contains("0x1 is wrong"));
        assert!(truncated.contains("Yes"));
    }
}
