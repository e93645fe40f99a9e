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

        impl $crate::restjson::serde::Serialize for $name {
            fn serialize<S: $crate::restjson::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::restjson::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::restjson::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as $crate::restjson::serde::Deserialize>::deserialize(deserializer)?;
                Ok(Self::from(text))
            }
        }
    };
}
