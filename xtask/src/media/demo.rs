//! The command that a newcomer types first.

use std::path::Path;
use std::process::Command;

use super::{Bench, Complaints, probe};
use crate::{Failure, process};

/// What the demo holds; its README says so.
const PACKETS: [(&str, u32); 2] = [("video", 750), ("audio", 1406)];

const FRAMES_A_SECOND: u32 = 25;
/// Where the file is opened in the middle, in seconds.
const MIDDLE: u32 = 15;

pub(super) fn check(root: &Path, bench: &Bench) -> Result<Complaints, Failure> {
    let file = bench.folder.join("demo.mkv");
    process::output(
        bench
            .kvs()
            .args(["--emulator", "get", "demo", "-o"])
            .arg(&file),
    )?;

    let mut complaints = Complaints::new();
    let expected = counts();
    for (whose, file) in [
        (
            "the demo's source",
            &root.join("crates/emulator/demo/demo.mkv"),
        ),
        ("the file", &file),
    ] {
        let counts = probe::counts(file)?;
        if counts != expected {
            complaints.push(format!("{whose} has packets {counts:?}, not {expected:?}"));
        }
    }
    let errors = probe::errors(&file)?;
    if !errors.is_empty() {
        complaints.push(format!("ffprobe says: {errors}"));
    }
    for warning in probe::warnings(&file, &bench.folder.join("demo-copy.mkv"))? {
        complaints.push(format!("mkvtoolnix says: {warning}"));
    }
    for complaint in probe::complaints(&file)? {
        complaints.push(format!("MediaInfo says: {complaint}"));
    }
    complaints.extend(misplaced(&file)?);
    Ok(complaints)
}

/// Kind and number of packets of each stream.
pub(super) fn counts() -> Vec<(String, u32)> {
    PACKETS.map(|(kind, count)| (kind.to_owned(), count)).into()
}

/// Opens the file in the middle, as a player does, and looks which picture is there.
fn misplaced(file: &Path) -> Result<Option<String>, Failure> {
    let mut ffmpeg = Command::new("ffmpeg");
    let pixels = process::output(
        ffmpeg
            .args(["-nostdin", "-v", "error", "-ss", &MIDDLE.to_string(), "-i"])
            .arg(file)
            .args(["-map", "0:v:0", "-frames:v", "1"])
            .args(["-vf", &format!("crop={WIDTH}:40:0:0,format=gray")])
            .args(["-f", "rawvideo", "-"]),
    )?;
    let expected = MIDDLE * FRAMES_A_SECOND;
    Ok(match number(&pixels) {
        None => Some(format!("the picture at {MIDDLE} s shows no number")),
        // Where exactly a player lands depends on how it rounds.
        Some(number) if number.abs_diff(expected) <= 1 => None,
        Some(number) => Some(format!("at {MIDDLE} s is picture {number}, not {expected}")),
    })
}

const WIDTH: usize = 640;

/// The number that a picture of the demo shows in sixteen squares along its top edge.
fn number(luma: &[u8]) -> Option<u32> {
    (0..16).try_fold(0, |number, square| {
        let bit = match luma.get(WIDTH * 20 + 40 * square + 20)? {
            0..55 => 0,
            201.. => 1,
            _ => return None,
        };
        Some(number << 1 | bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_numbered_from_the_left() {
        let mut luma = vec![16; WIDTH * 40];
        for square in [7, 8, 9, 10, 12, 13, 14, 15] {
            luma[WIDTH * 20 + 40 * square + 20] = 235;
        }
        assert_eq!(number(&luma), Some(0b1_1110_1111));
        luma[WIDTH * 20 + 20] = 128;
        assert_eq!(number(&luma), None);
        assert_eq!(number(&luma[..100]), None);
    }
}
