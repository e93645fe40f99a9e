//! Signature Version 4, verified by its published steps and nothing of ours: what signs and what
//! checks should not share a mistake.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use wiremock::Request;

const CONTENT_SHA256: &str = "x-amz-content-sha256";

/// What a request was signed with, if its signature holds.
#[derive(Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Signed {
    pub access_key_id: String,
    pub region: String,
    pub service: String,
    /// Names of the headers that are signed.
    pub headers: Vec<String>,
}

/// Checks the signature of a request, made with `secret`.
///
/// # Errors
/// What is wrong with it.
pub fn verify(request: &Request, secret: &str) -> Result<Signed, String> {
    let authorization = header(request, "authorization")?;
    let fields = authorization
        .strip_prefix("AWS4-HMAC-SHA256 ")
        .ok_or_else(|| format!("another algorithm: {authorization}"))?;
    let field = |name: &str| {
        let mut fields = fields.split(", ").filter_map(|field| field.split_once('='));
        let found = fields.find(|(known, _)| *known == name);
        found.map(|(_, value)| value).ok_or(format!("no {name}"))
    };
    let credential: Vec<&str> = field("Credential")?.split('/').collect();
    let &[access_key_id, day, region, service, "aws4_request"] = credential.as_slice() else {
        return Err(format!("no scope: {credential:?}"));
    };
    let names: Vec<&str> = field("SignedHeaders")?.split(';').collect();
    let canonical = canonical(request, &names)?;
    let at = header(request, "x-amz-date")?;
    if !at.starts_with(day) {
        return Err(format!("signed for {day} at {at}"));
    }
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let text = format!(
        "AWS4-HMAC-SHA256\n{at}\n{scope}\n{}",
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [day, region, service, "aws4_request", &text] {
        key = mac(&key, part);
    }
    if hex(&key) != field("Signature")? {
        return Err(format!("another signature than that of\n{canonical}"));
    }
    Ok(Signed {
        access_key_id: access_key_id.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        headers: names.into_iter().map(str::to_owned).collect(),
    })
}

/// Method, path, query, headers and the sum of the body.
fn canonical(request: &Request, names: &[&str]) -> Result<String, String> {
    if !names.is_sorted() {
        return Err(format!("names in no order: {names:?}"));
    }
    // No operation has a query, nor a path that would have to be written in another way.
    let path = request.url.path();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '/';
    if request.url.query().is_some() || !path.chars().all(is_plain) {
        return Err(format!("not plain: {}", request.url));
    }
    let mut text = format!("{}\n{path}\n\n", request.method);
    for name in names {
        let value: Vec<&str> = header(request, name)?.split_whitespace().collect();
        text.push_str(&format!("{name}:{}\n", value.join(" ")));
    }
    let sum = hex(&Sha256::digest(&request.body));
    // What is said of the body is held against the body, and never taken for it.
    if request.headers.contains_key(CONTENT_SHA256) && header(request, CONTENT_SHA256)? != sum {
        return Err("the body is not what is said of it".to_owned());
    }
    Ok(format!("{text}\n{}\n{sum}", names.join(";")))
}

/// A header that is there once.
fn header<'a>(request: &'a Request, name: &str) -> Result<&'a str, String> {
    let mut values = request.headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(|e| format!("{name}: {e}")),
        (None, _) => Err(format!("no {name}")),
        _ => Err(format!("{name} twice")),
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("keys of any length will do");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
