//! Other programs for the jobs of this project, behind the face of ours.
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as PeerCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
    SignatureLocation, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use kvs_protocol::http::Request;
use kvs_protocol::sign::{Rules, Scope, TokenPlace};
use kvs_protocol::{Bytes, Credentials};

/// What the `aws-sigv4` crate signs, and how.
#[derive(Debug)]
pub struct AwsSigv4<'a> {
    /// The key.
    pub credentials: &'a Credentials,
    /// Region and service.
    pub scope: &'a Scope,
    /// The moment.
    pub at: SystemTime,
    /// Of the rules, all but which headers are signed: those that `left_out` does not name.
    pub rules: Rules,
    /// Names of the headers that are not signed.
    pub left_out: &'a [&'static str],
    /// Whether a header tells the sum of the body.
    pub tells_sum: bool,
    /// How long the signature is good, if it is to stand in the query.
    pub expires_in: Option<Duration>,
}

type Failure = Box<dyn std::error::Error>;

impl AwsSigv4<'_> {
    /// The request signed, and the signature.
    ///
    /// # Errors
    /// When the crate refuses to sign.
    pub fn sign(&self, request: &Request<Bytes>) -> Result<(Request<Bytes>, String), Failure> {
        let identity = PeerCredentials::new(
            self.credentials.access_key_id(),
            self.credentials.secret_access_key(),
            self.credentials.session_token().map(str::to_owned),
            None,
            "test",
        )
        .into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&self.scope.region)
            .name(&self.scope.service)
            .time(self.at)
            .settings(self.settings())
            .build()?
            .into();
        let mut headers = Vec::new();
        for (name, value) in request.headers() {
            headers.push((name.as_str(), std::str::from_utf8(value.as_bytes())?));
        }
        let signable = SignableRequest::new(
            request.method().as_str(),
            request.uri().to_string(),
            headers.into_iter(),
            SignableBody::Bytes(request.body()),
        )?;
        let (instructions, signature) = sign(signable, &params)?.into_parts();
        let mut signed = request.clone();
        instructions.apply_to_request_http1x(&mut signed);
        Ok((signed, signature))
    }

    fn settings(&self) -> SigningSettings {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = if self.rules.path.is_encoded_twice {
            PercentEncodingMode::Double
        } else {
            PercentEncodingMode::Single
        };
        settings.uri_path_normalization_mode =
            UriPathNormalizationMode::from(self.rules.path.is_normalized);
        settings.session_token_mode = match self.rules.token {
            TokenPlace::Signed => SessionTokenMode::Include,
            TokenPlace::Added => SessionTokenMode::Exclude,
        };
        if self.tells_sum {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        settings.excluded_headers = Some(self.left_out.iter().copied().map(Cow::from).collect());
        if self.expires_in.is_some() {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = self.expires_in;
        }
        settings
    }
}
