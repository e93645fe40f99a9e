use std::time::Duration;

use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::ErrorKind as RetryKind;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::origin::Origin;
use aws_types::request_id::RequestId;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use kvs_archive::api::archived_media::{GetMediaForFragmentList, ListFragments};
use kvs_archive::api::protocol::{ErrorKind, InterruptionKind};
use kvs_archive::api::video::{DescribeStream, ListStreams};

use super::sdk::{Answer, Sdk};
use crate::{Client, SdkError};

const ENDPOINT: &str = r#"{"DataEndpoint":"https://b-1.kinesisvideo.eu-west-1.amazonaws.com"}"#;

fn door() -> DescribeStream {
    DescribeStream {
        stream_name: Some("door".into()),
        ..DescribeStream::default()
    }
}

#[tokio::test]
async fn an_operation_goes_over_the_connector_with_the_configuration_s_credentials() {
    let sdk = Sdk::answering([Answer::Gives(
        200,
        r#"{"StreamInfo":{"StreamName":"door"}}"#,
    )]);
    let output = sdk.client().send(door()).await.unwrap();
    assert_eq!(
        output.stream_info.unwrap().stream_name.as_deref(),
        Some("door")
    );
    let url = "https://kinesisvideo.eu-west-1.amazonaws.com/describeStream";
    let expected = format!(r#"POST {url} {{"StreamName":"door"}}"#);
    assert_eq!(sdk.requests(), [expected]);
    let signed = sdk.header(0, "authorization");
    let scope = "Credential=AKID1/20261124/eu-west-1/kinesisvideo/aws4_request";
    assert!(signed.contains(scope), "{signed}");
    assert_eq!(sdk.header(0, "x-amz-security-token"), "token");
    assert_eq!(sdk.header(0, "x-amz-date"), "20261124T120000Z");
}

#[tokio::test]
async fn media_come_from_the_endpoint_that_the_control_service_tells() {
    let sdk = Sdk::answering([Answer::Gives(200, ENDPOINT), Answer::Gives(200, "media")]);
    let get = GetMediaForFragmentList {
        stream_name: Some("door".into()),
        fragments: Some(vec!["1".into()]),
        ..GetMediaForFragmentList::default()
    };
    let mut opened = sdk.client().open(get).await.unwrap();
    assert_eq!(opened.body.chunk().await.unwrap().unwrap(), "media");
    assert!(opened.body.chunk().await.unwrap().is_none());
    let requests = sdk.requests();
    assert!(requests[0].contains("/getDataEndpoint"), "{requests:?}");
    let url = "POST https://b-1.kinesisvideo.eu-west-1.amazonaws.com/getMediaForFragmentList ";
    assert!(requests[1].starts_with(url), "{requests:?}");
    assert_eq!(sdk.asked(), 1, "credentials are kept");
}

fn fragments_of_door() -> ListFragments {
    ListFragments {
        stream_name: Some("door".into()),
        ..ListFragments::default()
    }
}

#[tokio::test]
async fn an_endpoint_of_all_services_is_the_control_service_s() {
    let sdk = Sdk::answering([Answer::Gives(200, ENDPOINT), Answer::Gives(200, "{}")]);
    let all = "http://127.0.0.1:4";
    let config = sdk.config().into_builder().endpoint_url(all);
    let config = config.service_config(Surroundings(&[], Some(all))).build();
    let client = Client::new(&config).unwrap();
    client.send(fragments_of_door()).await.unwrap();
    let requests = sdk.requests();
    let asked = format!("POST {all}/getDataEndpoint ");
    assert!(requests[0].starts_with(&asked), "{requests:?}");
    let told = "POST https://b-1.kinesisvideo.eu-west-1.amazonaws.com/listFragments ";
    assert!(requests[1].starts_with(told), "{requests:?}");
}

#[tokio::test]
async fn pages_follow_each_other() {
    let sdk = Sdk::answering([
        Answer::Gives(200, ENDPOINT),
        Answer::Gives(200, r#"{"Fragments":[],"NextToken":"two"}"#),
        Answer::Gives(200, r#"{"Fragments":[]}"#),
    ]);
    let list = ListFragments {
        stream_name: Some("door".into()),
        ..ListFragments::default()
    };
    let mut pages = sdk.client().pages(list);
    let mut count = 0;
    while let Some(page) = pages.next().await {
        page.unwrap();
        count += 1;
    }
    assert_eq!(count, 2);
    assert!(sdk.requests()[2].contains(r#""NextToken":"two""#));
}

#[tokio::test]
async fn what_is_worth_another_attempt_has_one() {
    let sdk = Sdk::answering([
        Answer::Fails(|| ConnectorError::io("reset".into())),
        Answer::Gives(503, ""),
        Answer::Gives(200, "{}"),
    ]);
    sdk.client().send(ListStreams::default()).await.unwrap();
    assert_eq!(sdk.requests().len(), 3);
    let sleeps = sdk.sleeps();
    assert_eq!(sleeps.len(), 2, "{sleeps:?}");
    assert!(sleeps[0] <= Duration::from_secs(1) && sleeps[1] <= Duration::from_secs(2));
}

#[tokio::test]
async fn failures_of_the_connector_are_told_apart() {
    type Fails = fn() -> ConnectorError;
    let cases: [(Fails, InterruptionKind, usize); 5] = [
        (
            || ConnectorError::io("down".into()),
            InterruptionKind::Connect,
            3,
        ),
        (
            || ConnectorError::timeout("slow".into()),
            InterruptionKind::TimedOut,
            3,
        ),
        (
            || ConnectorError::user("a header".into()),
            InterruptionKind::Refused,
            1,
        ),
        (
            || ConnectorError::other("odd".into(), None),
            InterruptionKind::Refused,
            1,
        ),
        (
            || ConnectorError::other("odd".into(), Some(RetryKind::TransientError)),
            InterruptionKind::Broken,
            3,
        ),
    ];
    for (fails, kind, attempts) in cases {
        let sdk = Sdk::answering((0..attempts).map(|_| Answer::Fails(fails)));
        let error = sdk.client().send(ListStreams::default()).await.unwrap_err();
        let ErrorKind::Interrupted(why) = error.kind else {
            panic!("{error}")
        };
        assert_eq!((why.kind, sdk.requests().len()), (kind, attempts), "{why}");
    }
}

#[tokio::test]
async fn an_answer_that_never_comes_is_given_up() {
    for (limit, within) in [(None, "70s"), (Some(5), "5s"), (Some(100), "70s")] {
        let sdk = Sdk::answering((0..3).map(|_| Answer::NeverComes));
        let mut timeouts = TimeoutConfig::builder();
        timeouts.set_operation_attempt_timeout(limit.map(Duration::from_secs));
        let config = sdk.config().into_builder().timeout_config(timeouts.build());
        let client = Client::new(&config.build()).unwrap();
        let error = client.send(ListStreams::default()).await.unwrap_err();
        let told = format!("timed out: no answer within {within} (after 3 attempts)");
        assert_eq!(error.to_string(), format!("ListStreams: {told}"));
    }
}

/// The shared files and variables of somebody: endpoints of services, and that of all others.
#[derive(Debug)]
struct Surroundings(
    &'static [(&'static str, &'static str)],
    Option<&'static str>,
);

impl LoadServiceConfig for Surroundings {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        assert_eq!(
            (key.env(), key.profile()),
            ("AWS_ENDPOINT_URL", "endpoint_url")
        );
        let own = self.0.iter().find(|(id, _)| *id == key.service_id());
        own.map(|(_, url)| *url).or(self.1).map(str::to_owned)
    }
}

#[tokio::test]
async fn endpoints_of_single_services_are_those_of_the_surroundings() {
    let surroundings = || {
        let services = &[
            ("Kinesis Video", "http://127.0.0.1:1"),
            ("Kinesis Video Archived Media", "http://127.0.0.1:2"),
        ];
        Surroundings(services, Some("http://127.0.0.1:4"))
    };
    for (is_outright, control) in [(false, "http://127.0.0.1:1"), (true, "http://127.0.0.1:3")] {
        let sdk = Sdk::answering([Answer::Gives(200, "{}"), Answer::Gives(200, "{}")]);
        let mut config = sdk.config().into_builder();
        config = config.service_config(surroundings());
        config = config.endpoint_url("http://127.0.0.1:3");
        if is_outright {
            config.insert_origin("endpoint_url", Origin::shared_config());
        }
        let client = Client::new(&config.build()).unwrap();
        client.send(ListStreams::default()).await.unwrap();
        client.send(fragments_of_door()).await.unwrap();
        let requests = sdk.requests();
        let expected = [
            format!("POST {control}/listStreams "),
            "POST http://127.0.0.1:2/listFragments ".to_owned(),
        ];
        for (request, expected) in requests.iter().zip(expected) {
            assert!(request.starts_with(&expected), "{requests:?}");
        }
    }
}

#[tokio::test]
async fn refused_credentials_are_asked_for_anew() {
    let expired = r#"{"__type":"ExpiredTokenException"}"#;
    let sdk = Sdk::answering([Answer::Gives(403, expired), Answer::Gives(200, "{}")]);
    sdk.client().send(ListStreams::default()).await.unwrap();
    assert!(sdk.header(0, "authorization").contains("AKID1/"));
    assert!(sdk.header(1, "authorization").contains("AKID2/"));
}

#[tokio::test]
async fn an_error_is_read_as_those_of_the_sdk() {
    let missing = r#"{"__type":"ResourceNotFoundException","Message":"no such stream"}"#;
    let sdk = Sdk::answering([Answer::Gives(404, missing)]);
    let error = SdkError::from(sdk.client().send(door()).await.unwrap_err());
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    assert_eq!(error.message(), Some("no such stream"));
    assert_eq!(error.request_id(), None);
    assert_eq!(
        error.to_string(),
        "DescribeStream: ResourceNotFoundException (HTTP 404): no such stream"
    );
}

#[tokio::test]
async fn secrets_do_not_show() {
    let sdk = Sdk::answering([Answer::Gives(400, "{}")]);
    let client = sdk.client();
    let error = client.send(ListStreams::default()).await.unwrap_err();
    let told = format!("{client:?} {error:?} {error}");
    assert!(!told.contains("hush-hush"), "{told}");
}

#[tokio::test]
async fn an_input_against_the_model_is_refused_unless_told_otherwise() {
    let sdk = Sdk::answering([Answer::Gives(200, "{}")]);
    let far = || ListStreams {
        max_results: Some(0),
        ..ListStreams::default()
    };
    let error = sdk.client().send(far()).await.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Violations(_)), "{error}");
    assert!(sdk.requests().is_empty());
    let config = sdk.config();
    let unchecked = Client::builder(&config)
        .check_inputs(false)
        .build()
        .unwrap();
    unchecked.send(far()).await.unwrap();
}

#[test]
fn a_configuration_says_what_it_lacks() {
    let problem = |config: &SdkConfig| Client::new(config).unwrap_err().to_string();
    let empty = SdkConfig::builder().build();
    assert_eq!(problem(&empty), "SdkConfig.region is not set");
    let full = Sdk::default().config();
    let mut builder = full.to_builder();
    builder.set_sleep_impl(None);
    assert_eq!(problem(&builder.build()), "SdkConfig.sleep_impl is not set");
    let mut builder = full.to_builder();
    builder.set_credentials_provider(None);
    let lacks = "SdkConfig.credentials_provider is not set";
    assert_eq!(problem(&builder.build()), lacks);
}
