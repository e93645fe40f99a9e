//! Where calls go to.

use kvs_api::archived_media::GetClip;
use kvs_tests::{CLIENTS, Service};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::list;

fn page() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "Fragments": [] }))
}

#[test]
fn an_endpoint_is_asked_for_once() {
    let service = Service::start();
    service.on("/listFragments", page());
    service.run(|driver, _| {
        let before = service.requests("/getDataEndpoint").len();
        for _ in 0..3 {
            driver.send(list()).unwrap();
        }
        assert_eq!(service.requests("/getDataEndpoint").len(), before + 1);
        let clip = GetClip {
            stream_name: Some("cam".to_owned()),
            ..GetClip::default()
        };
        driver.open(clip).unwrap_err();
        assert_eq!(
            service.requests("/getDataEndpoint").len(),
            before + 1,
            "never sent"
        );
    });
}

#[test]
fn a_wrong_endpoint_answers_with_xml_and_is_asked_for_anew() {
    let denied = "<AccessDeniedException>\n<Message>Unable to determine service</Message>\n</AccessDeniedException>";
    let service = Service::start();
    service.on(
        "/listFragments",
        ResponseTemplate::new(403).set_body_raw(denied, "application/xml"),
    );
    service.run(|driver, clock| {
        let before = service.requests("/listFragments").len();
        let error = driver.send(list()).unwrap_err();
        let refusal = error.refusal().unwrap();
        assert_eq!(refusal.code, "AccessDeniedException");
        assert_eq!(refusal.message, "Unable to determine service");
        assert_eq!(
            service.requests("/listFragments").len(),
            before + 1,
            "the endpoint is new"
        );
        // Next time it is remembered, so that it may be out of date.
        driver.send(list()).unwrap_err();
        assert_eq!(service.requests("/listFragments").len(), before + 3);
        assert!(clock.sleeps().is_empty());
    });
    let asked = service.requests("/getDataEndpoint").len();
    assert_eq!(
        asked,
        2 * CLIENTS.len(),
        "once at first, once after the refusal"
    );
}
