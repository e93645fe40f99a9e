//! The restJson1 wire form: what generated operations call to write requests and read answers.

mod answer;
mod bounds;
mod collections;
mod exceptions;
mod gzip;
mod json;
mod md5;
mod open_enum;
mod reply;
mod request;
mod structure;
mod text;
mod union;
mod wire;
pub(crate) mod xml;

#[doc(hidden)]
pub use serde;

pub use answer::{
    base64_header, bytes, decode, header, leads_on, payload, prefix_headers, text, token,
};
#[doc(hidden)]
pub use json::{Appended, Json};
pub use reply::ErrorReply;
pub(crate) use reply::request_id;
pub use request::{RequestBuilder, Violations, host_prefix};
#[doc(hidden)]
pub use structure::{Members, Structure, put, read, take, write};
#[doc(hidden)]
pub use text::quoted;
pub use text::{Place, Text};
#[doc(hidden)]
pub use union::{Union, read_union, unknown_variant, variant, write_variant};
pub use wire::Wire;

#[cfg(test)]
mod tests;
