//! Operations of the AWS SDK, which reads no JSON by itself.

use std::collections::HashMap;
use std::hash::Hash;
use std::io::Write;

use aws_config::SdkConfig;
use aws_sdk_kinesisvideo as control;
use aws_sdk_kinesisvideoarchivedmedia as archive;
use aws_sdk_kinesisvideomedia as media;
use aws_smithy_types::DateTime;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::{Value, json};

use crate::operations::{Case, Failure};

/// What an operation has come to: its output, or the code of its error.
type Told = Result<Value, Failure>;

/// Sends an operation of any name.
pub(crate) async fn tell(config: &SdkConfig, case: Case) -> Told {
    let client = control::Client::new(config);
    let input = Input(&case.input);
    match case.operation.as_str() {
        "CreateStream" => {
            let create = client
                .create_stream()
                .set_stream_name(input.text("StreamName"));
            let hours = input.number("DataRetentionInHours");
            told(
                create.set_data_retention_in_hours(hours).send().await,
                |output| json!({ "StreamARN": output.stream_arn }),
            )
        }
        "DeleteStream" => {
            let delete = client
                .delete_stream()
                .set_stream_arn(input.text("StreamARN"));
            told(delete.send().await, |_| json!({}))
        }
        "DescribeStream" => {
            let describe = client.describe_stream();
            let describe = describe.set_stream_name(input.text("StreamName"));
            told(
                describe.send().await,
                |output| json!({ "StreamInfo": output.stream_info().map(stream) }),
            )
        }
        "GetDataEndpoint" => {
            let answer = endpoint(&client, input, input.text("APIName")).await;
            told(
                answer,
                |output| json!({ "DataEndpoint": output.data_endpoint }),
            )
        }
        "ListStreams" => told(client.list_streams().send().await, |output| {
            let streams: Vec<Value> = output.stream_info_list().iter().map(stream).collect();
            json!({ "StreamInfoList": streams })
        }),
        operation => {
            let api = match operation {
                "GetDASHStreamingSessionURL" => "GET_DASH_STREAMING_SESSION_URL",
                "GetHLSStreamingSessionURL" => "GET_HLS_STREAMING_SESSION_URL",
                "GetClip" => "GET_CLIP",
                "GetImages" => "GET_IMAGES",
                "GetMedia" => "GET_MEDIA",
                "GetMediaForFragmentList" => "GET_MEDIA_FOR_FRAGMENT_LIST",
                "ListFragments" => "LIST_FRAGMENTS",
                other => return Err(format!("{other} is not known here").into()),
            };
            let answer = endpoint(&client, input, Some(api.to_owned())).await;
            match answer {
                Ok(answer) => at(config, answer.data_endpoint.unwrap_or_default(), &case).await,
                Err(error) => told(Err::<(), _>(error), |()| Value::Null),
            }
        }
    }
}

async fn endpoint(
    client: &control::Client,
    input: Input<'_>,
    api: Option<String>,
) -> Result<
    control::operation::get_data_endpoint::GetDataEndpointOutput,
    control::error::SdkError<control::operation::get_data_endpoint::GetDataEndpointError>,
> {
    let question = client
        .get_data_endpoint()
        .set_stream_name(input.text("StreamName"))
        .set_stream_arn(input.text("StreamARN"))
        .set_api_name(api.map(|api| api.as_str().into()));
    question.send().await
}

/// An operation that is served at an endpoint.
async fn at(config: &SdkConfig, endpoint: String, case: &Case) -> Told {
    if case.operation == "GetMedia" {
        let config = media::config::Builder::from(config).endpoint_url(endpoint);
        return get_media(&media::Client::from_conf(config.build()), case).await;
    }
    let config = archive::config::Builder::from(config).endpoint_url(endpoint);
    let client = archive::Client::from_conf(config.build());
    match case.operation.as_str() {
        "GetClip" => get_clip(&client, case).await,
        "GetDASHStreamingSessionURL" => get_dash_url(&client, case).await,
        "GetHLSStreamingSessionURL" => get_hls_url(&client, case).await,
        "GetImages" => get_images(&client, case).await,
        "GetMediaForFragmentList" => get_fragments(&client, case).await,
        _ => list_fragments(&client, case).await,
    }
}

async fn get_media(client: &media::Client, case: &Case) -> Told {
    let input = Input(&case.input);
    let selector = input.within("StartSelector");
    let selector = media::types::StartSelector::builder()
        .set_start_selector_type(selector.word("StartSelectorType"))
        .set_start_timestamp(selector.time("StartTimestamp"))
        .build()?;
    let get = client.get_media().set_stream_name(input.text("StreamName"));
    let answer = get.start_selector(selector).send().await;
    saved(case, answer, |output| output.payload).await
}

async fn get_clip(client: &archive::Client, case: &Case) -> Told {
    let input = Input(&case.input);
    let selector = input.within("ClipFragmentSelector");
    let range = selector.within("TimestampRange");
    let range = archive::types::ClipTimestampRange::builder()
        .set_start_timestamp(range.time("StartTimestamp"))
        .set_end_timestamp(range.time("EndTimestamp"))
        .build()?;
    let selector = archive::types::ClipFragmentSelector::builder()
        .set_fragment_selector_type(selector.word("FragmentSelectorType"))
        .timestamp_range(range)
        .build()?;
    let get = client.get_clip().set_stream_name(input.text("StreamName"));
    let answer = get.clip_fragment_selector(selector).send().await;
    saved(case, answer, |output| output.payload).await
}

async fn get_dash_url(client: &archive::Client, case: &Case) -> Told {
    let input = Input(&case.input);
    let selector = input.within("DASHFragmentSelector");
    let range = selector.within("TimestampRange");
    let range = archive::types::DashTimestampRange::builder()
        .set_start_timestamp(range.time("StartTimestamp"))
        .set_end_timestamp(range.time("EndTimestamp"))
        .build();
    let selector = archive::types::DashFragmentSelector::builder()
        .set_fragment_selector_type(selector.word("FragmentSelectorType"))
        .timestamp_range(range)
        .build();
    let get = client
        .get_dash_streaming_session_url()
        .set_stream_name(input.text("StreamName"))
        .set_playback_mode(input.word("PlaybackMode"))
        .set_dash_fragment_selector(input.has("DASHFragmentSelector").then_some(selector));
    told(
        get.send().await,
        |output| json!({ "DASHStreamingSessionURL": output.dash_streaming_session_url }),
    )
}

async fn get_hls_url(client: &archive::Client, case: &Case) -> Told {
    let input = Input(&case.input);
    let selector = input.within("HLSFragmentSelector");
    let range = selector.within("TimestampRange");
    let range = archive::types::HlsTimestampRange::builder()
        .set_start_timestamp(range.time("StartTimestamp"))
        .set_end_timestamp(range.time("EndTimestamp"))
        .build();
    let selector = archive::types::HlsFragmentSelector::builder()
        .set_fragment_selector_type(selector.word("FragmentSelectorType"))
        .timestamp_range(range)
        .build();
    let get = client
        .get_hls_streaming_session_url()
        .set_stream_name(input.text("StreamName"))
        .set_playback_mode(input.word("PlaybackMode"))
        .set_hls_fragment_selector(input.has("HLSFragmentSelector").then_some(selector));
    told(
        get.send().await,
        |output| json!({ "HLSStreamingSessionURL": output.hls_streaming_session_url }),
    )
}

async fn get_images(client: &archive::Client, case: &Case) -> Told {
    let input = Input(&case.input);
    let get = client
        .get_images()
        .set_stream_name(input.text("StreamName"))
        .set_image_selector_type(input.word("ImageSelectorType"))
        .set_start_timestamp(input.time("StartTimestamp"))
        .set_end_timestamp(input.time("EndTimestamp"))
        .set_sampling_interval(input.number("SamplingInterval"))
        .set_format(input.word("Format"))
        .set_format_config(input.texts_by("FormatConfig"))
        .set_width_pixels(input.number("WidthPixels"))
        .set_height_pixels(input.number("HeightPixels"))
        .set_max_results(input.number("MaxResults"))
        .set_next_token(input.text("NextToken"));
    told(get.send().await, |output| {
        let images = output.images().iter().map(|image| {
            json!({
                "TimeStamp": image.time_stamp().map(DateTime::as_secs_f64),
                "Error": image.error().map(archive::types::ImageError::as_str),
                "ImageContent": image.image_content(),
            })
        });
        json!({ "Images": images.collect::<Vec<_>>(), "NextToken": output.next_token })
    })
}

async fn get_fragments(client: &archive::Client, case: &Case) -> Told {
    let input = Input(&case.input);
    let get = client
        .get_media_for_fragment_list()
        .set_stream_name(input.text("StreamName"))
        .set_fragments(input.texts("Fragments"));
    saved(case, get.send().await, |output| output.payload).await
}

async fn list_fragments(client: &archive::Client, case: &Case) -> Told {
    let input = Input(&case.input);
    let selector = input.within("FragmentSelector");
    let range = selector.within("TimestampRange");
    let range = archive::types::TimestampRange::builder()
        .set_start_timestamp(range.time("StartTimestamp"))
        .set_end_timestamp(range.time("EndTimestamp"));
    let mut list = client
        .list_fragments()
        .set_stream_name(input.text("StreamName"))
        .set_max_results(input.number("MaxResults"))
        .set_next_token(input.text("NextToken"));
    if input.has("FragmentSelector") {
        let selector = archive::types::FragmentSelector::builder()
            .set_fragment_selector_type(selector.word("FragmentSelectorType"))
            .timestamp_range(range.build()?);
        list = list.fragment_selector(selector.build()?);
    }
    told(list.send().await, |output| {
        let fragments: Vec<Value> = output.fragments().iter().map(fragment).collect();
        json!({ "Fragments": fragments, "NextToken": output.next_token })
    })
}

fn told<T, E>(answer: Result<T, E>, output: impl FnOnce(T) -> Value) -> Told
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match answer {
        Ok(answer) => Ok(json!({ "output": output(answer) })),
        Err(error) => match error.code() {
            Some(code) => Ok(json!({ "error": code })),
            None => Err(Box::new(error)),
        },
    }
}

/// The same for an answer with a payload.
async fn saved<T, E>(case: &Case, answer: Result<T, E>, body: impl FnOnce(T) -> ByteStream) -> Told
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let mut file = case.file()?;
    if let Ok(answer) = answer {
        let mut body = body(answer);
        while let Some(piece) = body.try_next().await? {
            file.write_all(&piece)?;
        }
        return Ok(json!({ "output": {} }));
    }
    told(answer, |_| Value::Null)
}

fn stream(info: &control::types::StreamInfo) -> Value {
    json!({
        "DeviceName": info.device_name(),
        "StreamName": info.stream_name(),
        "StreamARN": info.stream_arn(),
        "MediaType": info.media_type(),
        "KmsKeyId": info.kms_key_id(),
        "Version": info.version(),
        "Status": info.status().map(control::types::Status::as_str),
        "CreationTime": info.creation_time().map(DateTime::as_secs_f64),
        "DataRetentionInHours": info.data_retention_in_hours(),
    })
}

fn fragment(fragment: &archive::types::Fragment) -> Value {
    json!({
        "FragmentNumber": fragment.fragment_number(),
        "FragmentSizeInBytes": fragment.fragment_size_in_bytes(),
        "ProducerTimestamp": fragment.producer_timestamp().map(DateTime::as_secs_f64),
        "ServerTimestamp": fragment.server_timestamp().map(DateTime::as_secs_f64),
        "FragmentLengthInMilliseconds": fragment.fragment_length_in_milliseconds(),
    })
}

/// Members of an input.
#[derive(Clone, Copy)]
struct Input<'a>(&'a Value);

impl<'a> Input<'a> {
    fn has(self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    fn within(self, name: &str) -> Self {
        Self(self.0.get(name).unwrap_or(&Value::Null))
    }

    fn text(self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().map(str::to_owned)
    }

    /// One of a few.
    fn word<T: for<'w> From<&'w str>>(self, name: &str) -> Option<T> {
        Some(self.0.get(name)?.as_str()?.into())
    }

    fn texts(self, name: &str) -> Option<Vec<String>> {
        let texts = self.0.get(name)?.as_array()?.iter();
        texts.map(|text| text.as_str().map(str::to_owned)).collect()
    }

    /// Texts by what is one of a few.
    fn texts_by<K>(self, name: &str) -> Option<HashMap<K, String>>
    where
        K: for<'w> From<&'w str> + Eq + Hash,
    {
        let members = self.0.get(name)?.as_object()?.iter();
        let text = |(key, value): (&'a String, &'a Value)| {
            Some((key.as_str().into(), value.as_str()?.to_owned()))
        };
        members.map(text).collect()
    }

    fn number<T: TryFrom<i64>>(self, name: &str) -> Option<T> {
        T::try_from(self.0.get(name)?.as_i64()?).ok()
    }

    fn time(self, name: &str) -> Option<DateTime> {
        self.0.get(name)?.as_f64().map(DateTime::from_secs_f64)
    }
}
