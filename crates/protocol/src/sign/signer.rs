//! Who signs, by which rules, and both places for the signature.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, EXPECT, HOST, HeaderName, HeaderValue,
    TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderMap, Request};

use super::canonical::{Canonical, PathForm, joined, signed_names};
use super::{ALGORITHM, Scope, SigningKeys, SigningTime, query, string_to_sign};
use crate::credentials::Credentials;
use crate::error::Invalid;

const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const X_AMZN_TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

const LONGEST_EXPIRY: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Where services differ in what they want signed. The default suits all but a few.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// How the path is signed.
    pub path: PathForm,
    /// Which headers are signed.
    pub headers: SignedHeaders,
    /// Whether the session token is signed.
    pub token: TokenPlace,
}

/// Which headers of a request are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignedHeaders {
    /// What has to be: `Host`, `Content-Type` and all that begins with `x-amz-`. A proxy may then
    /// rewrite the others.
    #[default]
    Needed,
    /// All but those that proxies rewrite or that belong to a connection.
    All,
}

/// Whether the signature covers the session token of temporary credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenPlace {
    /// The token is part of what is signed.
    #[default]
    Signed,
    /// The token is added to the signed request.
    Added,
}

/// What came of each step of a signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// The canonical request.
    pub canonical: Canonical,
    /// The text that the key signed.
    pub string_to_sign: String,
    /// The signature, in lower-case hexadecimal digits.
    pub signature: String,
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed")
            .field("canonical", &self.canonical)
            .field("string_to_sign", &self.string_to_sign)
            .finish_non_exhaustive()
    }
}

/// Signs requests with one key, for one scope and moment.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use kvs_protocol::sign::{Scope, Signer, SigningKeys};
/// use kvs_protocol::{Bytes, Credentials, http::Request};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI");
/// let scope = Scope { region: "eu-west-1".into(), service: "kinesisvideo".into() };
/// let signer = Signer::new(&credentials, &scope, SystemTime::UNIX_EPOCH);
///
/// let mut request = Request::get("wss://v-123.kinesisvideo.eu-west-1.amazonaws.com/?X-Amz-ChannelARN=arn")
///     .header("host", "v-123.kinesisvideo.eu-west-1.amazonaws.com")
///     .body(Bytes::new())?;
/// signer.presign(&mut request, Duration::from_secs(299), &mut SigningKeys::default())?;
/// assert!(request.uri().query().unwrap().contains("&X-Amz-Expires=299&X-Amz-Signature="));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Signer<'a> {
    credentials: &'a Credentials,
    scope: &'a Scope,
    time: SigningTime,
    rules: Rules,
}

impl<'a> Signer<'a> {
    /// Signs as of `at`, by the default [`Rules`]. What is wrong with credentials that no header can
    /// carry is for [`Credentials::check`] to tell.
    pub fn new(credentials: &'a Credentials, scope: &'a Scope, at: SystemTime) -> Self {
        Self {
            credentials,
            scope,
            time: SigningTime::from(at),
            rules: Rules::default(),
        }
    }

    /// The same by other rules.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// Signs in headers: `x-amz-date`, `x-amz-security-token` where there is one, and
    /// `Authorization`. The request already carries its `Host` header; a former signature in
    /// headers is replaced.
    pub fn sign(&self, request: &mut Request<Bytes>, keys: &mut SigningKeys) -> Signed {
        let token = self.credentials.session_token();
        remove_signature(request.headers_mut());
        insert(request.headers_mut(), X_AMZ_DATE, &self.time.stamp, false);
        if let (Some(token), TokenPlace::Signed) = (token, self.rules.token) {
            insert(request.headers_mut(), X_AMZ_SECURITY_TOKEN, token, true);
        }
        let signed = self.steps(request, keys);
        let authorization = format!(
            "{ALGORITHM} Credential={}, SignedHeaders={}, Signature={}",
            self.credential(),
            signed.canonical.signed_headers,
            signed.signature,
        );
        insert(request.headers_mut(), AUTHORIZATION, &authorization, true);
        if let (Some(token), TokenPlace::Added) = (token, self.rules.token) {
            insert(request.headers_mut(), X_AMZ_SECURITY_TOKEN, token, true);
        }
        signed
    }

    /// Signs in the query, so that whoever has the address can send the request until it expires,
    /// with the same body and signed headers. The request already carries its `Host` header; a
    /// former signature, wherever it stands, is replaced. Parts of a second do not count.
    ///
    /// # Errors
    /// [`Invalid`] when `expires_in` is not from one second to seven days, or the address grows
    /// too long. The request is then as it was.
    pub fn presign(
        &self,
        request: &mut Request<Bytes>,
        expires_in: Duration,
        keys: &mut SigningKeys,
    ) -> Result<Signed, Invalid> {
        if !(Duration::from_secs(1)..=LONGEST_EXPIRY).contains(&expires_in) {
            let problem = "of a presigned request must be from one second to seven days";
            return Err(Invalid::new("the expiry", problem));
        }
        let mut presigned = request.clone();
        remove_signature(presigned.headers_mut());
        let names = signed_names(presigned.headers(), |name| self.covers(name));
        let mut parameters = vec![
            ("X-Amz-Algorithm", ALGORITHM.to_owned()),
            ("X-Amz-Credential", self.credential()),
            ("X-Amz-Date", self.time.stamp.clone()),
            ("X-Amz-SignedHeaders", joined(&names)),
            ("X-Amz-Expires", expires_in.as_secs().to_string()),
        ];
        let token = self.credentials.session_token();
        let token = token.map(|token| ("X-Amz-Security-Token", token.to_owned()));
        let (signed_token, added_token) = match self.rules.token {
            TokenPlace::Signed => (token, None),
            TokenPlace::Added => (None, token),
        };
        parameters.extend(signed_token);
        query::remove_signature(presigned.uri_mut())?;
        query::append(presigned.uri_mut(), &parameters)?;
        let signed = self.steps(&presigned, keys);
        let signature = ("X-Amz-Signature", signed.signature.clone());
        let rest: Vec<_> = added_token.into_iter().chain([signature]).collect();
        query::append(presigned.uri_mut(), &rest)?;
        *request = presigned;
        Ok(signed)
    }

    fn steps(&self, request: &Request<Bytes>, keys: &mut SigningKeys) -> Signed {
        let canonical = Canonical::of(request, |name| self.covers(name), self.rules.path);
        let string_to_sign = string_to_sign(&self.time, self.scope, &canonical.text);
        let secret = self.credentials.secret_access_key();
        let key = keys.get(secret, &self.time.day, self.scope);
        Signed {
            signature: key.sign(&string_to_sign),
            canonical,
            string_to_sign,
        }
    }

    fn credential(&self) -> String {
        let scope = self.scope.on(&self.time.day);
        format!("{}/{scope}", self.credentials.access_key_id())
    }

    fn covers(&self, name: &HeaderName) -> bool {
        match self.rules.headers {
            SignedHeaders::Needed => {
                *name == HOST || *name == CONTENT_TYPE || name.as_str().starts_with("x-amz-")
            }
            SignedHeaders::All => ![
                CONNECTION,
                EXPECT,
                TRANSFER_ENCODING,
                USER_AGENT,
                X_AMZN_TRACE_ID,
            ]
            .contains(name),
        }
    }
}

fn remove_signature(headers: &mut HeaderMap) {
    for name in [AUTHORIZATION, X_AMZ_DATE, X_AMZ_SECURITY_TOKEN] {
        headers.remove(name);
    }
}

/// A value that no header can carry is left out: [`Credentials::check`] tells beforehand, and else
/// the service refuses the request in words, which beats a panic here.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str, sensitive: bool) {
    if let Ok(mut value) = HeaderValue::from_str(value) {
        value.set_sensitive(sensitive);
        headers.insert(name, value);
    }
}
