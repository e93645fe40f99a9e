/// Declares the errors of a service, which keeps apart those that it does not know, since services
/// grow.
///
/// Each stands with its code. `(message)` declares its structure along with it, which then has
/// nothing but a message. Braces name the members that travel outside of the document: in a header, in
/// headers by a prefix, as the status, or as the whole body.
///
/// ```
/// use kvs_protocol::ServiceError;
/// use kvs_protocol::http::Response;
/// use kvs_protocol::restjson::ErrorReply;
///
/// kvs_protocol::exceptions! {
///     /// What the service answers with when it refuses a call.
///     pub enum Exception {
///         /// Status 404. There is no such animal.
///         NotFound(NotFoundException) = "NotFoundException" (message),
///     }
/// }
///
/// let (head, ()) = Response::new(()).into_parts();
/// let reply = ErrorReply::new(&head, br#"{"Message":"no such animal"}"#);
/// let Exception::NotFound(not_found) = Exception::decode("NotFoundException", &reply) else { unreachable!() };
/// assert_eq!(not_found.message.as_deref(), Some("no such animal"));
/// assert_eq!(Exception::decode("Eaten", &reply), Exception::Unmodelled);
/// ```
#[macro_export]
macro_rules! exceptions {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(
                $(#[$doc:meta])*
                $variant:ident($type:ident) = $code:literal
                $(($message:ident))? $({ $($field:ident: $place:tt),+ })?,
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant($type),)*
            /// An error that the model does not have; the refusal tells its code and message.
            Unmodelled,
        }

        impl $crate::ServiceError for $name {
            #[allow(unused_variables, unused_mut, reason = "not every service has modelled errors")]
            fn decode(code: &str, reply: &$crate::restjson::ErrorReply<'_>) -> Self {
                match code {
                    $($code => Self::$variant($crate::exceptions!(
                        @read reply $type ($($message)?) $($($field: $place),+)?
                    )),)*
                    _ => Self::Unmodelled,
                }
            }
        }

        $($crate::exceptions!(@declare ($($message)?) $(#[$doc])* $type);)*
    };
    // Errors are many, and alike: that nearly all of them are read in one way saves 40 KB.
    (@read $reply:ident $type:ident (message)) => { $type { message: $reply.told() } };
    (@read $reply:ident $type:ident () $($field:ident: $place:tt),*) => {{
        let mut error: $type = $reply.body();
        $(error.$field = $crate::exceptions!(@member $reply $place);)*
        error
    }};
    (@member $reply:ident payload) => { $reply.payload() };
    (@member $reply:ident status) => { $reply.status() };
    (@member $reply:ident ($prefix:literal)) => { $reply.prefix_headers($prefix) };
    (@member $reply:ident $header:literal) => { $reply.header($header) };
    (@declare () $(#[$doc:meta])* $type:ident) => {};
    (@declare (message) $(#[$doc:meta])* $type:ident) => {
        $crate::structure! {
            $(#[$doc])*
            #[non_exhaustive]
            pub struct $type {
                /// The service's explanation, for people to read.
                pub message: Option<String> = "message",
            }
        }
    };
}
