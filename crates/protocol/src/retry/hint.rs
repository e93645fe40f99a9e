//! What a service says of when to come back.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::timestamp::Timestamp;

/// A service in trouble may ask for more; nobody waits for it that long without being asked.
const LONGEST: Duration = Duration::from_secs(60);

/// How long the head of an answer asks to wait, at `now` by the service's clock: in milliseconds in
/// AWS's own header, in seconds or as a date in HTTP's.
pub(crate) fn wait_hint(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let millis = text("x-amz-retry-after").and_then(|text| text.parse().ok());
    let asked = millis.map(Duration::from_millis).or_else(|| {
        let text = text(RETRY_AFTER.as_str())?;
        let seconds = text.parse().ok().map(Duration::from_secs);
        seconds.or_else(|| {
            let at = Timestamp::parse_http_date(text).ok()?;
            let at = SystemTime::try_from(at).ok()?;
            Some(at.duration_since(now).unwrap_or_default())
        })
    });
    asked.map(|asked| asked.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_header_in_its_unit() {
        // 29 April 2014, 18:30:38.
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_398_796_238);
        for (headers, expected) in [
            (&[][..], None),
            (&[("x-amz-retry-after", "1500")], Some(1_500)),
            (&[("retry-after", "2")], Some(2_000)),
            (
                &[("retry-after", "2"), ("x-amz-retry-after", "10")],
                Some(10),
            ),
            (
                &[("retry-after", "2"), ("x-amz-retry-after", "soon")],
                Some(2_000),
            ),
            (
                &[("retry-after", "Tue, 29 Apr 2014 18:30:48 GMT")],
                Some(10_000),
            ),
            (&[("retry-after", "Tue, 29 Apr 2014 18:30:28 GMT")], Some(0)),
            (&[("retry-after", "86400")], Some(60_000)),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "-1")], None),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, value.parse().unwrap());
            }
            let hint = wait_hint(&map, now);
            assert_eq!(hint, expected.map(Duration::from_millis), "{headers:?}");
        }
    }
}
