//! Structures: members by name.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serializer};

use super::wire::{Nullable, Wire, Written};
use crate::check::Checker;

/// What [`structure!`](crate::structure) says of a structure's members.
#[doc(hidden)]
pub trait Structure: Default {
    fn put<M: Members>(&self, members: &mut M) -> Result<(), M::Error>;

    /// Whether the structure has such a member; its value is then read.
    fn take<'de, M: MapAccess<'de>>(&mut self, name: &str, map: &mut M) -> Result<bool, M::Error>;

    fn check_members(&self, at: &mut Checker);
}

/// Where the members of a structure are written to.
#[doc(hidden)]
pub trait Members {
    type Error;

    fn put<T: Wire>(&mut self, name: &'static str, value: &T) -> Result<(), Self::Error>;
}

#[doc(hidden)]
pub fn put<M: Members, T: Wire>(
    members: &mut M,
    name: &'static str,
    value: &T,
) -> Result<(), M::Error> {
    if value.is_given() {
        members.put(name, value)?;
    }
    Ok(())
}

/// Members in whatever format.
struct InFormat<M>(M);

impl<M: SerializeMap> Members for InFormat<M> {
    type Error = M::Error;

    fn put<T: Wire>(&mut self, name: &'static str, value: &T) -> Result<(), M::Error> {
        self.0.serialize_entry(name, &Written(value))
    }
}

/// Reads a member, for which `null` is as if it were absent.
#[doc(hidden)]
#[inline]
pub fn take<'de, M: MapAccess<'de>, T: Wire>(
    map: &mut M,
    name: &str,
    into: &mut T,
    absent: fn() -> T,
) -> Result<bool, M::Error> {
    let value = map.next_value_seed(Nullable(PhantomData));
    match value {
        Ok(value) => *into = value.unwrap_or_else(absent),
        Err(error) => return Err(at_member(name, &error)),
    }
    Ok(true)
}

#[cold]
fn at_member<E: Error>(name: &str, error: &E) -> E {
    E::custom(format_args!("{name}: {error}"))
}

#[doc(hidden)]
pub fn write<T: Structure, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut members = InFormat(serializer.serialize_map(None)?);
    value.put(&mut members)?;
    members.0.end()
}

#[doc(hidden)]
pub fn read<'de, T: Structure, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Whole(PhantomData))
}

struct Whole<T>(PhantomData<T>);

impl<'de, T: Structure> Visitor<'de> for Whole<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut structure = T::default();
        while let Some(Name(name)) = map.next_key()? {
            if !structure.take(&name, &mut map)? {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(structure)
    }
}

/// The name of a member. `Cow` by itself would be a copy of it.
pub(super) struct Name<'de>(pub(super) Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(AnyName)
    }
}

struct AnyName;

impl<'de> Visitor<'de> for AnyName {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

/// Declares a structure of the model, with the name that each member has on the wire.
///
/// A name may be followed by the place where the member travels, if that is not the JSON document;
/// by the rules that the model has for its values; and by `else` and the value that an absent
/// member has, where that is not the type's own default. `one_of` names members of which at least
/// one is needed.
///
/// ```
/// kvs_protocol::structure! {
///     /// Feeds an animal.
///     pub struct Feed one_of("Id", "Name") {
///         /// Number of the animal.
///         pub id: Option<i64> = "Id" [Range(1.0, 100.0)],
///         /// Its name.
///         pub name: Option<String> = "Name" [Length(1, 8), Pattern("^[a-z]+$")],
///         /// Grams of hay.
///         pub hay: i32 = "Hay" else 500,
///         /// Who feeds it; travels in a header.
///         pub keeper: Option<String> = "Keeper" (header) [Required],
///     }
/// }
///
/// let feed = Feed { name: Some("Ada".into()), ..Feed::default() };
/// assert_eq!(serde_json::to_string(&feed)?, r#"{"Name":"Ada","Hay":500}"#);
/// let problems: Vec<String> = feed.check().iter().map(ToString::to_string).collect();
/// assert_eq!(problems, [
///     r#"Name must match ^[a-z]+$, but is "Ada""#,
///     "Keeper is required but was not given",
/// ]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! structure {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident $(one_of($($one_of:literal),+ $(,)?))* {
            $(
                $(#[$field_meta:meta])*
                pub $field:ident: $type:ty = $wire:literal
                $(($place:ident))? $([$($rule:expr),+ $(,)?])? $(else $default:expr)?,
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl ::std::default::Default for $name {
            fn default() -> Self {
                Self { $($field: $crate::structure!(@default $($default)?),)* }
            }
        }

        impl $name {
            /// Everything in which the value breaks the rules of the model. The service decides
            /// for itself: it may have loosened them since.
            #[allow(dead_code, reason = "a structure that is private need not be checked")]
            $vis fn check(&self) -> ::std::vec::Vec<$crate::check::Violation> {
                $crate::check::check(self)
            }
        }

        impl $crate::restjson::Structure for $name {
            #[allow(unused_variables, reason = "some structures have no members in the document")]
            fn put<M: $crate::restjson::Members>(
                &self,
                members: &mut M,
            ) -> ::std::result::Result<(), M::Error> {
                $($crate::structure!(@in_document ($($place)?) {
                    $crate::restjson::put(members, $wire, &self.$field)?;
                });)*
                Ok(())
            }

            #[allow(unused_variables, reason = "some structures have no members in the document")]
            fn take<'de, M: $crate::restjson::serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                map: &mut M,
            ) -> ::std::result::Result<bool, M::Error> {
                $($crate::structure!(@in_document ($($place)?) {
                    if name == $wire {
                        let absent = || $crate::structure!(@default $($default)?);
                        return $crate::restjson::take(map, $wire, &mut self.$field, absent);
                    }
                });)*
                Ok(false)
            }

            #[allow(unused_variables, reason = "some structures have no members")]
            fn check_members(&self, at: &mut $crate::check::Checker) {
                let is_given = |name: &str| {
                    $(if name == $wire {
                        return $crate::restjson::Wire::is_given(&self.$field);
                    })*
                    false
                };
                $(at.one_of(&[$($one_of),+], &is_given);)*
                $(
                    #[allow(unused_imports, reason = "not every member has rules")]
                    at.member($wire, &self.$field, {
                        use $crate::check::Rule::*;
                        const { &[$($($rule),+)?] }
                    });
                )*
            }
        }

        impl $crate::restjson::Wire for $name {
            fn write<S: $crate::restjson::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::restjson::write(self, serializer)
            }

            fn append(&self, json: &mut $crate::restjson::Json) -> $crate::restjson::Appended {
                json.structure(self)
            }

            fn read<'de, D: $crate::restjson::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::restjson::read(deserializer)
            }

            fn check(&self, _: &[$crate::check::Rule], at: &mut $crate::check::Checker) {
                $crate::restjson::Structure::check_members(self, at);
            }
        }

        $crate::serde_through_wire!($name);
    };
    (@default) => { ::std::default::Default::default() };
    (@default $default:expr) => { $default };
    (@in_document () { $($code:tt)* }) => { $($code)* };
    (@in_document ($place:ident) { $($code:tt)* }) => {};
}

/// Implements serde's traits as [`Wire`](crate::restjson::Wire) has it.
#[doc(hidden)]
#[macro_export]
macro_rules! serde_through_wire {
    ($name:ident) => {
        impl $crate::restjson::serde::Serialize for $name {
            fn serialize<S: $crate::restjson::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::restjson::Wire::write(self, serializer)
            }
        }

        impl<'de> $crate::restjson::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::restjson::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::restjson::Wire::read(deserializer)
            }
        }
    };
}
