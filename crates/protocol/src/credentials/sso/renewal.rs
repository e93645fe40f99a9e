//! A new token for the old one, without the person: CreateToken of IAM Identity Center's OIDC.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::uri::PathAndQuery;
use http::{Method, Request};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use zeroize::Zeroizing;

use super::super::asker::{Patience, Reply, Stop, failed, place, request};
use super::super::chain::Context;
use super::super::places;
use super::super::plan::Sso;
use super::token::{Cached, bearer};
use crate::endpoint::Target;
use crate::observe::Notice;
use crate::operation::Service;
use crate::timestamp::Timestamp;

static OIDC: Service = Service {
    id: "SSO OIDC",
    endpoint: |built_ins| places::endpoint("oidc", built_ins),
    signing_name: "sso-oauth",
    throttling: &[],
};

/// A token is renewed from so long before its end on, as AWS's SDKs do.
pub(super) const BEFORE_END: Duration = Duration::from_secs(5 * 60);
/// For so long after a renewal in vain none is tried, as in AWS's SDKs.
const PAUSE: Duration = Duration::from_secs(30);

/// The last renewal, if it was in vain. Clones share it, since every search is another one.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Renewals(Arc<Mutex<Option<(SystemTime, String)>>>);

/// What has been tried is no part of where to look.
impl PartialEq for Renewals {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Renewals {}

impl Renewals {
    fn failed(&self, at: SystemTime, why: &str) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((at, why.to_owned()));
    }

    /// Why it was in vain, if that is not long ago.
    fn lately(&self, now: SystemTime) -> Option<String> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, why) = last.as_ref()?;
        let is_recent = now.duration_since(*at).is_ok_and(|since| since < PAUSE);
        is_recent.then(|| why.clone())
    }
}

/// What the service is asked with, all of it as it stands in the file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateToken<'t> {
    client_id: &'t RawValue,
    client_secret: &'t RawValue,
    grant_type: &'static str,
    refresh_token: &'t RawValue,
}

/// What it answers with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created<'r> {
    #[serde(borrow)]
    access_token: &'r RawValue,
    /// In seconds.
    expires_in: u32,
    #[serde(borrow)]
    refresh_token: Option<&'r RawValue>,
}

/// Renews the token in the file at `path`, and has the new one stored there.
///
/// # Errors
/// Says why the old one is all there is, for a person.
pub(super) async fn renew(
    context: &Context,
    sso: &Sso,
    path: PathBuf,
    cached: &Cached<'_>,
) -> Result<HeaderValue, String> {
    let body = body(cached, context.asker.now())?;
    if let Some(why) = context.sources.renewals.lately(context.asker.now()) {
        return Err(why);
    }
    let why = match create(context, sso, body).await {
        Ok(reply) => match take(&reply, cached, context.asker.now()) {
            Some((token, content)) => {
                context.asker.store(path, content).await;
                return Ok(token);
            }
            None => "the answer holds no token".to_owned(),
        },
        Err(Stop::Absent(why) | Stop::Failed(why)) => why,
    };
    // A refresh token serves once: somebody else may have used it in the meantime.
    if let Some(theirs) = by_another(context, path, cached).await {
        return Ok(theirs);
    }
    let now = context.asker.now();
    context.sources.renewals.failed(now, &why);
    if cached.lasts(Duration::ZERO, now) {
        let why = why.clone();
        context.asker.tell(Notice::NotRenewed { why }).await;
    }
    Err(why)
}

/// The body of the request, if the file has all that is needed.
fn body(cached: &Cached<'_>, now: SystemTime) -> Result<Bytes, String> {
    let member = |name| {
        cached
            .string(name)
            .ok_or_else(|| format!("it has no {name}"))
    };
    let create = CreateToken {
        refresh_token: member("refreshToken")?,
        client_id: member("clientId")?,
        client_secret: member("clientSecret")?,
        grant_type: "refresh_token",
    };
    const REGISTERED: &str = "registrationExpiresAt";
    let end = cached
        .end(REGISTERED)
        .ok_or_else(|| format!("it has no {REGISTERED}"))?;
    if end <= now {
        let ended = Timestamp::from(end).to_date_time().unwrap_or_default();
        return Err(format!("the registration beside it ended at {ended}"));
    }
    let raw = [create.refresh_token, create.client_id, create.client_secret];
    let body = json(&create, raw.iter().map(|raw| raw.get().len()).sum());
    body.map(Bytes::from_owner)
        .ok_or_else(|| "it cannot be written down".to_owned())
}

/// Writes JSON that is little longer than `length`. A buffer that grew would leave secrets behind.
fn json(value: &impl Serialize, length: usize) -> Option<Zeroizing<Vec<u8>>> {
    let mut written = Zeroizing::new(Vec::with_capacity(length.saturating_add(256)));
    serde_json::to_writer(&mut *written, value).ok()?;
    Some(written)
}

async fn create(context: &Context, sso: &Sso, body: Bytes) -> Result<Reply, Stop> {
    let target = context.target_in(&OIDC, &sso.region).await?;
    let request = call(&target, body)?;
    let reply = context.asker.http(&request, Patience::USUAL).await?;
    if reply.status.is_success() {
        return Ok(reply);
    }
    Err(failed(format_args!(
        "{} answers with {} (HTTP {})",
        place(&request),
        code(&reply).unwrap_or("an error"),
        reply.status.as_u16(),
    )))
}

fn call(target: &Target, body: Bytes) -> Result<Request<Bytes>, Stop> {
    let uri = target.origin.join(&PathAndQuery::from_static("/token"));
    let mut request = request(Method::POST, uri.map_err(failed)?)?;
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(CONTENT_TYPE, json);
    let agent = target.user_agent.clone();
    request.headers_mut().insert(USER_AGENT, agent);
    *request.body_mut() = body;
    Ok(request)
}

/// The error's code, as OAuth has it. Nothing else of the answer is shown: it may repeat what it was
/// sent.
fn code(reply: &Reply) -> Option<&'static str> {
    #[derive(Deserialize)]
    struct Refusal<'r> {
        #[serde(borrow)]
        error: &'r str,
    }
    let refusal: Refusal<'_> = serde_json::from_str(reply.text()).ok()?;
    let known = [
        "access_denied",
        "authorization_pending",
        "expired_token",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "slow_down",
        "unauthorized_client",
        "unsupported_grant_type",
        "server_error",
    ];
    known.into_iter().find(|known| *known == refusal.error)
}

/// The new token, and what the file is to hold from now on.
fn take(
    reply: &Reply,
    cached: &Cached<'_>,
    now: SystemTime,
) -> Option<(HeaderValue, Zeroizing<Vec<u8>>)> {
    let created: Created<'_> = serde_json::from_str(reply.text()).ok()?;
    let token: String = serde_json::from_str(created.access_token.get()).ok()?;
    let token = Zeroizing::new(token);
    let token = (!token.is_empty()).then(|| bearer(&token))?.ok()?;
    let seconds = Timestamp::from(now).seconds();
    let end = seconds.checked_add(created.expires_in.into())?;
    let end = to_raw_value(&Timestamp::new(end, 0).to_date_time().ok()?).ok()?;

    let mut members: BTreeMap<&str, &RawValue> = BTreeMap::new();
    members.extend(
        cached
            .members
            .iter()
            .map(|(name, value)| (name.as_str(), *value)),
    );
    members.insert("accessToken", created.access_token);
    members.insert("expiresAt", &end);
    if let Some(refresh_token) = created.refresh_token {
        members.insert("refreshToken", refresh_token);
    }
    // Names grow by their quotes, a colon and a comma, and by what is escaped in them.
    let lengths = members.iter().map(|(name, value)| {
        let name = name.len().saturating_mul(6).saturating_add(4);
        name.saturating_add(value.get().len())
    });
    Some((token, json(&members, lengths.sum())?))
}

/// The token that the file holds by now, if it is another one and good.
async fn by_another(context: &Context, path: PathBuf, cached: &Cached<'_>) -> Option<HeaderValue> {
    let text = context.asker.file(path).await.ok()??;
    let theirs = Cached::read(&text)?;
    let is_news = !theirs.is(cached) && theirs.lasts(Duration::ZERO, context.asker.now());
    is_news.then(|| theirs.header())?.ok()
}
