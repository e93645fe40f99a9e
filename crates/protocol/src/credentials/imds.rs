//! Credentials of an EC2 instance, from its metadata service, version 2.

use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request, StatusCode};

use super::asker::{Patience, Reply, Stop, failed, place, request};
use super::chain::Context;
use super::document;
use super::keys::Credentials;
use crate::endpoint::Origin;

const TOKEN: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");
const TOKEN_SECONDS: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");
const ROLE: &str = "/latest/meta-data/iam/security-credentials/";

/// Where the metadata service is: at `endpoint` or, without it, where `mode` (`IPv4` or `IPv6`, in
/// any case) has it.
///
/// # Errors
/// Says which of the two is wrong.
pub fn endpoint(endpoint: Option<&str>, mode: Option<&str>) -> Result<Origin, String> {
    let text = match (endpoint, mode.map(str::to_ascii_lowercase).as_deref()) {
        (Some(endpoint), _) => endpoint,
        (None, None | Some("ipv4")) => "http://169.254.169.254",
        (None, Some("ipv6")) => "http://[fd00:ec2::254]",
        (None, Some(_)) => {
            let mode = mode.unwrap_or_default();
            return Err(format!(
                "the endpoint mode of instance metadata is {mode:?}, and must be IPv4 or IPv6"
            ));
        }
    };
    text.parse()
        .map_err(|invalid| format!("instance metadata: {invalid}"))
}

pub(super) async fn load(context: &Context) -> Result<Credentials, Stop> {
    const DISABLED: &str = "AWS_EC2_METADATA_DISABLED";
    let disabled = context.asker.env(DISABLED).await;
    if disabled.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Err(Stop::Absent(format!("{DISABLED} is set")));
    }
    let service = Service::new(context).await?;
    let token = service.token().await?;
    let names = service.get(ROLE, &token).await?;
    let is_there = names.status != StatusCode::NOT_FOUND;
    if is_there && !names.status.is_success() {
        let (origin, status) = (&service.origin, names.status);
        return Err(failed(format_args!("the roles of {origin}: HTTP {status}")));
    }
    let role = names.text().lines().next().map_or("", str::trim);
    if !is_there || role.is_empty() {
        let why = format!("{} has no role for this instance", service.origin);
        return Err(Stop::Absent(why));
    }
    let path = format!("{ROLE}{role}");
    let reply = service.get(&path, &token).await?;
    let what = format!("the role {role:?} of {}", service.origin);
    if !reply.status.is_success() {
        return Err(failed(format_args!("{what}: HTTP {}", reply.status)));
    }
    let credentials = document::read(reply.text(), &what)?;
    document::still_good(credentials, context.asker.now(), &what)
}

struct Service<'c> {
    context: &'c Context,
    origin: Origin,
    patience: Patience,
}

impl<'c> Service<'c> {
    async fn new(context: &'c Context) -> Result<Self, Stop> {
        let at = context.setting(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            "ec2_metadata_service_endpoint",
        );
        let at = at.await;
        let mode = context.setting(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
            "ec2_metadata_service_endpoint_mode",
        );
        let mode = mode.await;
        let origin = endpoint(at.as_deref(), mode.as_deref()).map_err(failed)?;
        // On a machine that is no instance nobody answers, and everybody would wait.
        let seconds = context.number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout");
        let within = Duration::from_secs(u64::from(seconds.await?));
        let attempts = context.number(
            "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
            "metadata_service_num_attempts",
        );
        let attempts = attempts.await?;
        let patience = Patience { within, attempts };
        Ok(Self {
            context,
            origin,
            patience,
        })
    }

    async fn token(&self) -> Result<HeaderValue, Stop> {
        let mut request = self.request(Method::PUT, "/latest/api/token")?;
        let seconds = HeaderValue::from_static("21600");
        request.headers_mut().insert(TOKEN_SECONDS, seconds);
        let reply = self.context.asker.http(&request, self.patience).await;
        // Nobody there: this machine is no instance.
        let reply = reply.map_err(|stop| match stop {
            Stop::Absent(why) | Stop::Failed(why) => Stop::Absent(why),
        })?;
        if !reply.status.is_success() {
            let what = place(&request);
            return Err(failed(format_args!(
                "{what} answers with HTTP {}",
                reply.status
            )));
        }
        let token = HeaderValue::from_str(reply.text().trim());
        let mut token = token.map_err(|_| failed("the token fits in no header"))?;
        token.set_sensitive(true);
        Ok(token)
    }

    async fn get(&self, path: &str, token: &HeaderValue) -> Result<Reply, Stop> {
        let mut request = self.request(Method::GET, path)?;
        request.headers_mut().insert(TOKEN, token.clone());
        self.context.asker.http(&request, self.patience).await
    }

    fn request(&self, method: Method, path: &str) -> Result<Request<Bytes>, Stop> {
        let uri = path.parse().map_err(failed);
        let uri = uri.and_then(|path| self.origin.join(&path).map_err(failed))?;
        request(method, uri)
    }
}

impl Context {
    /// A number from 1, which is also what it is without being set.
    async fn number(&self, variable: &'static str, key: &str) -> Result<u32, Stop> {
        let Some(text) = self.setting(variable, key).await else {
            return Ok(1);
        };
        let number = text.parse().ok().filter(|number| *number > 0);
        number.ok_or_else(|| {
            failed(format_args!(
                "{variable} ({key}) is {text:?}, and must be a number from 1"
            ))
        })
    }
}
