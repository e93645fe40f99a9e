//! How the values of a type travel in JSON: what serde knows, and restJson1's own rules.

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::json::{Appended, Json};
use crate::check::{Checker, Rule};
use crate::{BigNumber, Blob, DateTime, Document, EpochSeconds, HttpDate, Sensitive, Timestamp};

/// A type whose values travel in a JSON document.
///
/// It goes beyond serde in three things. A member without a value is left out, and `null` counts as
/// no value. A list or a map leaves out what is `null`, unless its elements are an `Option`. And
/// numbers may be `"NaN"`, `"Infinity"` and `"-Infinity"`. Generated types implement serde's traits
/// through this one, so that they have the same form in whatever format.
pub trait Wire: Sized {
    /// Writes the value.
    ///
    /// # Errors
    /// Those of the format.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Writes the value at the end of a text of JSON, as [`write`](Self::write) has it.
    #[doc(hidden)]
    fn append(&self, json: &mut Json) -> Appended {
        json.other(&Written(self))
    }

    /// Reads a value.
    ///
    /// # Errors
    /// When what stands there is no value of this type.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// Reads a value, or `null`, which is none unless the type has a value for it.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    #[inline]
    fn read_nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Ok(Option::<Read<Self>>::deserialize(deserializer)?.map(|read| read.0))
    }

    /// Whether there is a value that is to be sent.
    fn is_given(&self) -> bool {
        true
    }

    /// The value as the key of an entry, where that may be shown.
    fn key(&self) -> Option<&str> {
        None
    }

    /// Reports in what the value breaks the rules of its member, and what is inside it its own.
    fn check(&self, rules: &[Rule], at: &mut Checker) {
        let _ = (rules, at);
    }
}

/// A value on its way to serde.
pub(super) struct Written<'a, T>(pub(super) &'a T);

impl<T: Wire> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// A value on its way from serde.
pub(super) struct Read<T>(pub(super) T);

impl<'de, T: Wire> Deserialize<'de> for Read<T> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// Reads a value, or `null`.
pub(super) struct Nullable<T>(pub(super) std::marker::PhantomData<T>);

impl<'de, T: Wire> DeserializeSeed<'de> for Nullable<T> {
    type Value = Option<T>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read_nullable(deserializer)
    }
}

/// Types that travel as serde has it; `check` is how their values are measured.
macro_rules! as_serde_has_it {
    ($($type:ty $(: $check:expr)?),+ $(,)?) => { $(
        impl Wire for $type {
            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }

            #[inline]
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }

            $(fn check(&self, rules: &[Rule], at: &mut Checker) {
                let check: fn(&Self, &[Rule], &mut Checker) = $check;
                check(self, rules, at);
            })?
        }
    )+ };
}

as_serde_has_it! {
    bool,
    i8: |value, rules, at| at.number(f64::from(*value), rules),
    i16: |value, rules, at| at.number(f64::from(*value), rules),
    i32: |value, rules, at| at.number(f64::from(*value), rules),
    i64: |value, rules, at| at.integer(*value, rules),
    Blob: |value, rules, at| at.length(value.0.len(), rules),
    BigNumber,
    Document,
    Timestamp,
    EpochSeconds,
    DateTime,
    HttpDate,
}

impl Wire for String {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn append(&self, json: &mut Json) -> Appended {
        json.text(self)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    fn key(&self) -> Option<&str> {
        Some(self)
    }

    fn check(&self, rules: &[Rule], at: &mut Checker) {
        at.text(self, rules);
    }
}

macro_rules! floats {
    ($($type:ty, $serialize:ident, $from:expr;)+) => { $(
        impl Wire for $type {
            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match not_a_number(f64::from(*self)) {
                    Some(text) => serializer.serialize_str(text),
                    None => serializer.$serialize(*self),
                }
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Float).map($from)
            }

            fn check(&self, rules: &[Rule], at: &mut Checker) {
                at.number(f64::from(*self), rules);
            }
        }
    )+ };
}

floats! {
    f32, serialize_f32, nearest;
    f64, serialize_f64, f64::from;
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the model has asked for the smaller type"
)]
fn nearest(value: f64) -> f32 {
    value as f32
}

/// The word for a number that JSON has no digits for.
pub(super) fn not_a_number(value: f64) -> Option<&'static str> {
    match value {
        _ if value.is_nan() => Some("NaN"),
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ => None,
    }
}

struct Float;

impl Visitor<'_> for Float {
    type Value = f64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "the model has asked for a float"
    )]
    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "the model has asked for a float"
    )]
    fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
        match text {
            "NaN" => Ok(f64::NAN),
            "Infinity" => Ok(f64::INFINITY),
            "-Infinity" => Ok(f64::NEG_INFINITY),
            _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
        }
    }
}

impl<T: Wire> Wire for Sensitive<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }

    fn append(&self, json: &mut Json) -> Appended {
        self.0.append(json)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }

    fn check(&self, rules: &[Rule], at: &mut Checker) {
        at.hidden(&mut |at| self.0.check(rules, at));
    }
}
