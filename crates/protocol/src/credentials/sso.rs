//! Single sign-on: the token of a person who has signed in, kept in a file, for a role's keys.

use std::path::PathBuf;
use std::time::SystemTime;

use http::header::{HeaderName, HeaderValue};
use http::{Method, Request};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::asker::{Patience, Stop, failed, place, request};
use super::chain::Context;
use super::document;
use super::keys::Credentials;
use super::plan::Sso;
use super::sha1::sha1;
use crate::operation::Service;
use crate::rules;
use crate::sign::hex;
use crate::timestamp::Timestamp;

static PORTAL: Service = Service {
    id: "SSO",
    endpoint: |built_ins| rules::by_prefix("portal.sso", built_ins),
    signing_name: "awsssoportal",
    throttling: &[],
};

const BEARER: HeaderName = HeaderName::from_static("x-amz-sso_bearer_token");

/// What the person may do about it.
const SIGN_IN: &str = "sign in with `aws sso login`";

#[derive(Deserialize)]
struct CachedToken {
    #[serde(rename = "accessToken")]
    access_token: String,
    #[serde(rename = "expiresAt")]
    expires_at: String,
}

pub(super) async fn load(context: &Context, sso: &Sso) -> Result<Credentials, Stop> {
    let (Some(account), Some(role)) = (&sso.account_id, &sso.role_name) else {
        return Err(failed(
            "the profile signs in for a token alone; credentials need sso_account_id and \
             sso_role_name",
        ));
    };
    let token = token(context, sso).await?;
    let [account, role] = [account, role].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC));
    let path = format!("/federation/credentials?role_name={role}&account_id={account}");
    let target = context.target_in(&PORTAL, &sso.region).await?;
    let path = path.parse().map_err(failed)?;
    let mut request = request(Method::GET, target.origin.join(&path).map_err(failed)?)?;
    request.headers_mut().insert(BEARER, token);
    ask(context, &request).await
}

async fn ask(context: &Context, request: &Request<bytes::Bytes>) -> Result<Credentials, Stop> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow, rename = "roleCredentials")]
        credentials: &'a RawValue,
    }
    let reply = context.asker.http(request, Patience::USUAL).await?;
    let what = place(request);
    if !reply.status.is_success() {
        return Err(failed(format_args!(
            "{what} answers with HTTP {}; if the role is right, {SIGN_IN} again",
            reply.status
        )));
    }
    let answer: Result<Answer<'_>, _> = serde_json::from_str(reply.text());
    let answer = answer.map_err(|_| failed(format_args!("{what} answers with no credentials")))?;
    let credentials = document::read(answer.credentials.get(), &what)?;
    document::still_good(credentials, context.asker.now(), &what)
}

/// The token that signing in has left behind.
async fn token(context: &Context, sso: &Sso) -> Result<HeaderValue, Stop> {
    let path = cache_file(context, sso).await?;
    let shown = path.display().to_string();
    let Some(text) = context.asker.file(path).await? else {
        return Err(failed(format_args!(
            "nobody has signed in ({shown} is not there): {SIGN_IN}"
        )));
    };
    let cached: Result<CachedToken, _> = serde_json::from_str(&text);
    let cached = cached.map_err(|_| failed(format_args!("{shown} holds no token: {SIGN_IN}")))?;
    let token = Zeroizing::new(cached.access_token);
    let ends = cached.expires_at.parse::<Timestamp>().ok();
    let ends = ends.and_then(|ends| SystemTime::try_from(ends).ok());
    if ends.is_none_or(|ends| ends <= context.asker.now()) {
        let ended = cached.expires_at;
        return Err(failed(format_args!(
            "the token in {shown} ended at {ended}: {SIGN_IN}"
        )));
    }
    let mut token = HeaderValue::from_str(&token).map_err(failed)?;
    token.set_sensitive(true);
    Ok(token)
}

/// It is called after the session or, in the older form, after where the person has signed in.
async fn cache_file(context: &Context, sso: &Sso) -> Result<PathBuf, Stop> {
    let name = sso.session.as_ref().unwrap_or(&sso.start_url);
    let file = format!("{}.json", hex(&sha1(name.as_bytes())));
    let home = context.home().await;
    let home = home.ok_or_else(|| failed("HOME is not set, below which the token would be"))?;
    Ok(home.join(".aws").join("sso").join("cache").join(file))
}
