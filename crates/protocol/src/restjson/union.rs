//! Unions: one of several values, each under its name.

use std::fmt;
use std::marker::PhantomData;

use serde::Serializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;

use super::structure::Name;
use super::wire::{Nullable, Wire, Written};
use crate::Document;

/// What [`union!`](crate::union) says of a union's variants.
#[doc(hidden)]
pub trait Union: Sized {
    /// The value under that name; `None` where it is `null`.
    fn take<'de, M: MapAccess<'de>>(name: &str, map: &mut M) -> Result<Option<Self>, M::Error>;
}

#[doc(hidden)]
pub fn variant<'de, M: MapAccess<'de>, T: Wire, U>(
    map: &mut M,
    name: &str,
    variant: fn(T) -> U,
) -> Result<Option<U>, M::Error> {
    let value = map.next_value_seed(Nullable(PhantomData));
    let value = value.map_err(|e| M::Error::custom(format_args!("{name}: {e}")))?;
    Ok(value.map(variant))
}

#[doc(hidden)]
pub fn unknown_variant<'de, M: MapAccess<'de>>(map: &mut M) -> Result<Option<Document>, M::Error> {
    map.next_value()
}

#[doc(hidden)]
pub fn write_variant<T: Wire, S: Serializer>(
    name: &str,
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(name, &Written(value))?;
    map.end()
}

#[doc(hidden)]
pub fn read_union<'de, T: Union, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Variants(PhantomData))
}

struct Variants<T>(PhantomData<T>);

impl<'de, T: Union> Visitor<'de> for Variants<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with one member")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut found = None;
        while let Some(Name(name)) = map.next_key()? {
            // Some services say the type of the union beside its value.
            if name == "__type" {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = T::take(&name, &mut map)?;
            if value.is_some() && found.is_some() {
                return Err(A::Error::custom(
                    "more than one member of a union has a value",
                ));
            }
            found = found.or(value);
        }
        found.ok_or_else(|| A::Error::custom("no member of a union has a value"))
    }
}

/// Declares a union of the model, which keeps what it does not know, since services grow.
///
/// ```
/// kvs_protocol::union! {
///     /// What an animal is known by.
///     pub enum Known {
///         /// By its number.
///         Id(i64) = "id",
///         /// By its name.
///         Name(String) = "name",
///     }
/// }
///
/// assert_eq!(serde_json::to_string(&Known::Id(4))?, r#"{"id":4}"#);
/// let by_scent: Known = serde_json::from_str(r#"{"scent":{"sweet":true}}"#)?;
/// assert!(matches!(&by_scent, Known::Unknown(name, _) if name == "scent"));
/// assert_eq!(serde_json::to_string(&by_scent)?, r#"{"scent":{"sweet":true}}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(
                $(#[$variant_meta:meta])*
                $variant:ident($type:ty) = $wire:literal $([$($rule:expr),+ $(,)?])?,
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant($type),)*
            /// A variant that the model did not know when this was generated: its name, and its value.
            Unknown(String, $crate::Document),
        }

        impl $crate::restjson::Union for $name {
            fn take<'de, M: $crate::restjson::serde::de::MapAccess<'de>>(
                name: &str,
                map: &mut M,
            ) -> ::std::result::Result<Option<Self>, M::Error> {
                match name {
                    $($wire => $crate::restjson::variant(map, $wire, Self::$variant),)*
                    _ => {
                        let value = $crate::restjson::unknown_variant(map)?;
                        Ok(value.map(|value| Self::Unknown(name.to_owned(), value)))
                    }
                }
            }
        }

        impl $crate::restjson::Wire for $name {
            fn write<S: $crate::restjson::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => {
                        $crate::restjson::write_variant($wire, value, serializer)
                    })*
                    Self::Unknown(name, value) => {
                        $crate::restjson::write_variant(name, value, serializer)
                    }
                }
            }

            fn read<'de, D: $crate::restjson::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::restjson::read_union(deserializer)
            }

            #[allow(unused_imports, reason = "not every variant has rules")]
            fn check(&self, _: &[$crate::check::Rule], at: &mut $crate::check::Checker) {
                use $crate::check::Rule::*;
                match self {
                    $(Self::$variant(value) => {
                        at.member($wire, value, const { &[$($($rule),+)?] });
                    })*
                    Self::Unknown(..) => {}
                }
            }
        }

        $crate::serde_through_wire!($name);
    };
}
