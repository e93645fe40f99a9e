//! What comes of successes, and of what only looks like one.

use kvs_api::archived_media::{GetImages, ListFragments};
use kvs_api::video;
use kvs_protocol::{ErrorKind, Operation, Paginated};
use kvs_tests::{Driver, Service, in_turn};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::table::{Answer, Case, Kind, TABLE, payload};
use crate::{get, list};

/// A service that answers one operation.
fn answering(case: &Case, answer: ResponseTemplate) -> Service {
    let service = match case.api {
        Some(_) => Service::start(),
        None => Service::without_discovery(),
    };
    service.on(case.path, answer);
    service
}

#[test]
fn an_answer_is_read_to_the_last_member() {
    for case in &TABLE {
        let service = answering(case, case.success());
        service.run(|driver, clock| {
            let came = case.send(driver).unwrap_or_else(|e| panic!("{e:?}"));
            match case.answer {
                Answer::Json(answer) => {
                    let answer: Value = serde_json::from_str(answer).unwrap();
                    assert_eq!(came.output, answer, "{}", case.name);
                }
                Answer::Media(_) => assert!(came.payload == payload(), "{}", case.name),
            }
            assert!(clock.sleeps().is_empty());
        });
    }
}

#[test]
fn the_type_of_a_payload_is_told() {
    let service = Service::start();
    let media = ResponseTemplate::new(200).set_body_raw("media", "video/x-matroska");
    service.on("/getMediaForFragmentList", media);
    service.run(|driver, _| {
        let (output, body, _) = driver.open(get()).unwrap();
        assert_eq!(output.content_type.as_deref(), Some("video/x-matroska"));
        assert_eq!(body, b"media");
    });
}

#[test]
fn members_that_nobody_knows_yet_are_passed_over() {
    let service = Service::start();
    let newer = json!({ "Fragments": [{ "FragmentNumber": "7", "Codec": { "Name": "AV2" } }],
        "Total": 1, "NextToken": null });
    let newer = ResponseTemplate::new(200).set_body_json(newer);
    service.on("/listFragments", newer);
    service.run(|driver, _| {
        let page = driver.send(list()).unwrap();
        assert_eq!(page.next_token, None);
        assert_eq!(
            page.fragments.unwrap()[0].fragment_number.as_deref(),
            Some("7")
        );
    });
}

#[test]
fn garbage_is_malformed() {
    for garbage in ["<html>login</html>", "{\"a\": [", "[7]", "7"] {
        for case in &TABLE {
            if let Answer::Media(_) = case.answer {
                continue;
            }
            let answer = ResponseTemplate::new(200).set_body_raw(garbage, "text/html");
            answering(case, answer).run(|driver, clock| {
                let failed = case.send(driver).unwrap_err();
                assert!(matches!(failed.kind, Kind::Malformed), "{failed:?}");
                let told = format!("{}: the answer cannot be read: ", case.name);
                assert!(failed.told.starts_with(&told), "{failed:?}");
                assert!(clock.sleeps().is_empty());
            });
        }
    }
}

#[test]
fn an_answer_larger_than_any_is_refused() {
    let service = Service::start();
    let endless = vec![b' '; ListFragments::ANSWER_LIMIT + 1];
    service.on(
        "/listFragments",
        ResponseTemplate::new(200).set_body_raw(endless, "application/json"),
    );
    service.run(|driver, _| {
        let error = driver.send(list()).unwrap_err();
        let told = "ListFragments: the answer cannot be read: body: is longer than 16777216 bytes";
        assert_eq!(error.to_string(), told);
        assert!(matches!(error.kind, ErrorKind::Malformed(_)));
    });
}

/// Walks two pages of an operation; the second request tells where the first page ended.
fn walk<O: Paginated<Delivery = kvs_protocol::Buffered>>(path: &str, first: Value, ask: fn() -> O) {
    let answers = [first, json!({})].map(|page| ResponseTemplate::new(200).set_body_json(page));
    in_turn(path, &answers, |service, driver, _| {
        let pages = driver.pages(ask());
        assert!(pages.len() == 2 && pages.iter().all(Result::is_ok));
        let sent = service.requests(path);
        let token = |index: usize| sent[index].body_json::<Value>().unwrap()["NextToken"].clone();
        assert_eq!(
            (sent.len(), token(0), token(1)),
            (2, Value::Null, json!("more"))
        );
    });
}

#[test]
fn pages_are_walked_to_the_last() {
    let first = json!({ "Fragments": [], "NextToken": "more" });
    walk("/listFragments", first, list);
    let first = json!({ "Images": [], "NextToken": "more" });
    walk("/getImages", first, || GetImages {
        next_token: None,
        ..serde_json::from_str(TABLE[3].input).unwrap()
    });
}

#[test]
fn a_page_that_fails_is_the_last() {
    let pages = |driver: &Driver| driver.pages(list());
    let first = json!({ "Fragments": [], "NextToken": "more" });
    let answers = [
        ResponseTemplate::new(200).set_body_json(first),
        crate::refusal(400, "InvalidArgumentException", "expired"),
    ];
    in_turn("/listFragments", &answers, |service, driver, _| {
        let pages = pages(driver);
        assert!(pages[0].is_ok() && pages[1].is_err() && pages.len() == 2);
        assert_eq!(service.requests("/listFragments").len(), 2);
    });
}

#[test]
fn a_token_that_comes_twice_is_an_error_after_its_page() {
    let again = json!({ "Fragments": [], "NextToken": "more" });
    let again = [ResponseTemplate::new(200).set_body_json(again)];
    in_turn("/listFragments", &again, |service, driver, _| {
        let pages = driver.pages(list());
        let [Ok(_), Ok(_), Err(error)] = pages.as_slice() else {
            panic!("{pages:?}")
        };
        let told = "ListFragments: the answer cannot be read: NextToken: is the one that this \
                    page was asked for with; the pages after it cannot be had";
        assert_eq!(error.to_string(), told);
        assert_eq!(service.requests("/listFragments").len(), 2);
    });
}

#[test]
fn what_the_control_service_lists_is_read() {
    let service = Service::start();
    let streams = json!({ "StreamInfoList": [{
        "StreamName": "cam", "Status": "HIBERNATING", "CreationTime": 1.5e9, "DataRetentionInHours": 24,
    }] });
    service.on(
        "/listStreams",
        ResponseTemplate::new(200).set_body_json(streams),
    );
    service.run(|driver, _| {
        let listed = driver.send(video::ListStreams::default()).unwrap();
        let stream = &listed.stream_info_list.unwrap()[0];
        assert_eq!(
            stream.status,
            Some(video::Status::Unknown("HIBERNATING".to_owned()))
        );
        assert_eq!(stream.creation_time.unwrap().seconds(), 1_500_000_000);
    });
}
