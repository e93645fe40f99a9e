//! The JSON document that programs, containers and instance metadata tell credentials in.

use std::time::SystemTime;

use super::asker::{Stop, failed};
use super::keys::Credentials;
use super::object::Object;
use crate::timestamp::Timestamp;

// Each source spells some of the members in its own way.
const ID: [&str; 2] = ["AccessKeyId", "accessKeyId"];
const SECRET: [&str; 2] = ["SecretAccessKey", "secretAccessKey"];
const TOKEN: [&str; 3] = ["Token", "SessionToken", "sessionToken"];
const EXPIRATION: [&str; 2] = ["Expiration", "expiration"];

/// Reads the document, which is `what` for a person.
pub(super) fn read(json: &str, what: &str) -> Result<Credentials, Stop> {
    // The reason is not shown: it would quote what may be a secret.
    let no_document = || failed(format_args!("{what} is no JSON document"));
    let document = Object::read(json).ok_or_else(no_document)?;
    let text = |names: &[&str]| document.text(names).map_err(|_| no_document());
    let missing = |name: &str| failed(format_args!("{what} has no {name}"));
    let is_there = |text: &String| !text.is_empty();
    let id = text(&ID)?.filter(is_there);
    let secret = text(&SECRET)?.filter(is_there);
    let mut credentials = Credentials::new(
        id.ok_or_else(|| missing("AccessKeyId"))?,
        secret.ok_or_else(|| missing("SecretAccessKey"))?,
    );
    if let Some(token) = text(&TOKEN)?.filter(is_there) {
        credentials = credentials.with_session_token(token);
    }
    // Some tell it in milliseconds since 1970.
    let millis = EXPIRATION.iter().find_map(|name| document.get(name));
    let expiration = match millis {
        Some(millis) => Some(of_millis(millis)),
        None => text(&EXPIRATION)?.map(|text| of_text(&text)),
    };
    if let Some(at) = expiration {
        let at =
            at.ok_or_else(|| failed(format_args!("{what} has an Expiration that is no time")))?;
        credentials = credentials.expiring_at(at);
    }
    Ok(credentials)
}

fn of_millis(millis: i64) -> Option<SystemTime> {
    SystemTime::try_from(Timestamp::from_millis(millis)).ok()
}

fn of_text(text: &str) -> Option<SystemTime> {
    SystemTime::try_from(text.parse::<Timestamp>().ok()?).ok()
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
