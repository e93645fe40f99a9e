use std::time::Duration;

use http::header::AUTHORIZATION;

use super::*;

mod canonical;
mod hostile;
mod presigned;

const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn scope() -> Scope {
    Scope {
        region: "us-east-1".into(),
        service: "service".into(),
    }
}

fn at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

fn request() -> Request<Bytes> {
    Request::post("https://example.amazonaws.com/?Param1=value1")
        .header("host", "example.amazonaws.com")
        .header("user-agent", "not signed")
        .body(Bytes::new())
        .unwrap()
}

/// A request whose every part may be signed.
fn rich_request() -> Request<Bytes> {
    let mut request = request();
    for (name, value) in [
        ("accept", "video/x-matroska"),
        ("content-type", "application/json"),
        ("transfer-encoding", "chunked"),
        ("connection", "close"),
        ("expect", "100-continue"),
        ("x-amz-meta", "1"),
        ("x-amzn-trace-id", "Root=1"),
    ] {
        request
            .headers_mut()
            .insert(name, http::HeaderValue::from_static(value));
    }
    *request.body_mut() = Bytes::from_static(b"{}");
    request
}

fn with_rules(rules: Rules, mut request: Request<Bytes>) -> (Request<Bytes>, Signed) {
    let credentials = Credentials::new(KEY_ID, SECRET).with_session_token("t0ken");
    let (scope, mut keys) = (scope(), SigningKeys::default());
    let signer = Signer::new(&credentials, &scope, at()).with_rules(rules);
    let signed = signer.sign(&mut request, &mut keys);
    (request, signed)
}

/// The published example of the algorithm (service `service`, 30 August 2015).
#[test]
fn signs_the_published_example() {
    let credentials = Credentials::new(KEY_ID, SECRET);
    let mut request = request();
    sign(
        &mut request,
        &credentials,
        &scope(),
        at(),
        &mut SigningKeys::default(),
    );
    assert_eq!(
        request.headers()[AUTHORIZATION],
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
         SignedHeaders=host;x-amz-date, \
         Signature=28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"
    );
    assert!(request.headers()[AUTHORIZATION].is_sensitive());
    assert_eq!(request.headers()["x-amz-date"], "20150830T123600Z");
}

#[test]
fn the_steps_are_those_of_the_standard() {
    let credentials = Credentials::new(KEY_ID, SECRET);
    let scope = scope();
    let signer = Signer::new(&credentials, &scope, at());
    let signed = signer.sign(&mut request(), &mut SigningKeys::default());
    assert_eq!(
        signed.canonical.text,
        "POST\n/\nParam1=value1\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\n\
         host;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(
        signed.string_to_sign,
        format!(
            "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n{}",
            sha256_hex(signed.canonical.text.as_bytes())
        )
    );
    let key = SigningKey::derive(SECRET, "20150830", &scope);
    assert_eq!(signed.signature, key.sign(&signed.string_to_sign));
}

#[test]
fn session_token_is_signed_and_hidden() {
    let (request, signed) = with_rules(Rules::default(), request());
    let authorization = request.headers()[AUTHORIZATION].to_str().unwrap();
    assert!(authorization.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"));
    assert_eq!(request.headers()["x-amz-security-token"], "t0ken");
    assert!(!format!("{request:?}").contains("t0ken"));
    let shown = format!("{signed:?}");
    assert!(!shown.contains("t0ken") && !shown.contains(&signed.signature));
    assert!(shown.contains("string_to_sign: \"AWS4-HMAC-SHA256"));
    assert!(shown.contains("signed_headers: \"host;x-amz-date;x-amz-security-token\""));
}

#[test]
fn a_token_may_be_left_out_of_the_signature() {
    let rules = Rules {
        token: TokenPlace::Added,
        ..Rules::default()
    };
    let (request, signed) = with_rules(rules, request());
    assert_eq!(request.headers()["x-amz-security-token"], "t0ken");
    assert_eq!(signed.canonical.signed_headers, "host;x-amz-date");
    assert!(!signed.canonical.text.contains("t0ken"));
    assert!(!format!("{request:?}").contains("t0ken"));
}

#[test]
fn what_proxies_rewrite_is_not_signed() {
    let rules = |headers| Rules {
        headers,
        ..Rules::default()
    };
    let (_, needed) = with_rules(rules(SignedHeaders::Needed), rich_request());
    assert_eq!(
        needed.canonical.signed_headers,
        "content-type;host;x-amz-date;x-amz-meta;x-amz-security-token"
    );
    let (_, all) = with_rules(rules(SignedHeaders::All), rich_request());
    assert_eq!(
        all.canonical.signed_headers,
        "accept;content-type;host;x-amz-date;x-amz-meta;x-amz-security-token"
    );
}

#[test]
fn a_former_signature_is_replaced() {
    let (once, first) = with_rules(Rules::default(), request());
    let (twice, second) = with_rules(Rules::default(), once.clone());
    assert_eq!(first, second);
    assert_eq!(once.headers(), twice.headers());

    let credentials = Credentials::new(KEY_ID, SECRET);
    let mut lasting = twice;
    sign(
        &mut lasting,
        &credentials,
        &scope(),
        at(),
        &mut SigningKeys::default(),
    );
    assert!(!lasting.headers().contains_key("x-amz-security-token"));

    let added = Rules {
        headers: SignedHeaders::All,
        token: TokenPlace::Added,
        ..Rules::default()
    };
    let (_, signed) = with_rules(added, once);
    assert_eq!(signed.canonical.signed_headers, "host;x-amz-date");
}

#[test]
fn a_key_is_derived_once_a_day_scope_and_secret() {
    let mut keys = SigningKeys::default();
    assert_eq!(
        keys.get("secret", "20150830", &scope()).sign("x"),
        SigningKey::derive("secret", "20150830", &scope()).sign("x")
    );
    let elsewhere = Scope {
        region: "eu-west-1".into(),
        ..scope()
    };
    for (secret, day, scope) in [
        ("secret", "20150831", scope()),
        ("other", "20150831", scope()),
        ("other", "20150831", elsewhere),
    ] {
        let expected = SigningKey::derive(secret, day, &scope).sign("x");
        assert_eq!(keys.get(secret, day, &scope).sign("x"), expected);
    }
}

#[test]
fn secrets_do_not_show() {
    let mut keys = SigningKeys::default();
    let key = keys.get("hunter2", "20150830", &scope());
    assert_eq!(format!("{key:?}"), "SigningKey(…)");
    let shown = format!("{keys:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("20150830") && shown.contains("us-east-1"));
}
