use super::*;
use kvs_api::protocol::Error;
use kvs_api::video::{
    ApiName, ComparisonOperator, CreateStream, DeleteStream, DescribeStream, Exception,
    GetDataEndpoint, ListStreams, ListTagsForStream, Status, StreamInfo, StreamNameCondition,
    TagStream, UntagStream, UpdateDataRetention, UpdateStream,
};

fn create(name: &str) -> CreateStream {
    CreateStream {
        stream_name: Some(name.into()),
        ..CreateStream::default()
    }
}

fn describe(name: &str) -> DescribeStream {
    DescribeStream {
        stream_name: Some(name.into()),
        ..DescribeStream::default()
    }
}

fn info(client: &Client, name: &str) -> StreamInfo {
    client.call(describe(name)).unwrap().stream_info.unwrap()
}

fn exception<T>(result: Result<T, Error<Exception>>) -> (u16, Exception) {
    let error = result.err().unwrap();
    let refusal = error.refusal().unwrap();
    assert!(!refusal.message.is_empty());
    (refusal.status.as_u16(), refusal.error.clone())
}

fn delete(info: &StreamInfo, version: Option<&str>) -> DeleteStream {
    DeleteStream {
        stream_arn: info.stream_arn.clone(),
        current_version: version.map(str::to_owned),
    }
}

#[test]
fn a_stream_is_created_described_and_deleted() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let request = CreateStream {
        device_name: Some("porch".into()),
        media_type: Some("video/h264".into()),
        data_retention_in_hours: Some(24),
        ..create("door.1_a-B")
    };
    let arn = client.call(request.clone()).unwrap().stream_arn.unwrap();
    let info = info(&client, "door.1_a-B");
    assert_eq!(info.stream_arn.as_ref(), Some(&arn));
    assert_eq!(info.status, Some(Status::Active));
    assert_eq!(info.device_name.as_deref(), Some("porch"));
    assert_eq!(info.media_type.as_deref(), Some("video/h264"));
    assert_eq!(info.data_retention_in_hours, Some(24));
    let created = info.creation_time.unwrap().as_millis();
    assert!(
        arn.ends_with(&format!(":stream/door.1_a-B/{created}")),
        "{arn}"
    );
    let by_arn = DescribeStream {
        stream_arn: Some(arn),
        ..DescribeStream::default()
    };
    assert_eq!(
        client.call(by_arn.clone()).unwrap().stream_info,
        Some(info.clone())
    );

    let again = exception(client.call(request.clone()));
    assert!(
        matches!(again, (400, Exception::ResourceInUse(_))),
        "{again:?}"
    );

    client.call(delete(&info, info.version.as_deref())).unwrap();
    let gone = exception(client.call(by_arn));
    assert!(
        matches!(gone, (404, Exception::ResourceNotFound(_))),
        "{gone:?}"
    );
    let anew = client.call(request).unwrap().stream_arn;
    assert_ne!(anew, info.stream_arn, "an ARN is of one stream only");
}

#[test]
fn a_new_stream_holds_nothing() {
    let emulator = Emulator::builder().start().unwrap();
    let client = Client::of(&emulator);
    client.call(create("cam")).unwrap();
    let page = client.call(list_all()).unwrap();
    assert_eq!((page.fragments, page.next_token), (Some(vec![]), None));
}

#[test]
fn a_version_guards_deletion() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let info = info(&client, "cam");
    let mismatch = exception(client.call(delete(&info, Some("older"))));
    assert!(
        matches!(mismatch, (400, Exception::VersionMismatch(_))),
        "{mismatch:?}"
    );
    assert_eq!(listed(&client).len(), 15);
    client.call(delete(&info, None)).unwrap();
    let gone = exception(client.call(delete(&info, None)));
    assert!(
        matches!(gone, (404, Exception::ResourceNotFound(_))),
        "{gone:?}"
    );
}

#[test]
fn bad_arguments_are_refused() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    for name in ["", "a b", "a/b", "é", &"x".repeat(257)] {
        let refused = exception(client.call(create(name)));
        assert!(
            matches!(refused, (400, Exception::InvalidArgument(_))),
            "{name}"
        );
    }
    let negative = CreateStream {
        data_retention_in_hours: Some(-1),
        ..create("door")
    };
    let refused = exception(client.call(negative));
    assert!(matches!(refused, (400, Exception::InvalidArgument(_))));
    for (path, body) in [
        ("/createStream", "{}"),
        ("/deleteStream", "{}"),
        ("/describeStream", "{}"),
        ("/getDataEndpoint", r#"{"StreamName":"cam"}"#),
        (
            "/getDataEndpoint",
            r#"{"StreamName":"cam","APIName":"GET_PIE"}"#,
        ),
        ("/getDataEndpoint", r#"{"APIName":"GET_CLIP"}"#),
        ("/listStreams", r#"{"MaxResults":0}"#),
        ("/listStreams", r#"{"MaxResults":10001}"#),
        ("/listStreams", r#"{"NextToken":"5eed"}"#),
        (
            "/listStreams",
            r#"{"StreamNameCondition":{"ComparisonValue":"c"}}"#,
        ),
        (
            "/listStreams",
            r#"{"StreamNameCondition":{"ComparisonOperator":"BEGINS_WITH"}}"#,
        ),
    ] {
        let answer = client.send(&client.signed_body(path, body));
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (400, "InvalidArgumentException"),
            "{body}"
        );
        let told: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert!(told["Message"].is_string(), "{told}");
    }
}

#[test]
fn the_endpoint_is_the_host_that_was_asked() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    for api_name in ApiName::KNOWN {
        let request = GetDataEndpoint {
            stream_name: Some("cam".into()),
            api_name: Some(api_name.clone()),
            ..GetDataEndpoint::default()
        };
        let endpoint = client.call(request).unwrap().data_endpoint.unwrap();
        assert_eq!(endpoint, emulator.url());
    }
    let unknown = GetDataEndpoint {
        stream_name: Some("door".into()),
        api_name: Some(ApiName::ListFragments),
        ..GetDataEndpoint::default()
    };
    let refused = exception(client.call(unknown));
    assert!(
        matches!(refused, (404, Exception::ResourceNotFound(_))),
        "{refused:?}"
    );
}

#[test]
fn it_listens_on_ipv6() {
    let builder = Emulator::builder().listen("[::1]:0".parse().unwrap());
    let emulator = builder.stream("cam", Stream::demo()).start().unwrap();
    assert!(emulator.url().starts_with("http://[::1]:"));
    let request = GetDataEndpoint {
        stream_name: Some("cam".into()),
        api_name: Some(ApiName::ListFragments),
        ..GetDataEndpoint::default()
    };
    let answer = Client::of(&emulator).call(request).unwrap();
    assert_eq!(answer.data_endpoint.as_deref(), Some(emulator.url()));
}

fn names(client: &Client, first: ListStreams) -> Vec<Vec<String>> {
    let mut next = Some(first);
    let mut pages = Vec::new();
    while let Some(request) = next {
        let page = client.call(request.clone()).unwrap();
        next = request.after(&page).unwrap();
        let streams = page.stream_info_list.unwrap();
        pages.push(
            streams
                .into_iter()
                .map(|s| s.stream_name.unwrap())
                .collect(),
        );
    }
    pages
}

fn beginning_with(prefix: &str) -> Option<StreamNameCondition> {
    Some(StreamNameCondition {
        comparison_operator: Some(ComparisonOperator::BeginsWith),
        comparison_value: Some(prefix.into()),
    })
}

#[test]
fn streams_are_listed_in_pages() {
    let mut builder = Emulator::builder();
    for name in ["cam-b", "cam-a", "door", "cam-c"] {
        builder = builder.stream(name, Stream::empty());
    }
    let emulator = builder.start().unwrap();
    let client = Client::of(&emulator);
    let all = ListStreams::default();
    assert_eq!(
        names(&client, all.clone()),
        [["cam-a", "cam-b", "cam-c", "door"]]
    );
    let two = ListStreams {
        max_results: Some(2),
        ..all
    };
    assert_eq!(
        names(&client, two.clone()),
        [["cam-a", "cam-b"], ["cam-c", "door"]]
    );
    let cams = ListStreams {
        stream_name_condition: beginning_with("cam-"),
        ..two
    };
    assert_eq!(
        names(&client, cams.clone()),
        [vec!["cam-a", "cam-b"], vec!["cam-c"]]
    );

    let token = client.call(cams.clone()).unwrap().next_token;
    let others = ListStreams {
        next_token: token,
        stream_name_condition: beginning_with("door"),
        ..cams
    };
    let refused = exception(client.call(others));
    assert!(
        matches!(refused, (400, Exception::InvalidArgument(_))),
        "{refused:?}"
    );
}

fn update(hours: i32, operation: &str, version: Option<&str>) -> UpdateDataRetention {
    UpdateDataRetention {
        stream_name: Some("cam".into()),
        current_version: version.map(str::to_owned),
        operation: Some(operation.into()),
        data_retention_change_in_hours: Some(hours),
        ..UpdateDataRetention::default()
    }
}

#[test]
fn settings_are_changed_a_version_at_a_time() {
    const MORE: &str = "INCREASE_DATA_RETENTION";
    const LESS: &str = "DECREASE_DATA_RETENTION";
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let before = info(&client, "cam");
    let version = before.version.as_deref();
    client.call(update(8, MORE, version)).unwrap();
    let after = info(&client, "cam");
    assert_eq!(after.data_retention_in_hours, Some(24 * 365 + 8));
    assert_ne!(after.version, before.version);
    let stale = exception(client.call(update(8, LESS, version)));
    assert!(matches!(stale, (400, Exception::VersionMismatch(_))));

    let version = after.version.as_deref();
    for bad in [
        update(0, LESS, version),
        update(24 * 365 + 9, LESS, version),
        update(87_600, MORE, version),
        update(1, "DOUBLE", version),
    ] {
        let refused = exception(client.call(bad.clone()));
        assert!(
            matches!(refused, (400, Exception::InvalidArgument(_))),
            "{bad:?}"
        );
    }
    client.call(update(24 * 365 + 8, LESS, version)).unwrap();
    assert_eq!(info(&client, "cam").data_retention_in_hours, Some(0));
    assert_eq!(listed(&client).len(), 0, "nothing is kept");

    let rename = UpdateStream {
        stream_name: Some("cam".into()),
        current_version: info(&client, "cam").version,
        device_name: Some("porch".into()),
        ..UpdateStream::default()
    };
    client.call(rename).unwrap();
    assert_eq!(info(&client, "cam").device_name.as_deref(), Some("porch"));
}

fn tags(pairs: impl IntoIterator<Item = (String, String)>) -> TagStream {
    TagStream {
        stream_name: Some("cam".into()),
        tags: Some(pairs.into_iter().collect()),
        ..TagStream::default()
    }
}

#[test]
fn tags_are_set_listed_and_removed() {
    let emulator = emulator(Stream::demo());
    let client = Client::of(&emulator);
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    client
        .call(tags([pair("site", "north"), pair("floor", "2")]))
        .unwrap();
    client.call(tags([pair("site", "south")])).unwrap();
    let listed = || {
        let request = ListTagsForStream {
            stream_name: Some("cam".into()),
            ..ListTagsForStream::default()
        };
        let tags = client.call(request).unwrap().tags.unwrap();
        tags.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(listed(), [pair("floor", "2"), pair("site", "south")]);
    let untag = UntagStream {
        stream_name: Some("cam".into()),
        tag_key_list: Some(vec!["floor".into(), "none".into()]),
        ..UntagStream::default()
    };
    client.call(untag).unwrap();
    assert_eq!(listed(), [pair("site", "south")]);

    let many = (0..50).map(|index| pair(&index.to_string(), ""));
    let refused = exception(client.call(tags(many)));
    assert!(matches!(
        refused,
        (400, Exception::TagsPerResourceExceededLimit(_))
    ));
    let long = "x".repeat(129);
    for bad in [pair("", "a"), pair(&long, "a"), pair("a", &"x".repeat(257))] {
        let refused = exception(client.call(tags([bad])));
        assert!(matches!(refused, (400, Exception::InvalidArgument(_))));
    }
    for (path, body) in [
        ("/tagStream", r#"{"StreamName":"cam"}"#),
        ("/untagStream", r#"{"StreamName":"cam"}"#),
        ("/updateDataRetention", r#"{"StreamName":"cam"}"#),
        ("/updateStream", r#"{"StreamName":"cam"}"#),
    ] {
        let answer = client.send(&client.signed_body(path, body));
        assert_eq!(answer.code(), "InvalidArgumentException", "{path}");
    }
}
