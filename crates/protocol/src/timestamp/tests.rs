use super::*;
use proptest::prelude::*;

#[test]
fn json_numbers_are_exact_to_the_millisecond() {
    for (text, millis) in [
        ("0", 0),
        ("1700000000", 1_700_000_000_000),
        ("1700000000.123", 1_700_000_000_123),
        ("1.700000000999E9", 1_700_000_000_999),
        ("-0.5", -500),
        ("\"2023-11-14T22:13:20.001Z\"", 1_700_000_000_001),
    ] {
        let t: Timestamp = serde_json::from_str(text).unwrap();
        assert_eq!(t.as_millis(), millis, "{text}");
    }
}

#[test]
fn json_that_is_no_moment_is_refused() {
    for text in [
        "1e999",
        "1e300",
        "18446744073709551615",
        "true",
        "null",
        "\"tomorrow\"",
        "{}",
    ] {
        assert!(serde_json::from_str::<Timestamp>(text).is_err(), "{text}");
    }
}

#[test]
fn writes_whole_seconds_without_a_fraction() {
    let json = |t| serde_json::to_string(&t).unwrap();
    assert_eq!(json(Timestamp::new(1_700_000_000, 0)), "1700000000");
    assert_eq!(
        json(Timestamp::from_millis(1_700_000_000_123)),
        "1700000000.123"
    );
    assert_eq!(json(Timestamp::from_millis(-500)), "-0.5");
}

#[test]
fn reads_rfc_3339() {
    for (text, millis) in [
        ("1970-01-01T00:00:00Z", 0),
        ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
        ("2026-11-24T10:00:00+01:00", 1_795_510_800_000),
        ("2026-11-24t10:00:00.5z", 1_795_514_400_500),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
    ] {
        assert_eq!(
            text.parse::<Timestamp>().unwrap().as_millis(),
            millis,
            "{text}"
        );
    }
}

#[test]
fn refuses_what_is_no_moment() {
    for text in [
        "",
        "2026",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00Zx",
        "2026-01-01T00:00:00.Z",
        "2026-01-0éT00:00:00Z",
        "2026-01-01T00:00:00+99:00",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
}

#[test]
fn reads_http_dates() {
    let t = Timestamp::parse_http_date("Tue, 29 Apr 2014 18:30:38 GMT").unwrap();
    assert_eq!(t.to_string(), "2014-04-29T18:30:38Z");
    assert!(Timestamp::parse_http_date("Tue, 29 Foo 2014 18:30:38 GMT").is_err());
    assert!(Timestamp::parse_http_date("yesterday").is_err());
}

proptest! {
    #[test]
    fn text_forms_round_trip(seconds in -62_135_596_800i64..253_402_300_800, nanos in 0u32..1_000_000_000) {
        let t = Timestamp::new(seconds, nanos);
        prop_assert_eq!(t.to_string().parse::<Timestamp>(), Ok(t));
        let whole = Timestamp::new(seconds, 0);
        prop_assert_eq!(Timestamp::parse_basic_format(&whole.basic_format()), Ok(whole));
    }

    #[test]
    fn json_keeps_milliseconds(millis in -62_135_596_800_000i64..253_402_300_800_000) {
        let t = Timestamp::from_millis(millis);
        let json = serde_json::to_string(&t).unwrap();
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), t);
    }

    #[test]
    fn system_time_round_trips(seconds in -1_000_000_000_000i64..1_000_000_000_000, nanos in 0u32..1_000_000_000) {
        let t = Timestamp::new(seconds, nanos);
        prop_assert_eq!(Timestamp::from(SystemTime::try_from(t).unwrap()), t);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
        let _ = text.parse::<Timestamp>();
        let _ = Timestamp::parse_http_date(&text);
        let _ = Timestamp::parse_basic_format(&text);
    }
}
