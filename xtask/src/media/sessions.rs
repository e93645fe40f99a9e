//! Playback sessions of the emulator, as players open them.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::{Bench, Complaints, browser, demo, probe};
use crate::Failure;
use crate::process::{self, Lines};

/// The demo over HLS and DASH: what ffmpeg fetches, and what a browser shows.
pub(super) fn check(root: &Path, bench: &Bench) -> Result<Complaints, Failure> {
    let play = process::build(
        root,
        &["--release", "--package=kvs-emulator", "--example=play"],
    )?;
    let mut play = Lines::start(&mut Command::new(play))?;
    let (hls, dash) = (play.next()?, play.next()?);
    let mut complaints = Complaints::new();
    for (protocol, url) in [("HLS", &hls), ("DASH", &dash)] {
        let (counts, expected) = (counts(url)?, BTreeSet::from_iter(demo::counts()));
        if counts != expected {
            complaints.push(format!(
                "{protocol} has packets {counts:?}, not {expected:?}"
            ));
        }
        let errors = probe::errors(Path::new(url))?;
        if !errors.is_empty() {
            complaints.push(format!("{protocol}: ffprobe says: {errors}"));
        }
    }
    let shown = browser::check_url(&hls, bench);
    complaints.extend(
        shown
            .into_iter()
            .map(|what| format!("HLS in a browser: {what}")),
    );
    Ok(complaints)
}

/// Kind and number of packets of each stream. ffprobe tells them again for the program that they
/// belong to.
fn counts(url: &str) -> Result<BTreeSet<(String, u32)>, Failure> {
    let rows = process::text(
        Command::new("ffprobe")
            .args(["-v", "error", "-of", "csv=p=0", "-count_packets"])
            .args(["-show_entries", "stream=codec_type,nb_read_packets"])
            .arg(url),
    )?;
    let rows = rows.lines().filter(|row| !row.is_empty());
    let rows = rows.map(|row| {
        let parsed = row
            .split_once(',')
            .and_then(|(kind, count)| Some((kind.to_owned(), count.parse().ok()?)));
        parsed.ok_or_else(|| format!("ffprobe says `{row}`").into())
    });
    rows.collect()
}
