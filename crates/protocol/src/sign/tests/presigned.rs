//! Signatures in the query.

use super::*;
use crate::Invalid;

const HOUR: Duration = Duration::from_secs(3_600);

fn presigned(rules: Rules, token: Option<&str>, request: Request<Bytes>) -> Request<Bytes> {
    let mut request = request;
    presign(rules, token, HOUR, &mut request).unwrap();
    request
}

fn presign(
    rules: Rules,
    token: Option<&str>,
    expires_in: Duration,
    request: &mut Request<Bytes>,
) -> Result<Signed, Invalid> {
    let mut credentials = Credentials::new(KEY_ID, SECRET);
    if let Some(token) = token {
        credentials = credentials.with_session_token(token);
    }
    let (scope, mut keys) = (scope(), SigningKeys::default());
    let signer = Signer::new(&credentials, &scope, at()).with_rules(rules);
    signer.presign(request, expires_in, &mut keys)
}

/// The published example of the algorithm, signed in the query.
#[test]
fn presigns_the_published_example() {
    let request = presigned(Rules::default(), None, request());
    assert_eq!(
        request.uri(),
        "https://example.amazonaws.com/?Param1=value1&X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600\
         &X-Amz-Signature=a9ef26247f293bffe40eeff86a0480ba8c14d31503b2e0c3399e3a16bf1a3682"
    );
    assert!(!request.headers().contains_key(AUTHORIZATION));
    assert!(!request.headers().contains_key("x-amz-date"));
}

#[test]
fn a_token_is_signed_or_added() {
    let place = |token| Rules {
        token,
        ..Rules::default()
    };
    let with_token = presigned(place(TokenPlace::Signed), Some("a/b"), request());
    let added = presigned(place(TokenPlace::Added), Some("a/b"), request());
    let signature = |request: &Request<Bytes>| {
        let (before, signature) = request.uri().query()?.rsplit_once("&X-Amz-Signature=")?;
        before
            .ends_with("&X-Amz-Expires=3600&X-Amz-Security-Token=a%2Fb")
            .then(|| signature.to_owned())
    };
    let without = "a9ef26247f293bffe40eeff86a0480ba8c14d31503b2e0c3399e3a16bf1a3682";
    assert_eq!(signature(&added).unwrap(), without);
    assert_ne!(signature(&with_token).unwrap(), without);
    assert!(!added.headers().contains_key("x-amz-security-token"));
}

#[test]
fn headers_that_have_to_be_sent_are_named() {
    let request = presigned(Rules::default(), None, rich_request());
    let query = request.uri().query().unwrap();
    assert!(
        query.contains("&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta&"),
        "{query}"
    );
}

#[test]
fn a_former_signature_is_replaced() {
    let rules = Rules::default();
    let once = presigned(rules, Some("old"), request());
    assert_eq!(
        presigned(rules, None, once.clone()).uri(),
        presigned(rules, None, request()).uri()
    );
    assert_eq!(
        presigned(rules, Some("old"), once.clone()).uri(),
        once.uri()
    );

    let (in_headers, _) = with_rules(rules, request());
    let moved = presigned(rules, None, in_headers);
    assert_eq!(moved.uri(), presigned(rules, None, request()).uri());
    let names: Vec<&str> = moved.headers().keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["host", "user-agent"]);
}

#[test]
fn what_only_looks_like_a_signature_stays() {
    let target = "https://h/?X-Amz-ChannelARN=a&x-amz-date=b&X-Amz-Dates&Y=X-Amz-Date";
    let channel = Request::get(target).header("host", "h");
    let request = presigned(Rules::default(), None, channel.body(Bytes::new()).unwrap());
    let kept = format!("{target}&X-Amz-Algorithm=");
    assert!(request.uri().to_string().starts_with(&kept));
}

#[test]
fn an_expiry_has_bounds() {
    for (millis, works) in [
        (0, false),
        (999, false),
        (1_000, true),
        (604_800_000, true),
        (604_800_001, false),
    ] {
        let mut request = request();
        let result = presign(
            Rules::default(),
            None,
            Duration::from_millis(millis),
            &mut request,
        );
        assert_eq!(result.is_ok(), works, "{millis}");
    }
    let refused = presign(Rules::default(), None, Duration::MAX, &mut request());
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the expiry of a presigned request must be from one second to seven days"
    );
}

#[test]
fn an_address_that_grows_too_long_is_refused_and_left_alone() {
    let before = rich_request();
    let mut request = rich_request();
    let token = "t".repeat(70_000);
    let refused = presign(Rules::default(), Some(&token), HOUR, &mut request).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the address cannot carry a signature: uri too long"
    );
    assert_eq!(request.uri(), before.uri());
    assert_eq!(request.headers(), before.headers());
}
