/// Declares an enumeration of texts that keeps what it does not know, since services grow.
///
/// ```
/// kvs_protocol::open_enum! {
///     /// State of a stream.
///     pub enum Status {
///         /// Ready for use.
///         Active = "ACTIVE",
///         /// Not yet ready.
///         Creating = "CREATING",
///     }
/// }
///
/// assert_eq!(Status::from("ACTIVE"), Status::Active);
/// assert_eq!(Status::from("HALTED"), Status::Unknown("HALTED".into()));
/// assert_eq!(Status::from("HALTED").as_str(), "HALTED");
/// assert_eq!(serde_json::to_string(&Status::Creating)?, "\"CREATING\"");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// A value that the model did not know when this was generated.
            Unknown(String),
        }

        impl $name {
            /// Every value that the model knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The value as the service spells it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    _ => Self::Unknown(text.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Unknown(text),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::restjson::Text for $name {
            fn to_text(&self, _: $crate::restjson::Place) -> String {
                self.as_str().to_owned()
            }

            fn from_text(text: &str, _: $crate::restjson::Place) -> Option<Self> {
                Some(Self::from(text))
            }

            fn to_element(&self) -> String {
                $crate::restjson::quoted(self.as_str())
            }

            fn elements(list: &str) -> Vec<String> {
                <String as $crate::restjson::Text>::elements(list)
            }
        }

        impl $crate::restjson::Wire for $name {
            fn write<S: $crate::restjson::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }

            fn read<'de, D: $crate::restjson::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                <String as $crate::restjson::Wire>::read(deserializer).map(Self::from)
            }

            fn key(&self) -> Option<&str> {
                Some(self.as_str())
            }

            fn check(&self, rules: &[$crate::check::Rule], at: &mut $crate::check::Checker) {
                at.spelled(self.as_str(), rules);
            }
        }

        $crate::serde_through_wire!($name);
    };
}

/// Declares an enumeration of numbers that keeps what it does not know, since services grow.
///
/// ```
/// kvs_protocol::int_enum! {
///     /// How hungry an animal is.
///     pub enum Hunger {
///         /// Not at all.
///         Fed = 0,
///         /// Feed it.
///         Starved = 9,
///     }
/// }
///
/// assert_eq!(Hunger::from(9), Hunger::Starved);
/// assert_eq!(serde_json::from_str::<Hunger>("4")?, Hunger::Unknown(4));
/// assert_eq!(serde_json::to_string(&Hunger::Fed)?, "0");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! int_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// A value that the model did not know when this was generated.
            Unknown(i32),
        }

        impl $name {
            /// Every value that the model knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];
        }

        impl From<i32> for $name {
            fn from(number: i32) -> Self {
                match number {
                    $($number => Self::$variant,)+
                    _ => Self::Unknown(number),
                }
            }
        }

        impl From<$name> for i32 {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant => $number,)+
                    $name::Unknown(number) => number,
                }
            }
        }

        impl $crate::restjson::Text for $name {
            fn to_text(&self, place: $crate::restjson::Place) -> String {
                $crate::restjson::Text::to_text(&i32::from(*self), place)
            }

            fn from_text(text: &str, place: $crate::restjson::Place) -> Option<Self> {
                <i32 as $crate::restjson::Text>::from_text(text, place).map(Self::from)
            }
        }

        impl $crate::restjson::Wire for $name {
            fn write<S: $crate::restjson::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_i32((*self).into())
            }

            fn read<'de, D: $crate::restjson::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                <i32 as $crate::restjson::Wire>::read(deserializer).map(Self::from)
            }
        }

        $crate::serde_through_wire!($name);
    };
}
