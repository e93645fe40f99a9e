//! The programs that judge a media file.

use crate::{Failure, system};

const PROGRAMS: [&str; 4] = ["ffmpeg", "ffprobe", "mkvinfo", "mkvmerge"];

/// Installs what is not there, where that is ours to do; else says what is missing.
pub(super) fn provide() -> Result<Option<String>, Failure> {
    if missing().is_empty() {
        return Ok(None);
    }
    system::install(&["ffmpeg", "mkvtoolnix"])?;
    let missing = missing();
    let need = || format!("{}, of ffmpeg and mkvtoolnix", missing.join(", "));
    Ok((!missing.is_empty()).then(need))
}

fn missing() -> Vec<&'static str> {
    let absent = |program: &&str| !system::starts(program);
    PROGRAMS.into_iter().filter(absent).collect()
}
