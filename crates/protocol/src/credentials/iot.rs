//! Credentials of a device, for its X.509 certificate, from the IoT credential provider.

use std::path::PathBuf;

use bytes::Bytes;
use http::header::HeaderName;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::asker::{self, Stop, failed, place};
use super::chain::Context;
use super::document;
use super::keys::Credentials;
use super::object::Object;
use super::search::Identity;
use crate::endpoint::Origin;

const ENDPOINT: &str = "AWS_IOT_CORE_CREDENTIAL_ENDPOINT";
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');
const THING: HeaderName = HeaderName::from_static("x-amzn-iot-thingname");

pub(super) async fn load(context: &Context) -> Result<Credentials, Stop> {
    let Some(endpoint) = context.asker.env(ENDPOINT).await else {
        return Err(Stop::Absent(format!("{ENDPOINT} is not set")));
    };
    let certificate = needed(context, "AWS_IOT_CORE_CERT").await?;
    let private_key = needed(context, "AWS_IOT_CORE_PRIVATE_KEY").await?;
    let alias = needed(context, "AWS_IOT_CORE_ROLE_ALIAS").await?;
    let thing = context.asker.env("AWS_IOT_CORE_THING_NAME").await;
    let request = request(&endpoint, &alias, thing.as_ref().map(|name| name.as_str()))?;
    let identity = Identity {
        certificate: context.asker.needed(PathBuf::from(certificate)).await?,
        private_key: context.asker.needed(PathBuf::from(private_key)).await?,
    };
    let reply = context.asker.mtls(&request, &identity).await?;
    let what = place(&request);
    if !reply.status.is_success() {
        return Err(failed(format_args!(
            "{what} answers with HTTP {}",
            reply.status
        )));
    }
    let answer = Object::read(reply.text()).and_then(|answer| answer.raw("credentials"));
    let answer =
        answer.ok_or_else(|| failed(format_args!("{what} answers with no credentials")))?;
    let credentials = document::read(answer, &what)?;
    document::still_good(credentials, context.asker.now(), &what)
}

async fn needed(context: &Context, name: &'static str) -> Result<String, Stop> {
    let value = context.asker.env(name).await;
    let value =
        value.ok_or_else(|| failed(format_args!("{ENDPOINT} is set, and {name} is not")))?;
    Ok(value.to_string())
}

fn request(endpoint: &str, alias: &str, thing: Option<&str>) -> Result<Request<Bytes>, Stop> {
    let bad = |why: &dyn std::fmt::Display| failed(format_args!("{ENDPOINT}: {why}"));
    // It is told as a host name; a port may stand behind it.
    let origin = match endpoint.split_once("://") {
        Some(_) => endpoint.to_owned(),
        None => format!("https://{endpoint}"),
    };
    let origin: Origin = origin.parse().map_err(|invalid| bad(&invalid))?;
    if !origin.is_https() {
        return Err(bad(&"must be reached over HTTPS, to show it a certificate"));
    }
    let alias = utf8_percent_encode(alias, ESCAPED);
    let path = format!("/role-aliases/{alias}/credentials");
    let path: PathAndQuery = path.parse().map_err(failed)?;
    let mut request = asker::request(Method::GET, origin.join(&path).map_err(failed)?)?;
    if let Some(thing) = thing {
        let thing = HeaderValue::from_str(thing);
        let thing = thing.map_err(|_| failed("AWS_IOT_CORE_THING_NAME fits in no header"))?;
        request.headers_mut().insert(THING, thing);
    }
    Ok(request)
}
