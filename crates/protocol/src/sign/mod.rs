//! Signature Version 4, the form in headers.
//!
//! Our own on `sha2` and `hmac`, since the published crate brings an async runtime and a tracing
//! stack along. The steps are public one by one, so that a server can repeat them to verify.

mod canonical;

use std::time::SystemTime;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue};
use http::{HeaderMap, Request};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub use canonical::{Canonical, PathForm};

use crate::credentials::Credentials;
use crate::timestamp::Timestamp;

/// Name of the algorithm, as it stands in `Authorization` and in the string to sign.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Where a signature is good: region and service. The day is added when signing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Region of the endpoint, such as `eu-central-1`.
    pub region: String,
    /// Signing name of the service, such as `kinesisvideo`.
    pub service: String,
}

/// A moment as the two texts that a signature needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningTime {
    /// `20150830T123600Z`.
    pub stamp: String,
    /// `20150830`.
    pub day: String,
}

impl From<SystemTime> for SigningTime {
    fn from(at: SystemTime) -> Self {
        let stamp = Timestamp::from(at).basic_format();
        let day = stamp.chars().take_while(|c| *c != 'T').collect();
        Self { stamp, day }
    }
}

/// The key that a day, a scope and a secret give. Deriving it costs four HMACs, so that
/// [`SigningKeys`] keeps the last one.
#[derive(Clone)]
pub struct SigningKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl SigningKey {
    /// Derives the key.
    pub fn derive(secret_access_key: &str, day: &str, scope: &Scope) -> Self {
        let seed = Zeroizing::new(format!("AWS4{secret_access_key}"));
        let mut key = Zeroizing::new(mac(seed.as_bytes(), day));
        for part in [
            scope.region.as_str(),
            scope.service.as_str(),
            "aws4_request",
        ] {
            key = Zeroizing::new(mac(key.as_slice(), part));
        }
        Self(key)
    }

    /// The signature of `string_to_sign`, in lower-case hexadecimal digits.
    pub fn sign(&self, string_to_sign: &str) -> String {
        hex(&mac(self.0.as_slice(), string_to_sign))
    }
}

/// Remembers the signing key of the last day, scope and secret.
#[derive(Debug, Default)]
pub struct SigningKeys {
    last: Option<CachedKey>,
}

struct CachedKey {
    secret: Zeroizing<String>,
    day: String,
    scope: Scope,
    key: SigningKey,
}

impl std::fmt::Debug for CachedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CachedKey")
            .field("day", &self.day)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl SigningKeys {
    /// The key for this day, scope and secret, derived only when one of them is new.
    pub fn get(&mut self, secret_access_key: &str, day: &str, scope: &Scope) -> &SigningKey {
        let known = self.last.take().filter(|last| {
            last.day == day && last.scope == *scope && last.secret.as_str() == secret_access_key
        });
        let cached = known.unwrap_or_else(|| CachedKey {
            secret: Zeroizing::new(secret_access_key.to_owned()),
            day: day.to_owned(),
            scope: scope.clone(),
            key: SigningKey::derive(secret_access_key, day, scope),
        });
        &self.last.insert(cached).key
    }
}

/// Adds `x-amz-date`, `x-amz-security-token` where there is one, and `Authorization` to a request
/// that already carries its `Host` header.
pub fn sign(
    request: &mut Request<Bytes>,
    credentials: &Credentials,
    scope: &Scope,
    at: SystemTime,
    keys: &mut SigningKeys,
) {
    let time = SigningTime::from(at);
    let headers = request.headers_mut();
    insert(headers, X_AMZ_DATE, &time.stamp, false);
    if let Some(token) = credentials.session_token() {
        insert(headers, X_AMZ_SECURITY_TOKEN, token, true);
    }
    let canonical = Canonical::of(request, is_signed, PathForm::Normalized);
    let string_to_sign = string_to_sign(&time, scope, &canonical.text);
    let key = keys.get(credentials.secret_access_key(), &time.day, scope);
    let authorization = format!(
        "{ALGORITHM} Credential={}/{}/{}/{}/aws4_request, SignedHeaders={}, Signature={}",
        credentials.access_key_id(),
        time.day,
        scope.region,
        scope.service,
        canonical.signed_headers,
        key.sign(&string_to_sign),
    );
    insert(request.headers_mut(), AUTHORIZATION, &authorization, true);
}

/// The text that the signing key signs.
pub fn string_to_sign(time: &SigningTime, scope: &Scope, canonical_request: &str) -> String {
    format!(
        "{ALGORITHM}\n{}\n{}/{}/{}/aws4_request\n{}",
        time.stamp,
        time.day,
        scope.region,
        scope.service,
        sha256_hex(canonical_request.as_bytes()),
    )
}

/// SHA-256 in lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Proxies may rewrite what is not about the request itself, so only the rest is signed.
fn is_signed(name: &HeaderName) -> bool {
    *name == HOST || *name == http::header::CONTENT_TYPE || name.as_str().starts_with("x-amz-")
}

/// A value that no header can carry (a line break in a token, say) is left out: the service then
/// refuses the request in words, which beats a panic here.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str, sensitive: bool) {
    if let Ok(mut value) = HeaderValue::from_str(value) {
        value.set_sensitive(sensitive);
        headers.insert(name, value);
    }
}

fn mac(key: &[u8], message: &str) -> [u8; 32] {
    // HMAC takes a key of any length; the error of this constructor is for other MACs.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests;
