use std::collections::BTreeMap;

use super::*;
use crate::Blob;
use http::{Method, Response};

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
            "<Denied><Message>no &lt;way&gt; &quot;here&quot;, it&apos;s &amp;lt;</Message></Denied>",
            "Denied",
            "no <way> \"here\", it's &lt;",
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
        (
            &[],
            "upstream\n\n  unreachable\x1b[2J",
            "",
            "upstream unreachable[2J",
        ),
        (
            &[("x-amzn-ErrorType", "")],
            r#"{"code":"FooError"}"#,
            "FooError",
            "",
        ),
        (&[], r#"{"code":42,"message":["x"]}"#, "", ""),
        (&[], r#"{"__type":"Less","code":"More"}"#, "More", ""),
        (&[], r#"{"__type":"FooError","code":400}"#, "FooError", ""),
        (&[("x-amzn-ErrorType", "ÜbelError")], "{}", "ÜbelError", ""),
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
    crate::structure! {
        struct Modelled {
            pub message: Option<String> = "message",
        }
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
    assert_eq!(message(r#"{"errorMessage":"d"}"#).as_deref(), Some("d"));
    assert_eq!(
        message(r#"{"message":null,"Message":"e"}"#).as_deref(),
        Some("e")
    );
    assert_eq!(message("garbage"), None);
}

crate::structure! {
    /// Answers and requests for the tests.
    struct Sample one_of("Id", "Name") {
        /// A number.
        pub id: Option<i32> = "Id",
        /// A text.
        pub name: Option<String> = "Name" [Length(1, 4)],
        /// A number that has a default.
        pub count: i32 = "Count" else 7,
        /// A fraction.
        pub ratio: Option<f64> = "Ratio",
        /// Without `null`.
        pub dense: Option<Vec<i32>> = "Dense",
        /// With `null`.
        pub sparse: Option<Vec<Option<i32>>> = "Sparse",
        /// Without `null`.
        pub by_name: Option<BTreeMap<String, Vec<String>>> = "ByName",
        /// With `null`.
        pub holes: Option<BTreeMap<String, Option<String>>> = "Holes",
        /// More of them.
        pub nested: Option<Box<Sample>> = "Nested" [Required],
        /// In a header.
        pub tag: Option<String> = "Tag" (header),
    }
}

fn sample(json: &str) -> Result<Sample, String> {
    decode(json.as_bytes()).map_err(|malformed| malformed.problem)
}

#[test]
fn absent_and_null_are_the_same() {
    assert_eq!(sample("{}").unwrap(), Sample::default());
    let nulls = r#"{"Id":null,"Count":null,"Dense":null,"Nested":null,"Other":[{}]}"#;
    assert_eq!(sample(nulls).unwrap(), Sample::default());
    assert_eq!(
        serde_json::to_string(&Sample::default()).unwrap(),
        r#"{"Count":7}"#
    );
}

#[test]
fn lists_and_maps_keep_null_only_where_it_is_a_value() {
    let json = r#"{"Dense":[null,1,null],"Sparse":[null,1],"ByName":{"a":null,"b":[]},"Holes":{"a":null,"b":"c"}}"#;
    let read = sample(json).unwrap();
    assert_eq!(read.dense.as_deref(), Some([1].as_slice()));
    assert_eq!(read.sparse.as_deref(), Some([None, Some(1)].as_slice()));
    assert_eq!(
        read.by_name.as_ref().unwrap(),
        &[("b".to_owned(), vec![])].into()
    );
    assert_eq!(read.holes.as_ref().unwrap().get("a"), Some(&None));
    let written = serde_json::to_string(&read).unwrap();
    let expected =
        r#"{"Count":7,"Dense":[1],"Sparse":[null,1],"ByName":{"b":[]},"Holes":{"a":null,"b":"c"}}"#;
    assert_eq!(written, expected);
}

#[test]
fn numbers_that_json_has_no_digits_for() {
    for (text, expected) in [
        ("NaN", f64::NAN),
        ("Infinity", f64::INFINITY),
        ("-Infinity", f64::NEG_INFINITY),
    ] {
        let json = format!(r#"{{"Count":7,"Ratio":"{text}"}}"#);
        let read = sample(&json).unwrap();
        assert_eq!(read.ratio.unwrap().to_bits(), expected.to_bits());
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }
    assert_eq!(sample(r#"{"Ratio":3}"#).unwrap().ratio, Some(3.0));
}

#[test]
fn documents_that_are_not_as_the_model_says() {
    let cases = [
        (
            r#"{"Ratio":1e999}"#,
            "Ratio: number out of range at line 1 column 14",
        ),
        (
            r#"{"Id":2147483648}"#,
            "Id: invalid value: integer `2147483648`, expected i32 at line 1 column 16",
        ),
        (
            r#"{"Id":123456789012345678901234567890}"#,
            "Id: invalid type: floating point `1.2345678901234568e+29`, expected i32 at line 1 column 36",
        ),
        (
            r#"{"Id":"1"}"#,
            r#"Id: invalid type: string "1", expected i32 at line 1 column 9"#,
        ),
        (
            r#"{"Nested":{"Dense":[1,{}]}}"#,
            "Nested: Dense: invalid type: map, expected i32 at line 1 column 22",
        ),
        (
            r#"{"Name":"\ud800"}"#,
            "Name: unexpected end of hex escape at line 1 column 16",
        ),
        (
            r#"{"Ratio":"one"}"#,
            r#"Ratio: invalid value: string "one", expected a number at line 1 column 14"#,
        ),
        (
            r#"[{"Id":1}]"#,
            "invalid type: sequence, expected an object at line 1 column 0",
        ),
        (r#"{"Id":1} {}"#, "trailing characters at line 1 column 10"),
        (
            r#"{"Id":1"#,
            "EOF while parsing an object at line 1 column 7",
        ),
    ];
    for (json, problem) in cases {
        assert_eq!(sample(json), Err(problem.to_owned()), "{json}");
    }
    let twice = sample(r#"{"Id":1,"Id":2}"#).unwrap();
    assert_eq!(twice.id, Some(2), "the last one counts");
    let gone = sample(r#"{"Id":1,"Id":null,"Count":1,"Count":null}"#).unwrap();
    assert_eq!(gone, Sample::default(), "null counts as well");
}

#[test]
fn documents_that_cost_too_much_are_refused() {
    let nested = |levels: usize| {
        format!(
            "{}{{}}{}",
            r#"{"Nested":"#.repeat(levels),
            "}".repeat(levels)
        )
    };
    assert!(sample(&nested(100)).is_ok());
    for levels in [128, 100_000] {
        let problem = sample(&nested(levels)).unwrap_err();
        assert!(problem.contains("recursion limit exceeded"), "{problem}");
    }
    let (opened, closed) = ("[".repeat(1_000_000), "]".repeat(1_000_000));
    let unknown = format!(r#"{{"Other":{opened}{closed}}}"#);
    assert!(sample(&unknown).is_ok(), "what is skipped takes no stack");
    let many = |values: usize| format!(r#"{{"Other":[{}0]}}"#, "0,".repeat(values));
    assert!(sample(&many(1_000_000)).is_ok());
    assert_eq!(
        sample(&many(1_100_000)).unwrap_err(),
        "has more than 1048576 values"
    );
    let text = format!(r#"{{"Name":"{}\"["}}"#, "[{,".repeat(1_000_000));
    assert!(
        sample(&text).is_ok(),
        "what stands in a text does not count"
    );
}

#[test]
fn a_request_is_refused_for_what_is_missing_alone() {
    let encode = |input: &Sample| RequestBuilder::new(Method::POST, "/x").document(input);
    let mut input = Sample {
        name: Some("too long".into()),
        ..Sample::default()
    };
    let problem = encode(&input).unwrap_err().to_string();
    assert_eq!(problem, "Nested is required but was not given");
    input.nested = Some(Box::default());
    let request = encode(&input).unwrap();
    let kept = &request.extensions().get::<Violations>().unwrap().0;
    let paths: Vec<&str> = kept
        .iter()
        .map(|violation| violation.path.as_str())
        .collect();
    assert_eq!(paths, ["Name", "Nested.Id or Name", "Nested.Nested"]);
}

#[test]
fn labels_that_would_make_another_path_are_refused() {
    let label = |value: Option<&str>| {
        let value = value.map(str::to_owned);
        let request =
            RequestBuilder::new(Method::GET, "/a/{id}/{rest+}/(b)+?c").label("id", &value)?;
        request
            .label("rest", &Some("d/{e} f".to_owned()))?
            .no_body()
    };
    assert_eq!(
        label(Some("x/y")).unwrap().uri(),
        "/a/x%2Fy/d/%7Be%7D%20f/(b)+?c"
    );
    assert_eq!(
        label(None).unwrap_err().to_string(),
        "id is required but was not given"
    );
    assert_eq!(
        label(Some("")).unwrap_err().to_string(),
        "id must not be empty, for it is part of the path"
    );
}

#[test]
fn headers_that_cannot_be_are_refused() {
    let builder = || RequestBuilder::new(Method::GET, "/");
    let broken = builder()
        .header("x-a", &Some("a\r\nx-b: c".to_owned()))
        .unwrap_err();
    assert_eq!(
        broken.to_string(),
        "x-a has characters that no header can carry"
    );
    let map = Some([("b c".to_owned(), "d".to_owned())].into());
    let broken = builder().prefix_headers("x-", &map).unwrap_err();
    assert_eq!(
        broken.to_string(),
        "x-b c is no name that a header can have"
    );
}

#[test]
fn host_prefixes_are_made_of_labels() {
    let prefix = |value| host_prefix("data.{id}.", &[("id", value)]).map_err(|e| e.to_string());
    assert_eq!(prefix(Some("a-1")).unwrap(), "data.a-1.");
    assert!(prefix(None).is_err());
    for bad in ["", "a/b", "a..b", "evil.com#", "a b"] {
        let problem = "id must be such that a host name can begin with it";
        assert_eq!(prefix(Some(bad)).unwrap_err(), problem, "{bad:?}");
    }
}

#[test]
fn long_bodies_are_compressed_and_summed_as_sent() {
    let body = Some(Blob::from("a".repeat(20_000)));
    let request = RequestBuilder::new(Method::PUT, "/")
        .compressed()
        .checksum();
    let request = request
        .header("Content-Encoding", &Some("custom".to_owned()))
        .unwrap();
    let request = request.bytes("text/plain", &body).unwrap();
    assert_eq!(request.headers()["content-encoding"], "custom, gzip");
    assert!(request.body().len() < 300 && request.body().starts_with(&[0x1f, 0x8b]));
    let short = RequestBuilder::new(Method::PUT, "/")
        .compressed()
        .checksum();
    let short = short.json(&serde_json::json!({ "foo": 1 })).unwrap();
    assert!(!short.headers().contains_key("content-encoding"));
    assert_eq!(short.headers()["content-md5"], "UQFEWZR9Vcg2/nT68iTlSg==");
}

#[test]
fn errors_have_members_outside_of_the_document() {
    let (head, ()) = Response::builder()
        .status(418)
        .header("x-map-a", "1")
        .header("x-map-b", "2")
        .header("x-n", "4")
        .header("x-bad", "x")
        .body(())
        .unwrap()
        .into_parts();
    let reply = ErrorReply::new(&head, b"{}");
    assert_eq!(reply.header::<i32>("x-n"), Some(4));
    assert_eq!(
        (reply.header::<i32>("x-bad"), reply.header::<i32>("x-none")),
        (None, None)
    );
    let map = [("a", 1), ("b", 2)].map(|(name, value)| (name.to_owned(), value));
    assert_eq!(reply.prefix_headers("x-map-"), Some(map.into()));
    assert_eq!(reply.prefix_headers::<i32>("x-b"), None, "no number");
    assert_eq!(reply.status::<i32>(), Some(418));
    assert_eq!(ErrorReply::new(&head, b"7").payload(), Some(7));
    assert_eq!(ErrorReply::new(&head, b"<a>").payload::<i32>(), None);
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
fn pages_end_at_an_empty_token_and_never_at_a_repeated_one() {
    let token = |of_page: Option<&str>, of_request: Option<&str>| {
        let (page, request) = (of_page.map(str::to_owned), of_request.map(str::to_owned));
        token("NextToken", &page, &request)
    };
    assert_eq!(token(Some("b"), Some("a")).unwrap().as_deref(), Some("b"));
    assert_eq!(token(Some(""), None), Ok(None));
    assert_eq!(token(Some(""), Some("")), Ok(None));
    assert_eq!(token(None, Some("a")), Ok(None));
    let told = token(Some("a"), Some("a")).unwrap_err().to_string();
    assert!(told.contains(": NextToken: is the one that"), "{told}");
}

#[test]
fn several_tokens_lead_on_together() {
    let some = |text: &str| Some(text.to_owned());
    let (a, b, empty) = (some("a"), some("b"), some(""));
    let leads_on = |tokens| leads_on("Token", tokens);
    assert_eq!(leads_on([(&a, &None), (&None, &None)]), Ok(true));
    let one_moves_on = [(&a, &a), (&b, &None)];
    assert_eq!(leads_on(one_moves_on), Ok(true));
    let last_page = [(&None, &a), (&empty, &b)];
    assert_eq!(leads_on(last_page), Ok(false));
    let same_again = [(&a, &a), (&b, &b)];
    assert_eq!(leads_on(same_again).unwrap_err().part, "Token");
}
