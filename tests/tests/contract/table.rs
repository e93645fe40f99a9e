//! What is sent to the archived media and to discovery, and what is answered: the rest of these
//! tests goes through this table.

use kvs_api::archived_media::{
    GetClip, GetDashStreamingSessionUrl, GetHlsStreamingSessionUrl, GetImages,
    GetMediaForFragmentList, ListFragments,
};
use kvs_api::video::GetDataEndpoint;
use kvs_protocol::{Buffered, Error, ErrorKind, Operation, Streamed};
use kvs_tests::Driver;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wiremock::ResponseTemplate;

/// An operation.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    /// By which its endpoint is discovered, and the member of the input that tells the stream.
    pub(crate) api: Option<(&'static str, &'static str)>,
    /// With all members that it has, as they go over the wire.
    pub(crate) input: &'static str,
    pub(crate) answer: Answer,
    pub(crate) model: &'static str,
    send: fn(&Driver, &str) -> Result<Came, Box<Failed>>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// A document.
    Json(&'static str),
    /// A payload, and its type.
    Media(&'static str),
}

/// A success.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) output: Value,
    pub(crate) payload: Vec<u8>,
}

/// A failure.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) told: String,
    pub(crate) operation: &'static str,
    pub(crate) attempts: u32,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Refused {
        status: u16,
        code: String,
        message: String,
        request_id: Option<String>,
        /// The modelled error, as a programmer sees it.
        error: String,
    },
    Malformed,
    Other,
}

const ARCHIVED: &str = include_str!("../../../model/kinesis-video-archived-media.json");
const CONTROL: &str = include_str!("../../../model/kinesis-video.json");

pub(crate) const TABLE: [Case; 7] = [
    Case {
        name: "GetClip",
        path: "/getClip",
        api: Some(("GET_CLIP", "StreamName")),
        input: r#"{"StreamName":"cam","ClipFragmentSelector":{"FragmentSelectorType":"SERVER_TIMESTAMP",
            "TimestampRange":{"StartTimestamp":1524762739.123,"EndTimestamp":1524762799}}}"#,
        answer: Answer::Media("video/mp4"),
        model: ARCHIVED,
        send: open::<GetClip>,
    },
    Case {
        name: "GetDASHStreamingSessionURL",
        path: "/getDASHStreamingSessionURL",
        api: Some(("GET_DASH_STREAMING_SESSION_URL", "StreamARN")),
        input: r#"{"StreamARN":"arn:aws:kinesisvideo:eu-west-1:111122223333:stream/cam/1524762739123",
            "PlaybackMode":"LIVE_REPLAY","DisplayFragmentTimestamp":"ALWAYS",
            "DisplayFragmentNumber":"NEVER","Expires":3600,"MaxManifestFragmentResults":5000,
            "DASHFragmentSelector":{"FragmentSelectorType":"PRODUCER_TIMESTAMP",
            "TimestampRange":{"StartTimestamp":1524762739}}}"#,
        answer: Answer::Json(
            r#"{"DASHStreamingSessionURL":"https://a.test/x.mpd?SessionToken=t"}"#,
        ),
        model: ARCHIVED,
        send: send::<GetDashStreamingSessionUrl>,
    },
    Case {
        name: "GetHLSStreamingSessionURL",
        path: "/getHLSStreamingSessionURL",
        api: Some(("GET_HLS_STREAMING_SESSION_URL", "StreamName")),
        input: r#"{"StreamName":"cam","PlaybackMode":"ON_DEMAND","ContainerFormat":"MPEG_TS",
            "DiscontinuityMode":"ON_DISCONTINUITY","DisplayFragmentTimestamp":"NEVER",
            "Expires":300,"MaxMediaPlaylistFragmentResults":1,
            "HLSFragmentSelector":{"FragmentSelectorType":"SERVER_TIMESTAMP",
            "TimestampRange":{"StartTimestamp":1524762739,"EndTimestamp":1524762739.001}}}"#,
        answer: Answer::Json(
            r#"{"HLSStreamingSessionURL":"https://a.test/x.m3u8?SessionToken=t"}"#,
        ),
        model: ARCHIVED,
        send: send::<GetHlsStreamingSessionUrl>,
    },
    Case {
        name: "GetImages",
        path: "/getImages",
        api: Some(("GET_IMAGES", "StreamName")),
        input: r#"{"StreamName":"cam","ImageSelectorType":"PRODUCER_TIMESTAMP",
            "StartTimestamp":1524762739.5,"EndTimestamp":1524762740,"SamplingInterval":200,
            "Format":"JPEG","FormatConfig":{"JPEGQuality":"80"},"WidthPixels":640,
            "HeightPixels":480,"MaxResults":25,"NextToken":"bW9yZQ=="}"#,
        answer: Answer::Json(
            r#"{"Images":[{"TimeStamp":1524762739.5,"ImageContent":"/9j/"},
            {"TimeStamp":1524762739.7,"Error":"NO_MEDIA"}],"NextToken":"more"}"#,
        ),
        model: ARCHIVED,
        send: send::<GetImages>,
    },
    Case {
        name: "GetMediaForFragmentList",
        path: "/getMediaForFragmentList",
        api: Some(("GET_MEDIA_FOR_FRAGMENT_LIST", "StreamName")),
        input: r#"{"StreamName":"cam",
            "Fragments":["91343852333181432392682062607743920146264330785","1"]}"#,
        answer: Answer::Media("video/webm"),
        model: ARCHIVED,
        send: open::<GetMediaForFragmentList>,
    },
    Case {
        name: "ListFragments",
        path: "/listFragments",
        api: Some(("LIST_FRAGMENTS", "StreamName")),
        input: r#"{"StreamName":"cam","MaxResults":5,"NextToken":"bW9yZQ==",
            "FragmentSelector":{"FragmentSelectorType":"SERVER_TIMESTAMP",
            "TimestampRange":{"StartTimestamp":1524762739.123,"EndTimestamp":1524762799}}}"#,
        answer: Answer::Json(
            r#"{"Fragments":[{"FragmentNumber":"91343852333181432392682062607743920146264330785",
            "FragmentSizeInBytes":4242,"ProducerTimestamp":1524762739.123,
            "ServerTimestamp":1524762740.5,"FragmentLengthInMilliseconds":2000}],
            "NextToken":"more"}"#,
        ),
        model: ARCHIVED,
        send: send::<ListFragments>,
    },
    Case {
        name: "GetDataEndpoint",
        path: "/getDataEndpoint",
        api: None,
        input: r#"{"StreamName":"cam","APIName":"GET_CLIP"}"#,
        answer: Answer::Json(r#"{"DataEndpoint":"https://b-1.kinesisvideo.amazonaws.com"}"#),
        model: CONTROL,
        send: send::<GetDataEndpoint>,
    },
];

/// Long enough to come in several pieces.
pub(crate) fn payload() -> Vec<u8> {
    (0..300_000_u32).map(|i| (i % 251) as u8).collect()
}

impl Case {
    /// Sends it, and reads all that comes.
    pub(crate) fn send(&self, driver: &Driver) -> Result<Came, Box<Failed>> {
        (self.send)(driver, self.input)
    }

    pub(crate) fn input(&self) -> Value {
        serde_json::from_str(self.input).unwrap()
    }

    pub(crate) fn success(&self) -> ResponseTemplate {
        let answer = ResponseTemplate::new(200);
        match self.answer {
            Answer::Json(body) => answer.set_body_raw(body, "application/json"),
            Answer::Media(kind) => answer.set_body_raw(payload(), kind),
        }
    }

    /// Status and code of every error that the model of its service has.
    pub(crate) fn errors(&self) -> Vec<(u16, String)> {
        let model: Value = serde_json::from_str(self.model).unwrap();
        let shapes = model["shapes"].as_object().unwrap().iter();
        let errors = shapes.filter_map(|(name, shape)| {
            let traits = shape.get("traits")?;
            traits.get("smithy.api#error")?;
            let status = traits["smithy.api#httpError"].as_u64().unwrap();
            let (_, code) = name.split_once('#').unwrap();
            Some((u16::try_from(status).unwrap(), code.to_owned()))
        });
        errors.collect()
    }
}

fn send<O>(driver: &Driver, input: &str) -> Result<Came, Box<Failed>>
where
    O: Operation<Delivery = Buffered, Output: Serialize> + DeserializeOwned,
{
    let operation: O = serde_json::from_str(input).unwrap();
    let output = driver.send(operation).map_err(failed)?;
    Ok(Came {
        output: serde_json::to_value(output).unwrap(),
        payload: Vec::new(),
    })
}

fn open<O>(driver: &Driver, input: &str) -> Result<Came, Box<Failed>>
where
    O: Operation<Delivery = Streamed, Output: Serialize> + DeserializeOwned,
{
    let operation: O = serde_json::from_str(input).unwrap();
    let (output, payload, end) = driver.open(operation).map_err(failed)?;
    assert!(end.is_none(), "{end:?}");
    Ok(Came {
        output: serde_json::to_value(output).unwrap(),
        payload,
    })
}

fn failed<E: std::fmt::Debug>(error: Error<E>) -> Box<Failed> {
    let told = error.to_string();
    let kind = match error.kind {
        ErrorKind::Refused(refusal) => Kind::Refused {
            status: refusal.status.as_u16(),
            code: refusal.code,
            message: refusal.message,
            request_id: refusal.request_id,
            error: format!("{:?}", refusal.error),
        },
        ErrorKind::Malformed(_) => Kind::Malformed,
        _ => Kind::Other,
    };
    Box::new(Failed {
        told,
        operation: error.operation,
        attempts: error.attempts,
        kind,
    })
}
