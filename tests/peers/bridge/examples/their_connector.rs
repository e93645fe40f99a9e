//! Our operations, with the configuration and the connector of the AWS SDK.
//!
//! ```sh
//! cargo run --example their_connector -- STREAM
//! ```

use aws_config::BehaviorVersion;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use kvs_api::archived_media::{GetMediaForFragmentList, ListFragments};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let stream = std::env::args().nth(1).ok_or("which stream?")?;
    let connector = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let config = aws_config::defaults(BehaviorVersion::latest());
    let config = config.http_client(connector.build_https()).load().await;

    let client = kvs_smithy::Client::new(&config)?;
    let mut pages = client.pages(ListFragments {
        stream_name: Some(stream.clone()),
        ..ListFragments::default()
    });
    while let Some(page) = pages.next().await {
        for fragment in page?.fragments.unwrap_or_default() {
            let mut media = client
                .open(GetMediaForFragmentList {
                    stream_name: Some(stream.clone()),
                    fragments: fragment.fragment_number.map(|number| vec![number]),
                    ..GetMediaForFragmentList::default()
                })
                .await?;
            let mut bytes = 0;
            while let Some(piece) = media.body.chunk().await? {
                bytes += piece.len();
            }
            println!("{bytes} bytes");
        }
    }
    Ok(())
}
