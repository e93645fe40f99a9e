//! Credentials of a container: ECS tasks, EKS pods, and whatever speaks like them.

use std::net::IpAddr;
use std::path::PathBuf;

use http::Method;
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use http::uri::{Scheme, Uri};

use super::asker::{Asker, Patience, Stop, failed, place, request};
use super::document;
use super::keys::Credentials;

const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

/// The address that stands before a relative one.
const ECS: &str = "http://169.254.170.2";

/// Who may be asked in the clear: the agents of ECS and EKS.
const AGENTS: [&str; 4] = [
    "169.254.170.2",
    "169.254.170.23",
    "fd00:ec2::23",
    "localhost",
];

/// Where the container's credentials are, from the two variables that tell; `None` when neither is
/// set.
///
/// # Errors
/// Says why the address is none that a token may be sent to: only HTTPS is, this machine, and the
/// agents of ECS and EKS.
pub fn address(relative: Option<&str>, full: Option<&str>) -> Result<Option<Uri>, String> {
    let (name, text) = match (relative, full) {
        (Some(path), _) => (RELATIVE, format!("{ECS}{path}")),
        (None, Some(full)) => (FULL, full.to_owned()),
        (None, None) => return Ok(None),
    };
    let uri: Uri = text.parse().map_err(|_| format!("{name} is no address"))?;
    let host = uri.host().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| format!("{name} names no host"))?;
    let is_ecs = relative.is_none() || host == "169.254.170.2";
    if is_ecs && (uri.scheme() == Some(&Scheme::HTTPS) || is_near(host)) {
        return Ok(Some(uri));
    }
    Err(format!(
        "{name} names {host}, which may be asked over HTTPS only"
    ))
}

fn is_near(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    let is_loopback = host
        .parse()
        .is_ok_and(|address: IpAddr| address.is_loopback());
    is_loopback || AGENTS.contains(&host)
}

pub(super) async fn load(asker: &Asker) -> Result<Credentials, Stop> {
    let (relative, full) = (asker.env(RELATIVE).await, asker.env(FULL).await);
    let address = address(
        relative.as_ref().map(|text| text.as_str()),
        full.as_ref().map(|text| text.as_str()),
    );
    let Some(address) = address.map_err(failed)? else {
        let why = format!("neither {RELATIVE} nor {FULL} is set");
        return Err(Stop::Absent(why));
    };
    let mut request = request(Method::GET, address)?;
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(ACCEPT, json);
    if let Some(token) = token(asker).await? {
        request.headers_mut().insert(AUTHORIZATION, token);
    }
    let reply = asker.http(&request, Patience::USUAL).await?;
    let what = place(&request);
    if !reply.status.is_success() {
        return Err(failed(format_args!(
            "{what} answers with HTTP {}",
            reply.status
        )));
    }
    document::still_good(document::read(reply.text(), &what)?, asker.now(), &what)
}

/// The file changes while the pod lives, and goes before the variable, which does not.
async fn token(asker: &Asker) -> Result<Option<HeaderValue>, Stop> {
    let token = match asker.env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").await {
        Some(file) => Some(asker.needed(PathBuf::from(file.as_str())).await?),
        None => asker.env("AWS_CONTAINER_AUTHORIZATION_TOKEN").await,
    };
    let Some(token) = token else { return Ok(None) };
    let value = HeaderValue::from_str(token.trim_end());
    let mut value = value.map_err(|_| failed("the authorization token fits in no header"))?;
    value.set_sensitive(true);
    Ok(Some(value))
}
