//! Programs that a check needs beside Rust.

use crate::{Failure, system};

/// Programs, and the packages of Debian that have them.
pub(crate) struct Tools {
    pub(crate) programs: &'static [&'static str],
    pub(crate) packages: &'static [&'static str],
}

/// Those that judge a media file.
pub(crate) const JUDGES: Tools = Tools {
    programs: &[
        "ffmpeg",
        "ffprobe",
        "mkvinfo",
        "mkvmerge",
        "mediainfo",
        "chromium",
    ],
    packages: &["ffmpeg", "mkvtoolnix", "mediainfo", "chromium"],
};

/// What libFuzzer is built with.
pub(crate) const COMPILER: Tools = Tools {
    programs: &["c++"],
    packages: &["g++"],
};

/// What counts instructions.
pub(crate) const COUNTER: Tools = Tools {
    programs: &["valgrind"],
    packages: &["valgrind"],
};

impl Tools {
    /// Installs what is not there, where that is ours to do; else says what is missing.
    pub(crate) fn provide(&self) -> Result<Option<String>, Failure> {
        if self.missing().is_empty() {
            return Ok(None);
        }
        system::install(self.packages)?;
        let missing = self.missing();
        let need = || format!("{}, of {}", missing.join(", "), self.packages.join(", "));
        Ok((!missing.is_empty()).then(need))
    }

    fn missing(&self) -> Vec<&'static str> {
        let programs = self.programs.iter().copied();
        programs
            .filter(|program| !system::starts(program))
            .collect()
    }
}
