//! Values of one side as values of the other.

use aws_smithy_types::DateTime;
use kvs_archive::api::protocol::{Blob, Timestamp};

/// A point in time of ours as one of the SDK's; exact.
///
/// ```
/// use kvs_smithy::convert;
///
/// let ours = "2026-11-24T10:00:00.25Z".parse()?;
/// let theirs = convert::date_time(ours);
/// assert_eq!((theirs.secs(), theirs.subsec_nanos()), (1_795_514_400, 250_000_000));
/// assert_eq!(convert::timestamp(theirs), ours);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn date_time(timestamp: Timestamp) -> DateTime {
    DateTime::from_secs_and_nanos(timestamp.seconds(), timestamp.nanos())
}

/// A point in time of the SDK's as one of ours; exact.
pub fn timestamp(date_time: DateTime) -> Timestamp {
    Timestamp::new(date_time.secs(), date_time.subsec_nanos())
}

/// Bytes of ours as the SDK's, copied.
pub fn sdk_blob(blob: &Blob) -> aws_smithy_types::Blob {
    aws_smithy_types::Blob::new(AsRef::<bytes::Bytes>::as_ref(blob).to_vec())
}

/// Bytes of the SDK's as ours, moved.
pub fn blob(blob: aws_smithy_types::Blob) -> Blob {
    Blob::from(blob.into_inner())
}
