//! The JSON document that programs, containers and instance metadata tell credentials in.

use std::time::SystemTime;

use serde::Deserialize;

use super::asker::{Stop, failed};
use super::keys::Credentials;
use crate::timestamp::Timestamp;

/// Each source spells some of the members in its own way.
#[derive(Deserialize)]
struct Document {
    #[serde(alias = "accessKeyId", alias = "AccessKeyId")]
    access_key_id: Option<String>,
    #[serde(alias = "secretAccessKey", alias = "SecretAccessKey")]
    secret_access_key: Option<String>,
    #[serde(alias = "Token", alias = "SessionToken", alias = "sessionToken")]
    session_token: Option<String>,
    #[serde(alias = "Expiration")]
    expiration: Option<Expiration>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Expiration {
    /// Milliseconds since 1970.
    Millis(i64),
    Text(String),
}

/// Reads the document, which is `what` for a person.
pub(super) fn read(json: &str, what: &str) -> Result<Credentials, Stop> {
    // The reason is not shown: it would quote what may be a secret.
    let document: Document = serde_json::from_str(json)
        .map_err(|_| failed(format_args!("{what} is no JSON document")))?;
    let missing = |name: &str| failed(format_args!("{what} has no {name}"));
    let is_there = |text: &String| !text.is_empty();
    let id = document.access_key_id.filter(is_there);
    let secret = document.secret_access_key.filter(is_there);
    let mut credentials = Credentials::new(
        id.ok_or_else(|| missing("AccessKeyId"))?,
        secret.ok_or_else(|| missing("SecretAccessKey"))?,
    );
    if let Some(token) = document.session_token.filter(is_there) {
        credentials = credentials.with_session_token(token);
    }
    if let Some(expiration) = document.expiration {
        let at = moment(&expiration);
        let at =
            at.ok_or_else(|| failed(format_args!("{what} has an Expiration that is no time")))?;
        credentials = credentials.expiring_at(at);
    }
    Ok(credentials)
}

fn moment(expiration: &Expiration) -> Option<SystemTime> {
    let at = match expiration {
        Expiration::Text(text) => text.parse::<Timestamp>().ok()?,
        Expiration::Millis(millis) => {
            let nanos = u32::try_from(millis.rem_euclid(1_000)).ok()?;
            Timestamp::new(millis.div_euclid(1_000), nanos.checked_mul(1_000_000)?)
        }
    };
    SystemTime::try_from(at).ok()
}

/// Refuses credentials that have ended already, or that no request can carry.
pub(super) fn still_good(
    credentials: Credentials,
    now: SystemTime,
    what: &str,
) -> Result<Credentials, Stop> {
    let carried = credentials.check();
    carried.map_err(|invalid| failed(format_args!("{what}: {invalid}")))?;
    match credentials.expires_at() {
        Some(at) if at <= now => {
            let at = Timestamp::from(at);
            let at = at.to_date_time().unwrap_or_default();
            Err(failed(format_args!(
                "{what} has credentials that ended at {at}"
            )))
        }
        _ => Ok(credentials),
    }
}
