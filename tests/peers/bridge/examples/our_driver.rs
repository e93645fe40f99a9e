//! The AWS SDK's own client, over the connections of our async driver.
//!
//! ```sh
//! cargo run --example our_driver -- STREAM
//! ```

#[path = "../../../src/connector.rs"]
mod connector;

use aws_config::BehaviorVersion;
use aws_sdk_kinesisvideo::types::ApiName;
use aws_sdk_kinesisvideoarchivedmedia::config::Builder;
use connector::Connector;
use kvs_api::archived_media::ListFragments;
use kvs_protocol::Operation;
use kvs_smithy::RetryClassifier;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stream = std::env::args().nth(1).ok_or("which stream?")?;
    let connector = Connector::new(kvs_hyper::Client::from_env()?);
    let config = aws_config::defaults(BehaviorVersion::latest());
    let config = config.http_client(connector).load().await;

    let control = aws_sdk_kinesisvideo::Client::new(&config);
    let question = control.get_data_endpoint().stream_name(&stream);
    let answer = question.api_name(ApiName::ListFragments).send().await?;

    // So that it is as patient with this service as our own calls are.
    let archive = Builder::from(&config)
        .endpoint_url(answer.data_endpoint.unwrap_or_default())
        .retry_classifier(RetryClassifier::new(ListFragments::SERVICE))
        .build();
    let archive = aws_sdk_kinesisvideoarchivedmedia::Client::from_conf(archive);
    let page = archive.list_fragments().stream_name(&stream).send().await?;
    for fragment in page.fragments() {
        println!("{}", fragment.fragment_number().unwrap_or_default());
    }
    Ok(())
}
