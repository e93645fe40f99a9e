//! Moments whose form the model fixes, wherever they travel.

use std::fmt;
use std::ops::Deref;

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{BadTimestamp, Timestamp};

macro_rules! formats {
    ($($(#[$meta:meta])* $name:ident: $text:expr;)+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(
            /// The moment.
            pub Timestamp,
        );

        impl From<Timestamp> for $name {
            fn from(at: Timestamp) -> Self {
                Self(at)
            }
        }

        impl From<$name> for Timestamp {
            fn from(at: $name) -> Self {
                at.0
            }
        }

        impl Deref for $name {
            type Target = Timestamp;

            fn deref(&self) -> &Timestamp {
                &self.0
            }
        }

        impl fmt::Display for $name {
            /// The form in which it travels outside of JSON; a moment that the form has no room for
            /// is written as [`Timestamp`] writes it.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let text: fn(Timestamp) -> String = $text;
                f.write_str(&text(self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            /// Reads any form: services are not always true to their model.
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Timestamp::deserialize(deserializer).map(Self)
            }
        }
    )+ };
}

formats! {
    /// A moment that travels as seconds since 1970, such as `1700000000.123`.
    EpochSeconds: Timestamp::to_epoch_seconds;
    /// A moment that travels as RFC 3339 has it, such as `2023-11-14T22:13:20.123Z`.
    DateTime: |at| at.to_date_time().unwrap_or_else(|_| at.to_string());
    /// A moment that travels as HTTP has it, such as `Tue, 14 Nov 2023 22:13:20 GMT`; to the second.
    HttpDate: |at| at.to_http_date().unwrap_or_else(|_| at.to_string());
}

impl Serialize for EpochSeconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// A moment that the form has no room for is an error.
impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.to_date_time().map_err(S::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

/// A moment that the form has no room for is an error.
impl Serialize for HttpDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.to_http_date().map_err(S::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

impl Timestamp {
    /// Reads a moment in whichever of the three forms it is written.
    ///
    /// # Errors
    /// [`BadTimestamp`] when the text has none of them or names no real moment.
    pub fn parse_any(text: &str) -> Result<Self, BadTimestamp> {
        let text = text.trim();
        match text.as_bytes().first() {
            Some(first) if first.is_ascii_alphabetic() => Self::parse_http_date(text),
            _ => Self::parse_epoch_seconds(text)
                // A number with an exponent, as JSON has it.
                .or_else(|_| serde_json::from_str(text))
                .or_else(|_| text.parse()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_written_and_every_form_is_read() {
        let at = Timestamp::from_millis(1_576_540_098_000);
        assert_eq!(EpochSeconds(at).to_string(), "1576540098");
        assert_eq!(DateTime(at).to_string(), "2019-12-16T23:48:18Z");
        assert_eq!(HttpDate(at).to_string(), "Mon, 16 Dec 2019 23:48:18 GMT");
        for text in [
            "1576540098",
            "2019-12-16T23:48:18Z",
            "Mon, 16 Dec 2019 23:48:18 GMT",
        ] {
            assert_eq!(Timestamp::parse_any(text), Ok(at), "{text}");
            let json = if text.starts_with("157") {
                text.to_owned()
            } else {
                format!("{text:?}")
            };
            assert_eq!(
                serde_json::from_str::<HttpDate>(&json).unwrap(),
                HttpDate(at),
                "{json}"
            );
        }
        assert_eq!(
            serde_json::to_string(&HttpDate(at)).unwrap(),
            "\"Mon, 16 Dec 2019 23:48:18 GMT\""
        );
        assert_eq!(Timestamp::parse_any("1.576540098e9"), Ok(at));
        assert!(Timestamp::parse_any("Someday").is_err());
        assert!(Timestamp::parse_any("1e999").is_err());
    }

    #[test]
    fn json_has_no_year_of_five_digits() {
        let late = Timestamp::new(253_402_300_800, 0);
        let why = serde_json::to_string(&DateTime(late)).unwrap_err();
        assert_eq!(why.to_string(), "only years from 0 to 9999 can be written");
        assert!(serde_json::to_string(&HttpDate(late)).is_err());
        assert_eq!(HttpDate(late).to_string(), late.to_string());
        assert_eq!(DateTime(late).to_string(), late.to_string());
    }

    #[test]
    fn days_of_the_week_are_right_before_1970_too() {
        for (millis, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1_000, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 GMT"),
        ] {
            assert_eq!(HttpDate(Timestamp::from_millis(millis)).to_string(), text);
        }
    }
}
