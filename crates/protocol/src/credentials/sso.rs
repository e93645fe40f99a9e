//! Single sign-on: the token of a person who has signed in, kept in a file, for a role's keys.

mod renewal;
mod token;

use http::header::HeaderName;
use http::{Method, Request};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::asker::{Patience, Stop, failed, place, request};
use super::chain::Context;
use super::document;
use super::keys::Credentials;
use super::object::Object;
use super::places;
use super::plan::Sso;
use crate::operation::Service;

pub(super) use renewal::Renewals;

static PORTAL: Service = Service {
    id: "SSO",
    endpoint: |built_ins| places::endpoint("portal.sso", built_ins),
    signing_name: "awsssoportal",
    throttling: &[],
};

const BEARER: HeaderName = HeaderName::from_static("x-amz-sso_bearer_token");

pub(super) async fn load(context: &Context, sso: &Sso) -> Result<Credentials, Stop> {
    let (Some(account), Some(role)) = (&sso.account_id, &sso.role_name) else {
        return Err(failed(
            "the profile signs in for a token alone; credentials need sso_account_id and \
             sso_role_name",
        ));
    };
    let token = token::find(context, sso).await?;
    let [account, role] = [account, role].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC));
    let path = format!("/federation/credentials?role_name={role}&account_id={account}");
    let target = context.target_in(&PORTAL, &sso.region).await?;
    let path = path.parse().map_err(failed)?;
    let mut request = request(Method::GET, target.origin.join(&path).map_err(failed)?)?;
    request.headers_mut().insert(BEARER, token);
    ask(context, sso, &request).await
}

async fn ask(
    context: &Context,
    sso: &Sso,
    request: &Request<bytes::Bytes>,
) -> Result<Credentials, Stop> {
    let reply = context.asker.http(request, Patience::USUAL).await?;
    let what = place(request);
    if !reply.status.is_success() {
        return Err(failed(format_args!(
            "{what} answers with HTTP {}; if the role is right, {} again",
            reply.status,
            sign_in(sso)
        )));
    }
    let answer = Object::read(reply.text()).and_then(|answer| answer.raw("roleCredentials"));
    let answer =
        answer.ok_or_else(|| failed(format_args!("{what} answers with no credentials")))?;
    let credentials = document::read(answer, &what)?;
    document::still_good(credentials, context.asker.now(), &what)
}

/// What the person may do about it.
fn sign_in(sso: &Sso) -> String {
    format!("sign in with `aws sso login --profile {}`", sso.profile)
}
