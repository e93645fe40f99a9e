//! A new token for the old one, without the person: CreateToken of IAM Identity Center's OIDC.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::uri::PathAndQuery;
use http::{Method, Request};
use serde_json::value::{RawValue, to_raw_value};
use zeroize::Zeroizing;

use super::super::asker::{Patience, Reply, Stop, failed, place, request};
use super::super::chain::Context;
use super::super::object::Object;
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
    let unwritten = || "it cannot be written down".to_owned();
    let grant = to_raw_value("refresh_token").map_err(|_| unwritten())?;
    let mut create = BTreeMap::from([("grantType", &*grant)]);
    for name in ["refreshToken", "clientId", "clientSecret"] {
        create.insert(name, member(name)?);
    }
    const REGISTERED: &str = "registrationExpiresAt";
    let end = cached
        .end(REGISTERED)
        .ok_or_else(|| format!("it has no {REGISTERED}"))?;
    if end <= now {
        let ended = Timestamp::from(end).to_date_time().unwrap_or_default();
        return Err(format!("the registration beside it ended at {ended}"));
    }
    json(&create).map(Bytes::from_owner).ok_or_else(unwritten)
}

/// Writes an object in memory that is taken once. A buffer that grew would leave secrets behind.
fn json(members: &BTreeMap<&str, &RawValue>) -> Option<Zeroizing<Vec<u8>>> {
    // Names grow by their quotes, a colon and a comma, and by what is escaped in them.
    let lengths = members.iter().map(|(name, value)| {
        let name = name.len().saturating_mul(6).saturating_add(4);
        name.saturating_add(value.get().len())
    });
    let length = lengths.fold(2_usize, usize::saturating_add);
    let mut written = Zeroizing::new(Vec::with_capacity(length));
    serde_json::to_writer(&mut *written, members).ok()?;
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
    let code: String = Object::read(reply.text())?.get("error")?;
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
    known.into_iter().find(|known| *known == code)
}

/// The new token, and what the file is to hold from now on.
fn take(
    reply: &Reply,
    cached: &Cached<'_>,
    now: SystemTime,
) -> Option<(HeaderValue, Zeroizing<Vec<u8>>)> {
    let created = Object::read(reply.text())?;
    let token: Zeroizing<String> = created.get("accessToken").map(Zeroizing::new)?;
    let token = (!token.is_empty()).then(|| bearer(&token))?.ok()?;
    let lasts: u32 = created.get("expiresIn")?;
    let end = Timestamp::from(now).seconds().checked_add(lasts.into())?;
    let end = to_raw_value(&Timestamp::new(end, 0).to_date_time().ok()?).ok()?;

    let mut members: BTreeMap<&str, &RawValue> = cached.members.members().collect();
    members.insert("accessToken", created.value("accessToken")?);
    members.insert("expiresAt", &end);
    let refresh_token = created.value("refreshToken");
    if let Some(refresh_token) = refresh_token.filter(|token| token.get() != "null") {
        members.insert("refreshToken", refresh_token);
    }
    Some((token, json(&members)?))
}

/// The token that the file holds by now, if it is another one and good.
async fn by_another(context: &Context, path: PathBuf, cached: &Cached<'_>) -> Option<HeaderValue> {
    let text = context.asker.file(path).await.ok()??;
    let theirs = Cached::read(&text)?;
    let is_news = !theirs.is(cached) && theirs.lasts(Duration::ZERO, context.asker.now());
    is_news.then(|| theirs.header())?.ok()
}
