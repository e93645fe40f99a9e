//! The security token service: roles, assumed with other credentials or with a token.
//!
//! It speaks the query protocol: a form goes out, a little XML comes back.

use std::path::PathBuf;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::uri::PathAndQuery;
use http::{Method, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::asker::{Patience, Stop, failed, place, request};
use super::chain::Context;
use super::document;
use super::keys::Credentials;
use super::places;
use super::plan::{Role, WebIdentity};
use crate::endpoint::Target;
use crate::operation::Service;
use crate::restjson::xml;
use crate::sign::{self, SigningKeys};
use crate::timestamp::Timestamp;

static STS: Service = Service {
    id: "STS",
    endpoint: |built_ins| places::endpoint("sts", built_ins),
    signing_name: "sts",
    throttling: &[],
};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A role that the variables of the environment name, with the file of a token, as EKS sets them.
pub(super) async fn web_identity_of_env(context: &Context) -> Result<Credentials, Stop> {
    const FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
    let Some(file) = context.asker.env(FILE).await else {
        return Err(Stop::Absent(format!("{FILE} is not set")));
    };
    let Some(role) = context.asker.env("AWS_ROLE_ARN").await else {
        let why = format!("{FILE} is set, and AWS_ROLE_ARN is not");
        return Err(Stop::Failed(why));
    };
    let name = context.asker.env("AWS_ROLE_SESSION_NAME").await;
    let identity = WebIdentity {
        role_arn: role.to_string(),
        token_file: file.to_string(),
        session_name: name.map(|name| name.to_string()),
    };
    assume_with_token(context, &identity).await
}

/// Assumes a role with the token in a file, which is read each time: it changes.
pub(super) async fn assume_with_token(
    context: &Context,
    identity: &WebIdentity,
) -> Result<Credentials, Stop> {
    let file = PathBuf::from(&identity.token_file);
    let token = context.asker.needed(file).await?;
    let session = session_name(identity.session_name.as_deref(), context.asker.now());
    let form = [
        ("Action", "AssumeRoleWithWebIdentity"),
        ("RoleArn", &identity.role_arn),
        ("RoleSessionName", &session),
        ("WebIdentityToken", token.trim()),
    ];
    let request = call(&context.target(&STS).await?, &form)?;
    send(context, &request, &identity.role_arn).await
}

/// Assumes a role with `credentials`.
pub(super) async fn assume(
    context: &Context,
    role: &Role,
    credentials: &Credentials,
) -> Result<Credentials, Stop> {
    let session = session_name(role.session_name.as_deref(), context.asker.now());
    let seconds = role.duration_seconds.map(|seconds| seconds.to_string());
    let mut form = vec![
        ("Action", "AssumeRole"),
        ("RoleArn", role.arn.as_str()),
        ("RoleSessionName", session.as_str()),
    ];
    form.extend(role.external_id.as_deref().map(|id| ("ExternalId", id)));
    form.extend(
        seconds
            .as_deref()
            .map(|seconds| ("DurationSeconds", seconds)),
    );
    let target = context.target(&STS).await?;
    let mut request = call(&target, &form)?;
    let (now, mut keys) = (context.asker.now(), SigningKeys::default());
    sign::sign(&mut request, credentials, &target.scope, now, &mut keys);
    send(context, &request, &role.arn).await
}

/// The name under which the role's owner finds the session in the logs.
fn session_name(given: Option<&str>, now: SystemTime) -> String {
    let made_up = || format!("kvs-rs-{}", Timestamp::from(now).seconds());
    given.map_or_else(made_up, str::to_owned)
}

fn call(target: &Target, form: &[(&str, &str)]) -> Result<Request<Bytes>, Stop> {
    let mut body = "Version=2011-06-15".to_owned();
    for (name, value) in form {
        body.push_str(&format!(
            "&{name}={}",
            utf8_percent_encode(value, UNRESERVED)
        ));
    }
    let uri = target.origin.join(&PathAndQuery::from_static("/"));
    let mut request = request(Method::POST, uri.map_err(failed)?)?;
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(CONTENT_TYPE, form);
    let agent = target.user_agent.clone();
    request.headers_mut().insert(USER_AGENT, agent);
    *request.body_mut() = Bytes::from(body);
    Ok(request)
}

async fn send(
    context: &Context,
    request: &Request<Bytes>,
    role: &str,
) -> Result<Credentials, Stop> {
    let reply = context.asker.http(request, Patience::USUAL).await?;
    let what = format!("{} for the role {role}", place(request));
    if !reply.status.is_success() {
        let told = xml::read(reply.text());
        let told = told.map(|error| (error.code, error.message));
        let (code, message) = told.unwrap_or_default();
        let code = code.unwrap_or_else(|| "no code".to_owned());
        return Err(failed(format_args!(
            "{what}: {code} (HTTP {}): {}",
            reply.status.as_u16(),
            message.as_deref().unwrap_or("no message"),
        )));
    }
    let credentials = read(reply.text());
    let credentials =
        credentials.ok_or_else(|| failed(format_args!("{what} answers with no credentials")))?;
    document::still_good(credentials, context.asker.now(), &what)
}

fn read(answer: &str) -> Option<Credentials> {
    let xml = Zeroizing::new(xml::element(answer, "Credentials")?);
    let text = |name| xml::element(&xml, name).filter(|text| !text.is_empty());
    let expiration: Timestamp = text("Expiration")?.parse().ok()?;
    let credentials = Credentials::new(text("AccessKeyId")?, text("SecretAccessKey")?)
        .with_session_token(text("SessionToken")?)
        .expiring_at(SystemTime::try_from(expiration).ok()?);
    Some(credentials)
}
