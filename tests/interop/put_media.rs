//! PutMedia, which no model of the service has and so no client: signed by our signer, and sent over
//! the connections of our async driver. That sends bodies whole; the chunks are for the other side.

use std::fs;
use std::time::SystemTime;

use kvs_api::video::{ApiName, GetDataEndpoint};
use kvs_protocol::Bytes;
use kvs_protocol::Credentials;
use kvs_protocol::http::Request;
use kvs_protocol::sign::{Scope, SigningKeys, sign};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::operations::{Case, Failure};

/// What is put, and how its times are told.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    stream_name: String,
    fragment_timecode_type: String,
    producer_start_timestamp: f64,
    file: String,
}

/// Puts a file, and tells the acks.
pub(crate) async fn put_media(client: &kvs_hyper::Client, case: Case) -> Result<Value, Failure> {
    let input: Input = serde_json::from_value(case.input)?;
    let question = GetDataEndpoint {
        stream_name: Some(input.stream_name.clone()),
        api_name: Some(ApiName::PutMedia),
        ..GetDataEndpoint::default()
    };
    let endpoint = client.send(question).await?.data_endpoint;
    let endpoint = endpoint.ok_or("there is no endpoint")?;
    let host = endpoint
        .split("://")
        .nth(1)
        .ok_or("the endpoint has no host")?;
    let start = input.producer_start_timestamp.to_string();
    let mut request = Request::post(format!("{endpoint}/putMedia"))
        .header("host", host)
        .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        .header("x-amzn-stream-name", input.stream_name)
        .header(
            "x-amzn-fragment-timecode-type",
            input.fragment_timecode_type,
        )
        .header("x-amzn-producer-start-timestamp", start)
        .body(Bytes::from(fs::read(input.file)?))?;
    let variable = std::env::var;
    let key = Credentials::new(
        variable("AWS_ACCESS_KEY_ID")?,
        variable("AWS_SECRET_ACCESS_KEY")?,
    );
    let scope = Scope {
        region: variable("AWS_REGION")?,
        service: "kinesisvideo".to_owned(),
    };
    let keys = &mut SigningKeys::default();
    sign(&mut request, &key, &scope, SystemTime::now(), keys);

    let answer = client.exchange(request).await?;
    let status = answer.status();
    let (mut body, mut told) = (answer.into_body(), Vec::new());
    while let Some(piece) = body.chunk().await? {
        told.extend_from_slice(&piece);
    }
    let told = String::from_utf8(told)?;
    if !status.is_success() {
        return Err(format!("{status}: {told}").into());
    }
    let acks = told.lines().map(serde_json::from_str);
    let acks: Vec<Value> = acks.collect::<Result<_, _>>()?;
    Ok(json!({ "output": { "Acks": acks } }))
}
