//! Answers that point to another place: nothing that is signed goes there.

use kvs_protocol::credentials::Sources;
use kvs_protocol::{ErrorKind, Settings};
use kvs_tests::{DRIVERS_IN, Service};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::{describe, get, list};

#[test]
fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let (service, other) = (Service::start(), Service::start());
        for to in [format!("{}/stolen", other.url()), "/stolen".to_owned()] {
            let moved = ResponseTemplate::new(status).insert_header("location", to);
            for at in [
                "/describeStream",
                "/listFragments",
                "/getMediaForFragmentList",
            ] {
                service.on(at, moved.clone());
            }
            service.run(|driver, clock| {
                for told in [
                    driver
                        .send(describe())
                        .unwrap_err()
                        .refusal()
                        .unwrap()
                        .status,
                    driver.send(list()).unwrap_err().refusal().unwrap().status,
                    driver.open(get()).unwrap_err().refusal().unwrap().status,
                ] {
                    assert_eq!(told.as_u16(), status);
                }
                assert!(clock.sleeps().is_empty());
            });
        }
        assert_eq!(other.requests("/stolen").len(), 0);
        assert_eq!(service.requests("/stolen").len(), 0);
    }
}

#[test]
fn discovery_may_not_redirect_either() {
    let (service, other) = (Service::without_discovery(), Service::start());
    let to = format!("{}/getDataEndpoint", other.url());
    let moved = ResponseTemplate::new(307).insert_header("location", to);
    service.on("/getDataEndpoint", moved);
    service.run(|driver, _| {
        let error = driver.send(list()).unwrap_err();
        assert_eq!(error.refusal().unwrap().status.as_u16(), 307);
    });
    assert_eq!(other.requests("/getDataEndpoint").len(), 0);
}

#[test]
fn whoever_gives_credentials_may_not_redirect() {
    let (service, other) = (Service::start(), Service::start());
    let to = format!("{}/keys", other.url());
    let moved = ResponseTemplate::new(302).insert_header("location", to);
    service.mount(
        Mock::given(method("GET"))
            .and(path("/keys"))
            .respond_with(moved),
    );
    let mut settings = Settings::new("eu-west-1");
    settings.endpoint_url = Some(service.url().parse().unwrap());
    settings.sources = Some(Sources::new("eu-west-1"));
    let variables = vec![
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            format!("{}/keys", service.url()),
        ),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "sesame".to_owned()),
    ];
    for start in DRIVERS_IN {
        let (driver, _) = start(&settings, variables.clone());
        let error = driver.send(describe()).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::Credentials(_)), "{error}");
        let told = format!("{error} {error:?}");
        assert!(told.contains("302") && !told.contains("sesame"), "{told}");
    }
    assert!(!service.requests("/keys").is_empty());
    assert_eq!(other.requests("/keys").len(), 0);
    assert_eq!(service.requests("/describeStream").len(), 0);
}

/// Places that signed requests must not go to, whoever says so.
const STRANGE: [&str; 24] = [
    "http://b-1.kinesisvideo.eu-west-1.amazonaws.com",
    "http://example.com",
    "https://example.com",
    "https://amazonaws.com",
    "https://amazonaws.com.example.com",
    "https://evilamazonaws.com",
    "https://b-1.amazonaws.com@example.com",
    "https://example.com/b-1.amazonaws.com",
    "https://example.com#.amazonaws.com",
    "https://example.com?.amazonaws.com",
    "https://example.com\\.amazonaws.com",
    "https://example.com\t.amazonaws.com",
    "https://b-1.amazonaws.com\r\nx-evil: 1",
    "https://user:hunter2@b-1.kinesisvideo.eu-west-1.amazonaws.com",
    "https://10.0.0.1",
    "https://127.0.0.1",
    "https://169.254.169.254",
    "https://2130706433",
    "https://[::1]",
    "https://[fd00:ec2::254]",
    "//b-1.kinesisvideo.eu-west-1.amazonaws.com",
    "file:///etc/passwd",
    "b-1.kinesisvideo.eu-west-1.amazonaws.com",
    "",
];

#[test]
fn an_endpoint_that_is_not_aws_s_is_refused() {
    for strange in STRANGE {
        let service = Service::without_discovery();
        let endpoint = json!({ "DataEndpoint": strange });
        let endpoint = ResponseTemplate::new(200).set_body_json(endpoint);
        service.on("/getDataEndpoint", endpoint);
        service.run(|driver, _| {
            for error in [
                driver.send(list()).unwrap_err(),
                driver.open(get()).unwrap_err(),
            ] {
                assert_eq!(error.operation, "GetDataEndpoint");
                let is_malformed = matches!(error.kind, ErrorKind::Malformed(_));
                assert!(is_malformed, "{strange}: {error}");
                assert!(!format!("{error} {error:?}").contains("hunter2"));
            }
        });
        // Neither there nor here.
        assert_eq!(service.requests("/listFragments").len(), 0);
        assert_eq!(service.requests("/getMediaForFragmentList").len(), 0);
    }
}

#[test]
fn the_origin_that_was_configured_is_trusted_and_its_neighbours_are_not() {
    type Points = fn(&Service, &Service) -> String;
    let places: [(Points, bool); 6] = [
        (|own, _| own.url(), true),
        (|own, _| format!("{}/", own.url()), true),
        (|_, other| other.url(), false),
        (|own, _| own.url().replace("http:", "https:"), false),
        (|own, _| own.url().replace("127.0.0.1", "localhost"), false),
        (|own, _| own.url().replace("//", "//u:hunter2@"), false),
    ];
    for (points, is_trusted) in places {
        let (own, other) = (Service::without_discovery(), Service::without_discovery());
        let page = ResponseTemplate::new(200).set_body_json(json!({}));
        own.on("/listFragments", page.clone());
        other.on("/listFragments", page);
        let url = points(&own, &other);
        let endpoint = ResponseTemplate::new(200).set_body_json(json!({ "DataEndpoint": url }));
        own.on("/getDataEndpoint", endpoint);
        own.run(|driver, _| {
            assert_eq!(driver.send(list()).is_ok(), is_trusted, "{url}");
        });
        assert_eq!(other.requests("/listFragments").len(), 0, "{url}");
    }
}
