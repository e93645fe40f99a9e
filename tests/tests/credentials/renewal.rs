//! Credentials end, while calls go on.

use std::thread;

use kvs_ureq::api::archived_media::GetMediaForFragmentList;
use serde_json::json;
use wiremock::matchers::{method, path};

use super::*;

const AT: &str = "/credentials";
const MINUTE: Duration = Duration::from_secs(60);

/// A container whose credentials are told in turn.
fn container(answers: Vec<ResponseTemplate>) -> Cloud {
    let mock = Mock::given(method("GET")).and(path(AT));
    let cloud = Cloud::new().mount(mock.respond_with(Turns::new(answers)));
    let url = format!("{}{AT}", cloud.service.url());
    cloud.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
}

/// Runs a test under each driver, against a container of its own.
fn each(answers: &[ResponseTemplate], test: impl Fn(&Cloud, &Driver, &TestClock)) {
    for start in DRIVERS_IN {
        let cloud = container(answers.to_vec());
        let (driver, clock) = start(&cloud.settings(), cloud.variables.clone());
        test(&cloud, &driver, &clock);
    }
}

fn searches(cloud: &Cloud) -> usize {
    cloud.service.requests(AT).len()
}

#[test]
fn credentials_are_renewed_before_they_end() {
    let second = document_for("SECOND", 120 * MINUTE);
    each(&[document("FIRST"), second], |cloud, driver, clock| {
        for _ in 0..5 {
            describe(driver).unwrap();
        }
        clock.advance(54 * MINUTE);
        describe(driver).unwrap();
        assert_eq!(searches(cloud), 1);
        clock.advance(2 * MINUTE);
        for _ in 0..5 {
            describe(driver).unwrap();
        }
        assert_eq!(searches(cloud), 2);
        let signers = cloud.signers();
        assert_eq!(signers[..6], ["FIRST"; 6]);
        assert_eq!(signers[6..], ["SECOND"; 5]);
    });
}

#[test]
fn old_ones_serve_while_new_ones_cannot_be_had() {
    let answers = [
        document("FIRST"),
        ResponseTemplate::new(404),
        ResponseTemplate::new(404),
        document_for("SECOND", 120 * MINUTE),
    ];
    each(&answers, |cloud, driver, clock| {
        describe(driver).unwrap();
        clock.advance(56 * MINUTE);
        describe(driver).unwrap();
        describe(driver).unwrap();
        assert_eq!(searches(cloud), 2, "it is not asked by every call");
        clock.advance(4 * MINUTE);
        let told = describe(driver).unwrap_err().to_string();
        assert!(told.ends_with("answers with HTTP 404 Not Found"), "{told}");
        describe(driver).unwrap();
        assert_eq!(cloud.signers(), ["FIRST", "FIRST", "FIRST", "SECOND"]);
    });
}

#[test]
fn an_expired_token_asks_for_new_credentials() {
    for start in DRIVERS_IN {
        let cloud = container(vec![document("FIRST"), document("SECOND")]);
        let expired = json!({ "__type": "ExpiredTokenException", "message": "it is over" });
        let expired = ResponseTemplate::new(403).set_body_json(expired);
        let listed = ResponseTemplate::new(200).set_body_json(json!({ "Tags": {} }));
        cloud
            .service
            .on_in_turn("/listTagsForStream", &[expired, listed]);
        let (driver, clock) = start(&cloud.settings(), cloud.variables.clone());
        let tags = kvs_ureq::api::video::ListTagsForStream {
            stream_name: Some("cam".to_owned()),
            ..Default::default()
        };
        driver.send(tags).unwrap();
        let requests = cloud.service.requests("/listTagsForStream");
        let signers: Vec<_> = requests.iter().map(signer).collect();
        assert_eq!(signers, ["FIRST", "SECOND"]);
        assert_eq!(clock.sleeps(), [Duration::ZERO]);
    }
}

#[test]
fn a_body_is_read_on_after_its_credentials_have_ended() {
    let answers = [document("FIRST"), ResponseTemplate::new(404)];
    each(&answers, |cloud, driver, clock| {
        let body = vec![7; 300_000];
        let media = ResponseTemplate::new(200).set_body_raw(body.clone(), "video/webm");
        cloud.service.on("/getMediaForFragmentList", media);
        let get = GetMediaForFragmentList {
            stream_name: Some("cam".to_owned()),
            fragments: Some(vec!["1".to_owned()]),
            ..Default::default()
        };
        let (_, read, end) = driver
            .open_then(get, || clock.advance(90 * MINUTE))
            .unwrap();
        assert!(end.is_none() && read == body);
        describe(driver).unwrap_err();
    });
}

#[test]
fn many_threads_search_once() {
    let cloud = container(vec![document("FIRST").set_delay(Duration::from_millis(20))]);
    let (Driver::Ureq(client), _) = DRIVERS_IN[0](&cloud.settings(), cloud.variables.clone())
    else {
        panic!("it is the blocking driver")
    };
    let client = &client;
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(move || client.send(describe_stream()).unwrap());
        }
    });
    assert_eq!(searches(&cloud), 1);
    assert_eq!(cloud.signers(), ["FIRST"; 8]);
}

#[test]
fn many_tasks_search_once_and_share_what_came_of_it() {
    let refused = ResponseTemplate::new(403).set_delay(Duration::from_millis(20));
    for (answer, found) in [(document("FIRST"), true), (refused, false)] {
        let cloud = container(vec![answer]);
        let (Driver::Hyper(runtime, client), _) =
            DRIVERS_IN[1](&cloud.settings(), cloud.variables.clone())
        else {
            panic!("it is the async driver")
        };
        runtime.block_on(async {
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..8 {
                let client = client.clone();
                tasks.spawn(async move { client.send(describe_stream()).await.is_ok() });
            }
            while let Some(ended) = tasks.join_next().await {
                assert_eq!(ended.unwrap(), found);
            }
        });
        assert_eq!(searches(&cloud), 1);
    }
}

#[test]
fn a_search_that_is_dropped_is_begun_anew() {
    let slow = document("SLOW").set_delay(Duration::from_secs(600));
    let cloud = container(vec![slow, document("FIRST")]);
    let (Driver::Hyper(runtime, client), _) =
        DRIVERS_IN[1](&cloud.settings(), cloud.variables.clone())
    else {
        panic!("it is the async driver")
    };
    runtime.block_on(async {
        let task = tokio::spawn({
            let client = client.clone();
            async move { client.send(describe_stream()).await.map(drop) }
        });
        while cloud.service.received().await == 0 {
            tokio::task::yield_now().await;
        }
        task.abort();
        client.send(describe_stream()).await.unwrap();
    });
    assert_eq!(cloud.signers(), ["FIRST"]);
}

fn describe_stream() -> DescribeStream {
    DescribeStream {
        stream_name: Some("cam".to_owned()),
        ..DescribeStream::default()
    }
}
