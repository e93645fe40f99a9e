//! Which fragments of which stream.

use kvs_api::archived_media::{
    FragmentSelector, FragmentSelectorType, ListFragments, TimestampRange,
};
use kvs_api::protocol::Timestamp;
use kvs_mkv::FragmentNumber;

/// Fragments of one stream.
///
/// ```
/// use kvs_archive::{Selection, TimestampOrigin};
///
/// let from = "2026-11-24T10:00:00Z".parse()?;
/// let to = "2026-11-24T10:05:00Z".parse()?;
/// let minutes = Selection::between("door", TimestampOrigin::Producer, from, to);
/// assert_eq!(minutes.stream, "door");
/// # Ok::<(), kvs_archive::api::protocol::timestamp::BadTimestamp>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Name or ARN of the stream.
    pub stream: String,
    /// Which of its fragments.
    pub wanted: Wanted,
}

/// Which fragments of a stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// All that begin in a range of time, both ends included.
    Between {
        /// Whose clock tells the time.
        by: TimestampOrigin,
        /// Beginning of the range.
        from: Timestamp,
        /// End of the range.
        to: Timestamp,
    },
    /// These. They are delivered in the order of their numbers, each once.
    Numbers(Vec<FragmentNumber>),
}

/// Whose clock a time is told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimestampOrigin {
    /// The producer's: when a fragment was recorded.
    #[default]
    Producer,
    /// The service's: when a fragment was received.
    Server,
}

impl Selection {
    /// The fragments of `stream` that begin from `from` to `to`.
    pub fn between(
        stream: impl Into<String>,
        by: TimestampOrigin,
        from: Timestamp,
        to: Timestamp,
    ) -> Self {
        Self {
            stream: stream.into(),
            wanted: Wanted::Between { by, from, to },
        }
    }

    /// These fragments of `stream`.
    pub fn numbers(stream: impl Into<String>, numbers: Vec<FragmentNumber>) -> Self {
        Self {
            stream: stream.into(),
            wanted: Wanted::Numbers(numbers),
        }
    }
}

/// The first page of the fragments of a stream in a range of time.
pub(crate) fn list(
    stream: &str,
    by: TimestampOrigin,
    from: Timestamp,
    to: Timestamp,
) -> ListFragments {
    let (stream_name, stream_arn) = name_or_arn(stream);
    ListFragments {
        stream_name,
        stream_arn,
        max_results: Some(LARGEST_PAGE),
        fragment_selector: Some(FragmentSelector {
            fragment_selector_type: Some(match by {
                TimestampOrigin::Producer => FragmentSelectorType::ProducerTimestamp,
                TimestampOrigin::Server => FragmentSelectorType::ServerTimestamp,
            }),
            timestamp_range: Some(TimestampRange {
                start_timestamp: Some(from),
                end_timestamp: Some(to),
            }),
        }),
        ..ListFragments::default()
    }
}

/// The service's limit on a page of `ListFragments`.
const LARGEST_PAGE: i64 = 1_000;

/// A stream as the two members by which operations name it, StreamName and StreamARN: no name begins
/// like an ARN.
///
/// ```
/// use kvs_archive::name_or_arn;
///
/// let arn = "arn:aws:kinesisvideo:eu-west-1:123456789012:stream/door/1790000000000";
/// assert_eq!(name_or_arn("door"), (Some("door".to_owned()), None));
/// assert_eq!(name_or_arn(arn), (None, Some(arn.to_owned())));
/// ```
pub fn name_or_arn(stream: &str) -> (Option<String>, Option<String>) {
    if stream.starts_with("arn:") {
        (None, Some(stream.to_owned()))
    } else {
        (Some(stream.to_owned()), None)
    }
}
