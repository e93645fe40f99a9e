//! What is told of fragments: lines of JSON for programs, tables for people.

mod fragment;
mod hole;
mod survey;
mod table;
mod timeline;
mod track;
pub(crate) mod units;

use kvs_archive::api::protocol;
use kvs_archive::mkv;

pub(crate) use fragment::{FragmentLine, describe};
pub(crate) use hole::Hole;
pub(crate) use survey::Survey;
pub(crate) use table::{Column, Table};
pub(crate) use timeline::Timeline;
pub(crate) use track::tracks;

/// A fragment's time, as a person or a program reads it.
pub(crate) fn rfc3339(at: mkv::Timestamp) -> String {
    const NANOS: i64 = 1_000_000_000;
    let nanos = at.as_nanos();
    let fraction = u32::try_from(nanos.rem_euclid(NANOS)).unwrap_or_default();
    protocol::Timestamp::new(nanos.div_euclid(NANOS), fraction).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_timestamps_are_written_alike() {
        for (nanos, text) in [
            (1_700_000_000_123_000_000, "2023-11-14T22:13:20.123Z"),
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
        ] {
            assert_eq!(rfc3339(mkv::Timestamp::from_nanos(nanos)), text);
        }
    }
}
