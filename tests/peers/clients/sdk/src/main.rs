//! The AWS SDK with its default client, as a program to measure.
//!
//! ```text
//! list ORIGIN TIMES        sends ListFragments; prints nanoseconds a call
//! body ORIGIN              fetches all media and forgets it
//! file ORIGIN PATH         fetches all media and writes it as it comes
//! sign TIMES FRAGMENTS     sends requests for so many to nobody; prints nanoseconds each
//! parse TIMES FILE         is answered ListFragments at once; prints nanoseconds each
//! ```

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_kinesisvideo::types::ApiName;
use aws_sdk_kinesisvideoarchivedmedia::Client;
use aws_sdk_kinesisvideoarchivedmedia::config::{Builder, Credentials};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use tokio::io::AsyncWriteExt;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build()?;
    match words.as_slice() {
        ["list", origin, times] => runtime.block_on(list(origin, times.parse()?)),
        ["body", origin] => runtime.block_on(body(origin)),
        ["file", origin, path] => runtime.block_on(file(origin, path)),
        ["sign", times, fragments] => {
            let fragments = fragments.parse()?;
            runtime.block_on(sign(times.parse()?, fragments))
        }
        ["parse", times, path] => {
            let answer = std::fs::read(path)?;
            runtime.block_on(parse(times.parse()?, answer))
        }
        _ => Err("see the head of this file".into()),
    }
}

async fn config() -> SdkConfig {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", secret, None, None, "bench"))
        .load()
        .await
}

/// A client at the endpoint that it is told.
async fn client(origin: &str, api: ApiName) -> Result<Client, Failure> {
    let config = config().await;
    let control = aws_sdk_kinesisvideo::config::Builder::from(&config).endpoint_url(origin);
    let control = aws_sdk_kinesisvideo::Client::from_conf(control.build());
    let question = control
        .get_data_endpoint()
        .stream_name("door")
        .api_name(api);
    let endpoint = question.send().await?.data_endpoint.ok_or("no endpoint")?;
    let config = Builder::from(&config).endpoint_url(endpoint);
    Ok(Client::from_conf(config.build()))
}

async fn list(origin: &str, times: u32) -> Result<(), Failure> {
    let client = client(origin, ApiName::ListFragments).await?;
    for _ in 0..times {
        let start = Instant::now();
        let page = client
            .list_fragments()
            .stream_name("door")
            .max_results(1_000);
        assert_eq!(page.send().await?.fragments().len(), 1_000);
        println!("{}", start.elapsed().as_nanos());
    }
    Ok(())
}

fn number(index: u64) -> String {
    format!("9134385233318150666695160{index:022}")
}

async fn body(origin: &str) -> Result<(), Failure> {
    let client = client(origin, ApiName::GetMediaForFragmentList).await?;
    let media = client.get_media_for_fragment_list().stream_name("door");
    let media = media.set_fragments(Some((0..1_000).map(number).collect()));
    let mut body = media.send().await?.payload;
    let mut total = 0;
    while let Some(piece) = body.try_next().await? {
        total += black_box(piece).len();
    }
    println!("{total}");
    Ok(())
}

async fn file(origin: &str, path: &str) -> Result<(), Failure> {
    let client = client(origin, ApiName::GetMediaForFragmentList).await?;
    let media = client.get_media_for_fragment_list().stream_name("door");
    let media = media.set_fragments(Some((0..1_000).map(number).collect()));
    let mut body = media.send().await?.payload;
    let mut file = tokio::fs::File::create(path).await?;
    while let Some(piece) = body.try_next().await? {
        file.write_all(&piece).await?;
    }
    file.flush().await?;
    Ok(())
}

/// Answers every request at once.
#[derive(Debug, Clone)]
struct Answer(Vec<u8>);

impl HttpConnector for Answer {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let body = SdkBody::from(self.0.clone());
        let status = http::StatusCode::OK.into();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body)))
    }
}

impl HttpClient for Answer {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

async fn answered(answer: Vec<u8>) -> Client {
    let config = Builder::from(&config().await).endpoint_url("http://127.0.0.1:9");
    Client::from_conf(config.http_client(Answer(answer)).build())
}

async fn sign(times: u32, fragments: u64) -> Result<(), Failure> {
    let client = answered(Vec::new()).await;
    for _ in 0..times {
        let numbers = (0..fragments).map(number).collect();
        let start = Instant::now();
        let media = client.get_media_for_fragment_list().stream_name("door");
        black_box(media.set_fragments(Some(numbers)).send().await?);
        println!("{}", start.elapsed().as_nanos());
    }
    Ok(())
}

async fn parse(times: u32, answer: Vec<u8>) -> Result<(), Failure> {
    let client = answered(answer).await;
    for _ in 0..times {
        let start = Instant::now();
        let page = client
            .list_fragments()
            .stream_name("door")
            .max_results(1_000);
        assert_eq!(page.send().await?.fragments().len(), 1_000);
        println!("{}", start.elapsed().as_nanos());
    }
    Ok(())
}
