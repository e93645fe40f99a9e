//! Refusals, in every spelling.

use kvs_tests::{CLIENTS, Service, settings};
use wiremock::ResponseTemplate;

use crate::refusal;
use crate::table::{Case, Failed, Kind, TABLE};

/// What this service calls throttling.
const THROTTLING: &str = "ClientLimitExceededException";

/// Refuses an operation, and gives what each client makes of it; checks that it was sent as often as
/// they say, and slept in between.
fn refused(case: &Case, answer: &ResponseTemplate) -> Vec<Failed> {
    let mut all = Vec::new();
    for start in CLIENTS {
        let service = match case.api {
            Some(_) => Service::start(),
            None => Service::without_discovery(),
        };
        service.on(case.path, answer.clone());
        let (driver, clock) = start(&settings(&service.url()));
        let failed = case.send(&driver).unwrap_err();
        let attempts = failed.attempts as usize;
        assert_eq!(service.requests(case.path).len(), attempts, "{failed:?}");
        assert_eq!(clock.sleeps().len(), attempts - 1, "{failed:?}");
        assert_eq!(failed.operation, case.name);
        all.push(*failed);
    }
    all
}

#[test]
fn every_modelled_error_of_every_operation_is_told_apart() {
    for case in &TABLE {
        let errors = case.errors();
        assert!(errors.len() >= 9, "{errors:?}");
        for (status, code) in errors {
            for failed in refused(case, &refusal(status, &code, "the reason")) {
                let attempts = if code == THROTTLING { 3 } else { 1 };
                assert_eq!(failed.attempts, attempts, "{failed:?}");
                let Kind::Refused {
                    status: found,
                    code: told,
                    message,
                    request_id,
                    error,
                } = &failed.kind
                else {
                    panic!("{failed:?}")
                };
                assert_eq!((*found, told), (status, &code));
                assert_eq!(message, "the reason");
                assert_eq!(request_id.as_deref(), Some("0af2"));
                let variant = code.strip_suffix("Exception").unwrap();
                let expected = format!(r#"{variant}({code} {{ message: Some("the reason") }})"#);
                assert_eq!(*error, expected);
                let told = format!("{}: {code} (HTTP {status}): the reason", case.name);
                assert!(failed.told.starts_with(&told), "{failed:?}");
            }
        }
    }
}

/// An answer that is no success: its status, headers and body.
type Spelling = (u16, &'static [(&'static str, &'static str)], &'static str);

const MISSING: [Spelling; 16] = [
    (
        404,
        &[("x-amzn-ErrorType", "ResourceNotFoundException")],
        r#"{"message":"gone"}"#,
    ),
    (
        404,
        &[("x-amzn-errortype", "ResourceNotFoundException")],
        r#"{"Message":"gone"}"#,
    ),
    (
        404,
        &[("x-amz-ErrorType", "ResourceNotFoundException")],
        r#"{"Message":"gone"}"#,
    ),
    (
        404,
        &[("X-AMZ-ERRORTYPE", "ResourceNotFoundException")],
        r#"{"errorMessage":"gone"}"#,
    ),
    (
        404,
        &[(
            "x-amzn-ErrorType",
            "ResourceNotFoundException:http://internal.amazon.com/coral/",
        )],
        r#"{"Message":"gone"}"#,
    ),
    (
        404,
        &[(
            "x-amzn-ErrorType",
            "com.amazonaws.kinesisvideo#ResourceNotFoundException",
        )],
        r#"{"Message":"gone"}"#,
    ),
    (
        404,
        &[],
        r#"{"code":"ResourceNotFoundException","message":"gone"}"#,
    ),
    (
        404,
        &[],
        r#"{"Code":"ResourceNotFoundException","Message":"gone"}"#,
    ),
    (
        404,
        &[],
        r#"{"__type":"ResourceNotFoundException","message":"gone"}"#,
    ),
    (
        404,
        &[],
        r#"{"__type":"a.b#ResourceNotFoundException","message":"gone"}"#,
    ),
    (
        404,
        &[],
        r#"{"__type":"a.b#ResourceNotFoundException:http://x.test/","message":"gone"}"#,
    ),
    (
        404,
        &[],
        r#"{"Output":{"__type":"a#ResourceNotFoundException","message":"gone"}}"#,
    ),
    (
        404,
        &[],
        r#"{"Output":{"code":"ResourceNotFoundException","Message":"gone"},"Version":"1"}"#,
    ),
    (
        404,
        &[("x-amzn-ErrorType", "ResourceNotFoundException")],
        r#"{"code":"InvalidArgumentException","Message":"gone"}"#,
    ),
    (
        404,
        &[],
        "<ResourceNotFoundException>\n  <Message>gone</Message>\n</ResourceNotFoundException>\n",
    ),
    (
        404,
        &[],
        "<?xml version=\"1.0\"?><ErrorResponse><Error><Code>ResourceNotFoundException</Code>\
         <Message>gone</Message></Error></ErrorResponse>",
    ),
];

#[test]
fn a_code_and_a_message_are_found_wherever_they_stand() {
    for (status, headers, body) in MISSING {
        let mut answer = ResponseTemplate::new(status).set_body_raw(body, "application/json");
        for (name, value) in headers {
            answer = answer.insert_header(*name, *value);
        }
        for failed in refused(&TABLE[5], &answer) {
            let Kind::Refused {
                code,
                message,
                error,
                ..
            } = &failed.kind
            else {
                panic!("{failed:?}")
            };
            let found = (code.as_str(), message.as_str());
            assert_eq!(found, ("ResourceNotFoundException", "gone"), "{body}");
            let modelled =
                r#"ResourceNotFound(ResourceNotFoundException { message: Some("gone") })"#;
            assert_eq!(error, modelled, "{body}");
        }
    }
}

#[test]
fn a_request_has_a_name_in_any_of_three_headers() {
    for name in ["x-amzn-RequestId", "x-amz-RequestId", "x-amz-request-id"] {
        let answer = ResponseTemplate::new(404).insert_header(name, "0af2-77");
        for failed in refused(&TABLE[0], &answer) {
            let Kind::Refused { request_id, .. } = &failed.kind else {
                panic!("{failed:?}")
            };
            assert_eq!(request_id.as_deref(), Some("0af2-77"), "{name}");
        }
    }
}

#[test]
fn what_no_model_has_is_told_nevertheless() {
    /// Code and message that are told, and how often it is sent.
    type Expected = (&'static str, &'static str, u32);
    let cases: [(Spelling, Expected); 9] = [
        (
            (
                400,
                &[],
                r#"{"__type":"BrandNewException","Message":"new"}"#,
            ),
            ("BrandNewException", "new", 1),
        ),
        ((403, &[], ""), ("", "", 1)),
        (
            (403, &[], "<html><body>Proxy says no</body></html>"),
            ("", "<html><body>Proxy says no</body></html>", 1),
        ),
        ((418, &[], "{}"), ("", "", 1)),
        (
            (500, &[], r#"{"__type":"BrandNewException"}"#),
            ("BrandNewException", "", 3),
        ),
        (
            (502, &[], "<html>Bad Gateway</html>"),
            ("", "<html>Bad Gateway</html>", 3),
        ),
        (
            (503, &[], "<ServiceUnavailableException/>"),
            ("ServiceUnavailableException", "", 3),
        ),
        ((429, &[], ""), ("", "", 3)),
        (
            (400, &[("x-amzn-ErrorType", "ThrottlingException")], "[7]"),
            ("ThrottlingException", "", 3),
        ),
    ];
    for ((status, headers, body), (code, message, attempts)) in cases {
        let mut answer = ResponseTemplate::new(status).set_body_raw(body, "text/plain");
        for (name, value) in headers {
            answer = answer.insert_header(*name, *value);
        }
        for case in [&TABLE[4], &TABLE[5], &TABLE[6]] {
            for failed in refused(case, &answer) {
                let Kind::Refused {
                    status: found,
                    code: told,
                    message: words,
                    error,
                    ..
                } = &failed.kind
                else {
                    panic!("{failed:?}")
                };
                assert_eq!(
                    (*found, told.as_str(), words.as_str()),
                    (status, code, message)
                );
                assert_eq!(error, "Unmodelled", "{failed:?}");
                assert_eq!(failed.attempts, attempts, "{failed:?}");
            }
        }
    }
}

#[test]
fn errors_of_discovery_are_told_in_the_terms_of_the_call() {
    for (status, code) in [
        (404, "ResourceNotFoundException"),
        (401, "NotAuthorizedException"),
        (400, "InvalidArgumentException"),
    ] {
        let service = Service::without_discovery();
        service.on("/getDataEndpoint", refusal(status, code, "the reason"));
        service.run(|driver, _| {
            for case in &TABLE {
                let failed = case.send(driver).unwrap_err();
                assert_eq!(failed.operation, "GetDataEndpoint");
                let Kind::Refused { error, .. } = &failed.kind else {
                    panic!("{failed:?}")
                };
                let variant = code.strip_suffix("Exception").unwrap();
                let expected = format!(r#"{variant}({code} {{ message: Some("the reason") }})"#);
                assert_eq!(*error, expected);
            }
        });
    }
}
