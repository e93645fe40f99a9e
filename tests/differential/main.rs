//! Builds and signs requests, and reads answers, that come as lines of JSON, for `requests.py` and
//! `responses.py` to hold what it makes of them against what botocore does: `{"operation", "input"}`
//! in and the request out, or `{"operation", "input", "answer"}` in and the output or the error out.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "what it writes is read by a program")]

mod answers;

use std::error::Error;
use std::io::{BufRead, stdin};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use answers::Answer;
use kvs_api::{archived_media, media, signaling, video, webrtc_storage};
use kvs_protocol::http::Request;
use kvs_protocol::retry::RetryPolicy;
use kvs_protocol::{Bytes, Call, Credentials, Operation, Session, Target, Waiting};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// 24 November 2026, 12:00 UTC; the peers stop their clocks there too.
const NOW: u64 = 1_795_521_600;

type Failure = Box<dyn Error>;

/// A line of what comes in.
#[derive(Deserialize)]
struct Case {
    operation: String,
    input: Value,
    answer: Option<Answer>,
}

fn main() -> Result<(), Failure> {
    for line in stdin().lock().lines() {
        let Case {
            operation,
            input,
            answer,
        } = serde_json::from_str(&line?)?;
        let told = tell(&operation, input, answer);
        println!(
            "{}",
            told.unwrap_or_else(|e| json!({ "problem": e.to_string() }))
        );
    }
    Ok(())
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
}

/// No input of the family travels outside of the body, so that JSON makes one.
fn sent<O: Operation + DeserializeOwned>(
    input: Value,
    session: &mut Session,
) -> Result<(Request<Bytes>, Waiting<O>), Failure> {
    let operation: O = serde_json::from_value(input)?;
    let origin = "https://service.test".parse()?;
    let mut target = Target::new(origin, "eu-west-1", O::SERVICE);
    target.retry = RetryPolicy {
        max_attempts: 1,
        ..RetryPolicy::default()
    };
    let call = Call::new(operation, Arc::new(target)).map_err(|e| e.to_string())?;
    let credentials = Credentials::new("AKID", "secret").with_session_token("token");
    Ok(call.sign(&credentials, session, now()))
}

fn request<O: Operation + DeserializeOwned>(input: Value) -> Result<Value, Failure> {
    let (request, _) = sent::<O>(input, &mut Session::new(0))?;
    let headers = request.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.to_string(), Value::from(value))
    });
    Ok(json!({
        "method": request.method().as_str(),
        "url": request.uri().to_string(),
        "headers": headers.collect::<Map<_, _>>(),
        "body": String::from_utf8(request.body().to_vec())?,
    }))
}

/// Operations, and which members of their outputs travel in headers: serde does not show those.
macro_rules! operations {
    ($($module:ident: $($operation:ident $(($($wire:literal = $member:ident),+))?)+;)+) => {
        fn tell(operation: &str, input: Value, answer: Option<Answer>) -> Result<Value, Failure> {
            $($(if operation == <$module::$operation as Operation>::NAME {
                return match answer {
                    None => request::<$module::$operation>(input),
                    Some(answer) => answer.told::<$module::$operation>(input, |_output| {
                        [$($(($wire, json!(_output.$member))),+)?].into()
                    }),
                };
            })+)+
            Err(format!("there is no operation {operation}").into())
        }
    };
}

operations! {
    archived_media: GetClip("ContentType" = content_type) GetDashStreamingSessionUrl GetHlsStreamingSessionUrl GetImages GetMediaForFragmentList("ContentType" = content_type) ListFragments;
    video: CreateSignalingChannel CreateStream DeleteEdgeConfiguration DeleteSignalingChannel DeleteStream DescribeEdgeConfiguration DescribeImageGenerationConfiguration DescribeMappedResourceConfiguration DescribeMediaStorageConfiguration DescribeNotificationConfiguration DescribeSignalingChannel DescribeStream DescribeStreamStorageConfiguration GetDataEndpoint GetSignalingChannelEndpoint ListEdgeAgentConfigurations ListSignalingChannels ListStreams ListTagsForResource ListTagsForStream StartEdgeConfigurationUpdate TagResource TagStream UntagResource UntagStream UpdateDataRetention UpdateImageGenerationConfiguration UpdateMediaStorageConfiguration UpdateNotificationConfiguration UpdateSignalingChannel UpdateStream UpdateStreamStorageConfiguration;
    media: GetMedia("ContentType" = content_type);
    signaling: GetIceServerConfig SendAlexaOfferToMaster;
    webrtc_storage: JoinStorageSession JoinStorageSessionAsViewer;
}
