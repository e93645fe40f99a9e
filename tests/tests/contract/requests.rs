//! Requests, to the last header.

use kvs_protocol::Credentials;
use kvs_tests::{CLIENTS, SECRET, Service, settings, verify};
use serde_json::{Value, json};
use wiremock::Request;

use crate::table::TABLE;

/// What every request has, and is signed.
const SIGNED: [&str; 3] = ["content-type", "host", "x-amz-date"];
const UNSIGNED: [&str; 3] = ["authorization", "content-length", "user-agent"];

fn names(request: &Request) -> Vec<&str> {
    let mut names: Vec<&str> = request.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    names
}

/// All that a request of ours has, and nothing else.
fn is_exact(request: &Request, service: &Service, body: &Value) {
    assert_eq!(request.method.as_str(), "POST");
    assert_eq!(request.url.query(), None);
    assert_eq!(request.body_json::<Value>().unwrap(), *body);
    let header = |name: &str| request.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("host"), service.authority());
    assert_eq!(header("content-length"), request.body.len().to_string());
    assert!(header("user-agent").starts_with("kvs-rs/"), "{request:?}");
    let mut expected = [SIGNED, UNSIGNED].concat();
    expected.sort_unstable();
    assert_eq!(names(request), expected);
    let signed = verify(request, SECRET).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(signed.access_key_id, "emulator");
    assert_eq!(
        (signed.region.as_str(), signed.service.as_str()),
        ("eu-west-1", "kinesisvideo")
    );
    assert_eq!(signed.headers, SIGNED);
}

#[test]
fn a_request_is_what_the_service_expects() {
    for case in &TABLE {
        let service = match case.api {
            Some(_) => Service::start(),
            None => Service::without_discovery(),
        };
        service.on(case.path, case.success());
        service.run(|driver, _| {
            case.send(driver)
                .unwrap_or_else(|failed| panic!("{failed:?}"));
        });
        let sent = service.requests(case.path);
        assert_eq!(sent.len(), CLIENTS.len(), "{}", case.name);
        for request in &sent {
            is_exact(request, &service, &case.input());
        }
        let Some((api, stream)) = case.api else {
            continue;
        };
        let question = json!({ stream: case.input()[stream], "APIName": api });
        let asked = service.requests("/getDataEndpoint");
        assert_eq!(asked.len(), CLIENTS.len(), "{}", case.name);
        for request in &asked {
            is_exact(request, &service, &question);
        }
    }
}

#[test]
fn a_session_token_is_sent_and_signed() {
    let service = Service::without_discovery();
    let case = &TABLE[6];
    service.on(case.path, case.success());
    let mut settings = settings(&service.url());
    let credentials = Credentials::new("ASIA", "secret").with_session_token("the/token==");
    settings.credentials = Some(credentials);
    for start in CLIENTS {
        case.send(&start(&settings).0).unwrap();
    }
    for request in service.requests(case.path) {
        assert_eq!(request.headers["x-amz-security-token"], "the/token==");
        let signed = verify(&request, "secret").unwrap();
        assert!(signed.headers.contains(&"x-amz-security-token".to_owned()));
        assert_eq!(signed.access_key_id, "ASIA");
    }
}

#[test]
fn a_signature_is_good_for_one_request() {
    let service = Service::without_discovery();
    let case = &TABLE[6];
    service.on(case.path, case.success());
    service.run(|driver, _| {
        case.send(driver).unwrap();
    });
    let sent = service.requests(case.path).remove(0);
    verify(&sent, SECRET).unwrap();
    assert!(verify(&sent, "another").is_err());
    let mut changed = sent.clone();
    changed.body.push(b' ');
    assert!(verify(&changed, SECRET).is_err());
    let mut changed = sent.clone();
    changed.url.set_path("/deleteStream");
    assert!(verify(&changed, SECRET).is_err());
    for told in ["UNSIGNED-PAYLOAD", &"0".repeat(64)] {
        let mut changed = sent.clone();
        let name = wiremock::http::HeaderName::from_static("x-amz-content-sha256");
        changed.headers.insert(name, told.parse().unwrap());
        assert!(verify(&changed, SECRET).is_err());
    }
    for name in SIGNED {
        let mut changed = sent.clone();
        let name = wiremock::http::HeaderName::from_static(name);
        changed.headers.insert(name, "other".parse().unwrap());
        assert!(verify(&changed, SECRET).is_err());
    }
}
