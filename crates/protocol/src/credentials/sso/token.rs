//! The token that signing in has left behind, and the file that it is in.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use http::header::HeaderValue;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::super::asker::{Stop, failed};
use super::super::chain::Context;
use super::super::object::Object;
use super::super::plan::Sso;
use super::super::sha1::sha1;
use super::{renewal, sign_in};
use crate::sign::hex;
use crate::timestamp::Timestamp;

/// What the file says: a JSON object. Others write into it too, and what they have written stays.
pub(super) struct Cached<'t> {
    pub(super) members: Object<'t>,
    /// The token itself.
    access_token: Zeroizing<String>,
    expires_at: String,
}

impl<'t> Cached<'t> {
    /// Reads the file's text; `None` when there is no token in it.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let members = Object::read(text)?;
        Some(Self {
            access_token: Zeroizing::new(members.get("accessToken")?),
            expires_at: members.get("expiresAt")?,
            members,
        })
    }

    /// A member that is a string, as it is written in JSON.
    pub(super) fn string(&self, name: &str) -> Option<&'t RawValue> {
        let raw = self.members.value(name)?;
        let is_there = raw.get().starts_with('"') && raw.get() != "\"\"";
        is_there.then_some(raw)
    }

    /// When something ends, as a member tells it.
    pub(super) fn end(&self, name: &str) -> Option<SystemTime> {
        let at: Timestamp = self.members.get::<String>(name)?.parse().ok()?;
        SystemTime::try_from(at).ok()
    }

    /// Whether the token is good for more than `time` from `now` on.
    pub(super) fn lasts(&self, time: Duration, now: SystemTime) -> bool {
        let end = self.end("expiresAt");
        end.and_then(|end| end.duration_since(now).ok())
            .is_some_and(|left| left > time)
    }

    pub(super) fn is(&self, other: &Cached<'_>) -> bool {
        self.access_token == other.access_token
    }

    /// As requests carry it.
    pub(super) fn header(&self) -> Result<HeaderValue, Stop> {
        bearer(&self.access_token)
    }
}

/// A token as requests carry it.
pub(super) fn bearer(token: &str) -> Result<HeaderValue, Stop> {
    let value = HeaderValue::from_str(token);
    let mut value = value.map_err(|_| failed("the token fits in no header"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A token that is good, renewed if its end is near.
pub(super) async fn find(context: &Context, sso: &Sso) -> Result<HeaderValue, Stop> {
    let path = cache_file(context, sso).await?;
    let shown = path.display().to_string();
    let sign_in = sign_in(sso);
    let Some(text) = context.asker.file(path.clone()).await? else {
        return Err(failed(format_args!(
            "nobody has signed in ({shown} is not there): {sign_in}"
        )));
    };
    let cached = Cached::read(&text);
    let cached = cached.ok_or_else(|| failed(format_args!("{shown} holds no token: {sign_in}")))?;
    if cached.lasts(renewal::BEFORE_END, context.asker.now()) {
        return cached.header();
    }
    let why = match &sso.session {
        // The older form has nothing to renew it with.
        None => String::new(),
        Some(_) => match renewal::renew(context, sso, path, &cached).await {
            Ok(token) => return Ok(token),
            Err(why) => format!(", and cannot be renewed ({why})"),
        },
    };
    if cached.lasts(Duration::ZERO, context.asker.now()) {
        return cached.header();
    }
    let ended = &cached.expires_at;
    Err(failed(format_args!(
        "the token in {shown} ended at {ended}{why}: {sign_in}"
    )))
}

/// It is called after the session or, in the older form, after where the person has signed in.
async fn cache_file(context: &Context, sso: &Sso) -> Result<PathBuf, Stop> {
    let name = sso.session.as_ref().unwrap_or(&sso.start_url);
    let file = format!("{}.json", hex(&sha1(name.as_bytes())));
    let home = context.home().await;
    let home = home.ok_or_else(|| failed("HOME is not set, below which the token would be"))?;
    Ok(home.join(".aws").join("sso").join("cache").join(file))
}
