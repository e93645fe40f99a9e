use super::*;
use std::time::Duration;

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

/// The published example of the algorithm (service `service`, 30 August 2015).
#[test]
fn signs_the_published_example() {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
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
}

#[test]
fn session_token_is_signed_and_hidden() {
    let credentials = Credentials::new("AKID", "secret").with_session_token("t0ken");
    let mut request = request();
    sign(
        &mut request,
        &credentials,
        &scope(),
        at(),
        &mut SigningKeys::default(),
    );
    let authorization = request.headers()[AUTHORIZATION].to_str().unwrap();
    assert!(authorization.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"));
    assert_eq!(request.headers()["x-amz-security-token"], "t0ken");
    assert!(!format!("{request:?}").contains("t0ken"));
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
    keys.get("hunter2", "20150830", &scope());
    assert!(!format!("{keys:?}").contains("hunter2"));
}

#[test]
fn query_is_sorted_by_its_encoded_form() {
    let canonical = |query: &str| {
        let form = Canonical::new(
            "GET",
            "/",
            query,
            std::iter::empty(),
            "",
            PathForm::Normalized,
        );
        form.text.lines().nth(2).unwrap().to_owned()
    };
    assert_eq!(canonical("b=2&a=1&a=0"), "a=0&a=1&b=2");
    assert_eq!(canonical("a+b=c d"), "a%2Bb=c%20d");
    assert_eq!(canonical("k"), "k=");
    assert_eq!(canonical(""), "");
}
