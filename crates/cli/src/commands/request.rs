//! What a run was asked for, so that only one that is asked for the same goes on with its output.

use std::collections::BTreeMap;

use kvs_archive::api::protocol::Timestamp;
use kvs_archive::mkv::Crc32;
use kvs_archive::{Selection, Wanted};
use serde::{Deserialize, Serialize};

use crate::args::{Get, Global};
use crate::exit::Failure;
use crate::source::Source;

/// A request as it is kept beside an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    /// What of the command line and its surroundings decides what becomes of the output.
    options: BTreeMap<String, String>,
    /// The range of time that was meant then: `-2h` means another later.
    range: Option<(String, String)>,
}

impl Request {
    pub(super) fn new(
        get: &Get,
        selection: &Selection,
        global: &Global,
        source: &dyn Source,
    ) -> Self {
        let mut options = BTreeMap::new();
        let mut option = |name: &str, value: String| {
            options.insert(name.to_owned(), value);
        };
        option("kvs", env!("CARGO_PKG_VERSION").to_owned());
        option("stream", get.stream.clone());
        option("region", source.region().to_owned());
        // Streams of one name are others in another account. What grants access to it is no option:
        // keys are renewed.
        if global.emulator {
            // Its port is another each time.
            option("--emulator", "on".to_owned());
        } else {
            let endpoint = source.endpoint().map(ToString::to_string);
            let named = [("profile", profile(global)), ("endpoint", endpoint)];
            for (name, value) in named {
                if let Some(value) = value {
                    option(name, value);
                }
            }
        }
        if get.settle {
            option("--settle", "on".to_owned());
        }
        option("--gaps", format!("{:?}", get.gaps).to_lowercase());
        let range = match &selection.wanted {
            Wanted::Between { by, from, to } => {
                let asked = &get.which.range;
                let ends = [("--from", asked.from), ("--to", asked.to)];
                for (name, moment) in ends {
                    if let Some(moment) = moment {
                        option(name, moment.to_string());
                    }
                }
                option("--by", format!("{by:?}").to_lowercase());
                Some((from.to_string(), to.to_string()))
            }
            Wanted::Numbers(numbers) => {
                let mut checksum = Crc32::new();
                for number in numbers {
                    checksum.update(number.as_str().as_bytes());
                    checksum.update(b",");
                }
                let (count, checksum) = (numbers.len(), checksum.value());
                option("--fragments", format!("{count} numbers ({checksum:08x})"));
                None
            }
        };
        Self { options, range }
    }

    pub(super) fn to_text(&self) -> Result<String, Failure> {
        serde_json::to_string(self).map_err(Failure::new)
    }

    /// What an earlier run has kept.
    pub(super) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// In what `earlier` was another request, to complete "but".
    pub(super) fn difference(&self, earlier: &Self) -> Option<String> {
        let names = self.options.keys().chain(earlier.options.keys());
        let differs = |name: &&String| self.options.get(*name) != earlier.options.get(*name);
        let name = names.into_iter().find(differs)?;
        let told = |request: &Self| match request.options.get(name) {
            Some(value) => format!("with {name} {value}"),
            None => format!("without {name}"),
        };
        Some(format!("{}, and this run is {}", told(earlier), told(self)))
    }

    /// The fragments that were meant, by a run that means these now.
    pub(super) fn meant(&self, now: Selection) -> Option<Selection> {
        let Wanted::Between { by, .. } = now.wanted else {
            return Some(now);
        };
        let (from, to) = self.range.as_ref()?;
        let time = |text: &str| text.parse::<Timestamp>().ok();
        Some(Selection::between(now.stream, by, time(from)?, time(to)?))
    }
}

/// The profile that is chosen, if it is another than the default one.
fn profile(global: &Global) -> Option<String> {
    let named = || std::env::var("AWS_PROFILE").ok();
    let profile = global.profile.clone().or_else(named);
    profile.filter(|name| !name.is_empty() && name != "default")
}
