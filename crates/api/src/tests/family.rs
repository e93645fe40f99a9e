//! The services beside the archive and its control service, on the wire.

use kvs_protocol::Operation;

use super::head;
use crate::{media, signaling, video, webrtc_storage};

#[test]
fn media_begins_where_it_is_told() {
    let get = media::GetMedia {
        stream_name: Some("door".into()),
        start_selector: Some(media::StartSelector {
            start_selector_type: Some(media::StartSelectorType::ContinuationToken),
            continuation_token: Some("9134".into()),
            ..media::StartSelector::default()
        }),
        ..media::GetMedia::default()
    };
    let request = get.encode().unwrap();
    assert_eq!(request.uri(), "/getMedia");
    let body = concat!(
        r#"{"StreamName":"door","StartSelector":{"#,
        r#""StartSelectorType":"CONTINUATION_TOKEN","ContinuationToken":"9134"}}"#
    );
    assert_eq!(request.body(), body);

    let answer = media::GetMedia::decode(&head(&[("content-type", "video/webm")]), b"").unwrap();
    assert_eq!(answer.content_type.as_deref(), Some("video/webm"));
}

#[test]
fn relays_come_with_their_credentials() {
    let get = signaling::GetIceServerConfig {
        channel_arn: Some("arn".into()),
        service: Some(signaling::ServiceShape::Turn),
        ..signaling::GetIceServerConfig::default()
    };
    let request = get.encode().unwrap();
    assert_eq!(request.uri(), "/v1/get-ice-server-config");
    assert_eq!(request.body(), r#"{"ChannelARN":"arn","Service":"TURN"}"#);

    let answer =
        br#"{"IceServerList":[{"Uris":["turn:h:443"],"Username":"u","Password":"p","Ttl":300}]}"#;
    let answer = signaling::GetIceServerConfig::decode(&head(&[]), answer).unwrap();
    let relays = answer.ice_server_list.unwrap();
    assert_eq!(relays.len(), 1);
    assert_eq!(relays[0].uris, Some(vec!["turn:h:443".to_owned()]));
    assert_eq!(relays[0].ttl, Some(300));
}

#[test]
fn joining_answers_nothing() {
    let join = webrtc_storage::JoinStorageSessionAsViewer {
        channel_arn: Some("arn".into()),
        client_id: Some("me".into()),
    };
    let request = join.encode().unwrap();
    assert_eq!(request.uri(), "/joinStorageSessionAsViewer");
    assert_eq!(request.body(), r#"{"channelArn":"arn","clientId":"me"}"#);
    webrtc_storage::JoinStorageSessionAsViewer::decode(&head(&[]), b"").unwrap();
    let nobody = webrtc_storage::JoinStorageSession::default();
    assert!(
        nobody
            .encode()
            .unwrap_err()
            .to_string()
            .contains("channelArn")
    );
}

#[test]
fn channels_are_named_on_the_way_to_their_endpoints() {
    let get = video::GetSignalingChannelEndpoint {
        channel_arn: Some("arn".into()),
        single_master_channel_endpoint_configuration: Some(
            video::SingleMasterChannelEndpointConfiguration {
                protocols: Some(vec![video::ChannelProtocol::Webrtc]),
                role: Some(video::ChannelRole::Master),
            },
        ),
    };
    let request = get.encode().unwrap();
    assert_eq!(request.uri(), "/getSignalingChannelEndpoint");
    let body = concat!(
        r#"{"ChannelARN":"arn","SingleMasterChannelEndpointConfiguration":{"#,
        r#""Protocols":["WEBRTC"],"Role":"MASTER"}}"#
    );
    assert_eq!(request.body(), body);

    let nameless = video::TagStream::default();
    assert!(nameless.encode().is_err());
}

#[test]
fn a_stream_tells_its_storage() {
    let describe = video::DescribeStreamStorageConfiguration {
        stream_name: Some("door".into()),
        ..video::DescribeStreamStorageConfiguration::default()
    };
    let request = describe.encode().unwrap();
    assert_eq!(request.uri(), "/describeStreamStorageConfiguration");
    let answer = br#"{"StreamStorageConfiguration":{"DefaultStorageTier":"WARM"}}"#;
    let answer = video::DescribeStreamStorageConfiguration::decode(&head(&[]), answer).unwrap();
    let storage = answer.stream_storage_configuration.unwrap();
    assert_eq!(
        storage.default_storage_tier,
        Some(video::DefaultStorageTier::Warm)
    );
}
