//! Texts that try to become headers, or another request.

use kvs_api::archived_media::ListFragments;
use kvs_api::video::DescribeStream;
use kvs_protocol::Credentials;
use kvs_tests::{CLIENTS, Service, UNCHECKED, settings};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

const TRICK: &str = "a\r\nx-evil: 1\r\n\r\nPOST /deleteStream HTTP/1.1\r\n";

/// Nothing but what was meant came, and none of it is evil.
fn is_harmless(service: &Service) {
    assert_eq!(service.requests("/deleteStream").len(), 0);
    for request in service.all_requests() {
        assert_eq!(request.headers.get("x-evil"), None, "{request:?}");
        let at = request.url.path();
        assert!(
            ["/describeStream", "/listFragments", "/getDataEndpoint"].contains(&at),
            "{at}"
        );
    }
}

fn service() -> Service {
    let service = Service::start();
    for at in ["/describeStream", "/listFragments", "/deleteStream"] {
        service.on(at, ResponseTemplate::new(200).set_body_json(json!({})));
    }
    service
}

#[test]
fn a_name_stays_inside_the_body() {
    let service = service();
    let describe = || DescribeStream {
        stream_name: Some(TRICK.to_owned()),
        ..DescribeStream::default()
    };
    service.run(|driver, _| {
        let told = driver.send(describe()).unwrap_err().to_string();
        assert!(told.contains("StreamName must match"), "{told}");
        assert!(!told.contains('\r') && !told.contains('\n'), "{told:?}");
    });
    for start in UNCHECKED {
        service.run_with(start, |driver, _| {
            driver.send(describe()).unwrap();
            let list = ListFragments {
                stream_name: Some(TRICK.to_owned()),
                next_token: Some(TRICK.to_owned()),
                ..ListFragments::default()
            };
            driver.send(list).unwrap();
        });
    }
    is_harmless(&service);
    for request in service.all_requests() {
        assert_eq!(request.body_json::<Value>().unwrap()["StreamName"], TRICK);
    }
}

#[test]
fn credentials_do_not_become_headers() {
    let sound = Credentials::new("AKID", "secret");
    for odd in [
        Credentials::new(TRICK, "secret"),
        Credentials::new("AKID", TRICK),
        sound.with_session_token(TRICK),
    ] {
        let service = service();
        let mut settings = settings(&service.url());
        settings.credentials = Some(odd);
        let refused = [
            kvs_ureq::Client::new(&settings).unwrap_err(),
            kvs_hyper::Client::new(&settings).unwrap_err(),
        ];
        for invalid in refused {
            assert!(!invalid.to_string().contains(TRICK), "{invalid}");
        }
        let (bridge, _) = CLIENTS[2](&settings);
        bridge.send(crate::describe()).unwrap_err();
        assert!(service.all_requests().is_empty());
    }
}

#[test]
fn a_region_does_not_become_a_header() {
    let service = service();
    let mut settings = settings(&service.url());
    settings.region = TRICK.to_owned();
    for start in CLIENTS {
        // It is sent without what no header can hold, or not at all.
        drop(start(&settings).0.send(crate::describe()));
    }
    is_harmless(&service);
}

#[test]
fn a_program_s_name_does_not_become_a_header() {
    let service = service();
    let mut settings = settings(&service.url());
    settings.app_id = Some(TRICK.to_owned());
    for start in kvs_tests::DRIVERS {
        start(&settings).0.send(crate::describe()).unwrap();
    }
    is_harmless(&service);
}
