//! Verifies the signature of every request, by the steps with which clients sign.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, StatusCode};
use kvs_api::protocol::sign::{
    ALGORITHM, Canonical, PathForm, Scope, SigningKey, SigningTime, sha256_hex, string_to_sign,
};
use kvs_api::protocol::{Credentials, Timestamp};

use crate::refusal::Refusal;

/// How far a client's clock may be off.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);
const SERVICE: &str = kvs_api::video::SERVICE.signing_name;
const X_AMZ_DATE: &str = "x-amz-date";
const CONTENT_SHA256: &str = "x-amz-content-sha256";
/// What producers say of a body that has no end when it is signed.
const WITHOUT_END: [&str; 2] = ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"];

/// What a signature has to say of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payload {
    /// It covers all of it.
    Signed,
    /// It covers nothing, for the body goes on after it was made: PutMedia's.
    Unsigned,
}

/// Knows the one key that requests are signed with.
#[derive(Debug)]
pub(crate) struct Verifier {
    credentials: Credentials,
}

impl Verifier {
    pub(crate) fn new(credentials: Credentials) -> Self {
        Self { credentials }
    }

    /// Whether `request` was signed with the key, as it is and not long ago. Any region will do.
    pub(crate) fn verify(
        &self,
        request: &Request<Bytes>,
        payload: Payload,
        now: SystemTime,
    ) -> Result<(), Refusal> {
        let header = request.headers().get(AUTHORIZATION).ok_or_else(|| {
            forbidden(
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            )
        })?;
        let authorization = header
            .to_str()
            .ok()
            .and_then(Authorization::parse)
            .ok_or_else(|| {
                incomplete("Authorization needs AWS4-HMAC-SHA256 with Credential, SignedHeaders and Signature.")
            })?;
        if authorization.access_key_id != self.credentials.access_key_id() {
            return Err(forbidden(
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
            ));
        }
        if authorization.scope.service != SERVICE {
            return Err(invalid_signature(format!(
                "Credential should be scoped to correct service: '{SERVICE}'."
            )));
        }
        authorization.check_coverage(request)?;
        payload.check(request)?;
        let time = authorization.check_time(request, now)?;
        self.check_signature(&authorization, request, &time)
    }

    fn check_signature(
        &self,
        authorization: &Authorization<'_>,
        request: &Request<Bytes>,
        time: &SigningTime,
    ) -> Result<(), Refusal> {
        let canonical = Canonical::of(
            request,
            |name| authorization.covers(name.as_str()),
            PathForm::default(),
        );
        let secret = self.credentials.secret_access_key();
        let key = SigningKey::derive(secret, &time.day, &authorization.scope);
        let expected = key.sign(&string_to_sign(time, &authorization.scope, &canonical.text));
        if canonical.signed_headers == authorization.signed_headers
            && expected == authorization.signature
        {
            return Ok(());
        }
        Err(invalid_signature(
            "The request signature we calculated does not match the signature you provided. \
             Check your secret access key and signing method.",
        ))
    }
}

impl Payload {
    /// Holds what the client says of the body against it. Where it says nothing, the signature has to
    /// be that of the body, which is empty where it is unsigned.
    fn check(self, request: &Request<Bytes>) -> Result<(), Refusal> {
        let Some(told) = request.headers().get(CONTENT_SHA256) else {
            return Ok(());
        };
        let is_hash = told.as_bytes() == sha256_hex(request.body()).as_bytes();
        match self {
            _ if is_hash => Ok(()),
            Self::Unsigned if WITHOUT_END.iter().any(|word| told == word) => Ok(()),
            Self::Signed => Err(invalid_signature(format!(
                "{CONTENT_SHA256} must be the hash of the body that is sent, as far as it is given."
            ))),
            Self::Unsigned => Err(invalid_signature(format!(
                "{CONTENT_SHA256} must be one of {}, or the hash of an empty body, as far as it is \
                 given: the signature does not cover what is put.",
                WITHOUT_END.join(", ")
            ))),
        }
    }
}

/// What the `Authorization` header claims.
#[derive(Debug)]
struct Authorization<'a> {
    access_key_id: &'a str,
    day: &'a str,
    scope: Scope,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let parameters = text.strip_prefix(ALGORITHM)?;
        let parameter = |name: &str| {
            let mut all = parameters.split(',').map(str::trim);
            all.find_map(|p| p.strip_prefix(name)?.strip_prefix('='))
        };
        let mut credential = parameter("Credential")?.rsplitn(5, '/');
        let ("aws4_request", service, region, day, access_key_id) = (
            credential.next()?,
            credential.next()?,
            credential.next()?,
            credential.next()?,
            credential.next()?,
        ) else {
            return None;
        };
        Some(Self {
            access_key_id,
            day,
            scope: Scope {
                region: region.to_owned(),
                service: service.to_owned(),
            },
            signed_headers: parameter("SignedHeaders")?,
            signature: parameter("Signature")?,
        })
    }

    fn covers(&self, header: &str) -> bool {
        self.signed_headers.split(';').any(|name| name == header)
    }

    /// The host and all that is meant for the service must be signed.
    fn check_coverage(&self, request: &Request<Bytes>) -> Result<(), Refusal> {
        let names = request.headers().keys().map(|name| name.as_str());
        let unsigned = names
            .filter(|name| name.starts_with("x-amz-"))
            .chain(["host"])
            .find(|name| !self.covers(name));
        match unsigned {
            Some(name) => Err(invalid_signature(format!(
                "'{name}' must be a 'SignedHeader' in the AWS Authorization."
            ))),
            None => Ok(()),
        }
    }

    fn check_time(
        &self,
        request: &Request<Bytes>,
        now: SystemTime,
    ) -> Result<SigningTime, Refusal> {
        let stamp = request.headers().get(X_AMZ_DATE);
        let stamp = stamp.and_then(|stamp| stamp.to_str().ok());
        let signed_at = stamp
            .and_then(|stamp| Timestamp::parse_basic_format(stamp).ok())
            .and_then(|at| SystemTime::try_from(at).ok())
            .ok_or_else(|| {
                incomplete("Authorization needs an X-Amz-Date such as 20150830T123600Z.")
            })?;
        let time = SigningTime::from(signed_at);
        if time.day != self.day {
            return Err(invalid_signature(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP: '{}' != '{}'.",
                self.day, time.day
            )));
        }
        let off = now
            .duration_since(signed_at)
            .unwrap_or_else(|ahead| ahead.duration());
        if off <= TOLERANCE {
            return Ok(time);
        }
        let complaint = if signed_at < now {
            "Signature expired"
        } else {
            "Signature not yet current"
        };
        Err(invalid_signature(format!(
            "{complaint}: {} is more than 5 minutes off; it is {} here.",
            time.stamp,
            SigningTime::from(now).stamp
        )))
    }
}

fn forbidden(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal::common(StatusCode::FORBIDDEN, code, message)
}

fn invalid_signature(message: impl Into<String>) -> Refusal {
    forbidden("InvalidSignatureException", message)
}

fn incomplete(message: &'static str) -> Refusal {
    Refusal::common(StatusCode::BAD_REQUEST, "IncompleteSignature", message)
}
