use super::*;
use http::Response;

fn reply_to(headers: &[(&str, &str)], body: &str) -> (String, String, Option<String>) {
    let mut response = Response::builder().status(400);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    let (head, ()) = response.body(()).unwrap().into_parts();
    let reply = ErrorReply::new(&head, body.as_bytes());
    (
        reply.code().into(),
        reply.message().into(),
        reply.request_id().map(Into::into),
    )
}

#[test]
fn error_codes_in_every_spelling() {
    type Case = (
        &'static [(&'static str, &'static str)],
        &'static str,
        &'static str,
        &'static str,
    );
    let cases: &[Case] = &[
        (&[("x-amzn-ErrorType", "FooError")], "{}", "FooError", ""),
        (
            &[(
                "X-Amzn-ErrorType",
                "FooError:http://internal.example/coral/",
            )],
            "",
            "FooError",
            "",
        ),
        (
            &[("x-amz-ErrorType", "ns#FooError:http://x")],
            r#"{"message":"m"}"#,
            "FooError",
            "m",
        ),
        (&[], r#"{"code":"FooError","Message":"M"}"#, "FooError", "M"),
        (
            &[],
            r#"{"__type":"aws.x#FooError:http://y","message":"m"}"#,
            "FooError",
            "m",
        ),
        (
            &[],
            r#"{"Output":{"__type":"a#FooError","message":"deep"},"Version":"1.0"}"#,
            "FooError",
            "deep",
        ),
        (
            &[],
            "<AccessDeniedException><Message>no &lt;way&gt;</Message></AccessDeniedException>",
            "AccessDeniedException",
            "no <way>",
        ),
        (
            &[],
            "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"x\"><Error><Code>Denied</Code><Message>m</Message></Error></ErrorResponse>",
            "Denied",
            "m",
        ),
        (
            &[],
            "<html><body>502 Bad Gateway</body></html>",
            "",
            "<html><body>502 Bad Gateway</body></html>",
        ),
        (&[], "upstream\n\n  unreachable", "", "upstream unreachable"),
        (&[], r#"{"code":42,"message":["x"]}"#, "", ""),
        (
            &[],
            r#"{"code":"FooError","mess"#,
            "",
            r#"{"code":"FooError","mess"#,
        ),
        (
            &[("x-amzn-ErrorType", "FooError")],
            r#"{"message":"cut sh"#,
            "FooError",
            r#"{"message":"cut sh"#,
        ),
    ];
    for (headers, body, code, message) in cases {
        let (got_code, got_message, _) = reply_to(headers, body);
        assert_eq!(
            (got_code.as_str(), got_message.as_str()),
            (*code, *message),
            "{headers:?} {body}"
        );
    }
}

#[test]
fn request_id_in_every_spelling() {
    for name in ["x-amzn-RequestId", "x-amz-RequestId", "x-amz-request-id"] {
        assert_eq!(
            reply_to(&[(name, "id-1")], "{}").2.as_deref(),
            Some("id-1"),
            "{name}"
        );
    }
    assert_eq!(reply_to(&[], "{}").2, None);
}

#[test]
fn a_long_page_is_cut_to_an_excerpt() {
    let (_, message, _) = reply_to(&[], &"word ".repeat(10_000));
    assert_eq!(message.chars().count(), 200);
}

#[test]
fn modelled_members_survive_any_spelling() {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Modelled {
        #[serde(alias = "Message")]
        message: Option<String>,
    }
    let (head, ()) = Response::new(()).into_parts();
    let message = |body: &str| {
        ErrorReply::new(&head, body.as_bytes())
            .body::<Modelled>()
            .message
    };
    assert_eq!(message(r#"{"Message":"a"}"#).as_deref(), Some("a"));
    assert_eq!(
        message(r#"{"Output":{"message":"b"}}"#).as_deref(),
        Some("b")
    );
    assert_eq!(
        message("<Denied><Message>c</Message></Denied>").as_deref(),
        Some("c")
    );
    assert_eq!(message("garbage"), None);
}

#[test]
fn refuses_what_cannot_be_sent() {
    let builder = || RequestBuilder::new(Method::POST, "/x");
    let missing = builder().require("Fragments", false).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "Fragments is required but was not given"
    );
    let neither = builder()
        .one_of(&[("StreamName", false), ("StreamARN", false)])
        .unwrap_err();
    assert_eq!(
        neither.to_string(),
        "StreamName or StreamARN is required but was not given"
    );
    assert!(
        builder()
            .one_of(&[("StreamName", false), ("StreamARN", true)])
            .is_ok()
    );
}

#[test]
fn an_empty_body_is_an_empty_object() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Empty {}
    assert_eq!(decode::<Empty>(b""), Ok(Empty {}));
    assert_eq!(decode::<Empty>(b" \n"), Ok(Empty {}));
    assert_eq!(decode::<Empty>(b"nonsense").unwrap_err().part, "body");
}

#[test]
fn pages_end_at_an_empty_or_repeated_token() {
    assert_eq!(token(Some("b"), Some("a")).as_deref(), Some("b"));
    assert_eq!(token(Some(""), None), None);
    assert_eq!(token(None, Some("a")), None);
    assert_eq!(token(Some("a"), Some("a")), None);
}
