//! Builds and signs requests for inputs that come as lines of JSON, for `requests.py` to hold
//! against those of botocore: `{"operation", "input"}` in, the request or why there is none out.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "what it writes is read by a program")]

use std::error::Error;
use std::io::{BufRead, stdin};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use kvs_api::{archived_media, media, signaling, video, webrtc_storage};
use kvs_protocol::{Call, Credentials, Operation, Session, Target};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// 24 November 2026, 12:00 UTC; `requests.py` stops its clock there too.
const NOW: u64 = 1_795_521_600;

type Failure = Box<dyn Error>;

/// A line of what comes in.
#[derive(Deserialize)]
struct Case {
    operation: String,
    input: Value,
}

fn main() -> Result<(), Failure> {
    for line in stdin().lock().lines() {
        let Case { operation, input } = serde_json::from_str(&line?)?;
        let answer = answer(&operation, input);
        println!(
            "{}",
            answer.unwrap_or_else(|e| json!({ "problem": e.to_string() }))
        );
    }
    Ok(())
}

/// No input of the family travels outside of the body, so that JSON makes one.
fn request<O: Operation + DeserializeOwned>(input: Value) -> Result<Value, Failure> {
    let operation: O = serde_json::from_value(input)?;
    let origin = "https://service.test".parse()?;
    let target = Arc::new(Target::new(origin, "eu-west-1", O::SERVICE));
    let call = Call::new(operation, target).map_err(|e| e.to_string())?;
    let credentials = Credentials::new("AKID", "secret").with_session_token("token");
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    let (request, _) = call.sign(&credentials, &mut Session::new(0), now);
    let headers = request.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.to_string(), Value::from(value))
    });
    Ok(json!({
        "method": request.method().as_str(),
        "url": request.uri().to_string(),
        "headers": headers.collect::<serde_json::Map<_, _>>(),
        "body": String::from_utf8(request.body().to_vec())?,
    }))
}

macro_rules! operations {
    ($($module:ident: $($operation:ident)+;)+) => {
        fn answer(operation: &str, input: Value) -> Result<Value, Failure> {
            $($(if operation == <$module::$operation as Operation>::NAME {
                return request::<$module::$operation>(input);
            })+)+
            Err(format!("there is no operation {operation}").into())
        }
    };
}

operations! {
    archived_media: GetClip GetDashStreamingSessionUrl GetHlsStreamingSessionUrl GetImages GetMediaForFragmentList ListFragments;
    video: CreateSignalingChannel CreateStream DeleteEdgeConfiguration DeleteSignalingChannel DeleteStream DescribeEdgeConfiguration DescribeImageGenerationConfiguration DescribeMappedResourceConfiguration DescribeMediaStorageConfiguration DescribeNotificationConfiguration DescribeSignalingChannel DescribeStream DescribeStreamStorageConfiguration GetDataEndpoint GetSignalingChannelEndpoint ListEdgeAgentConfigurations ListSignalingChannels ListStreams ListTagsForResource ListTagsForStream StartEdgeConfigurationUpdate TagResource TagStream UntagResource UntagStream UpdateDataRetention UpdateImageGenerationConfiguration UpdateMediaStorageConfiguration UpdateNotificationConfiguration UpdateSignalingChannel UpdateStream UpdateStreamStorageConfiguration;
    media: GetMedia;
    signaling: GetIceServerConfig SendAlexaOfferToMaster;
    webrtc_storage: JoinStorageSession JoinStorageSessionAsViewer;
}
