//! Sends operations with the AWS SDK, with the AWS SDK over our async driver, or with ours over the
//! connector of the AWS SDK, for `cargo xtask interop`. Endpoint and keys are those of the
//! environment.
#![forbid(unsafe_code)]

#[path = "../../../src/connector.rs"]
mod connector;
#[path = "../../../interop/operations.rs"]
mod operations;
mod sdk;

use std::fs::File;
use std::io::Write;

use aws_config::BehaviorVersion;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::shared::IntoShared;
use connector::Connector;
use kvs_protocol::{Buffered, Error, Operation, Streamed};
use operations::{Answer, Client, Failure, serve, tell};
use tokio::runtime::Runtime;

struct Smithy<'a>(&'a Runtime, kvs_smithy::Client);

fn main() -> Result<(), Failure> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build()?;
    let load = |connector: SharedHttpClient| {
        let config = aws_config::defaults(BehaviorVersion::latest());
        runtime.block_on(config.http_client(connector).load())
    };
    let theirs = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let theirs = theirs.build_https();
    match std::env::args().nth(1).as_deref() {
        Some("sdk") => {
            let config = load(theirs);
            serve(|case| runtime.block_on(sdk::tell(&config, case)))
        }
        Some("sdk-hyper") => {
            let ours = Connector::new(kvs_hyper::Client::from_env()?);
            let config = load(ours.into_shared());
            serve(|case| runtime.block_on(sdk::tell(&config, case)))
        }
        Some("smithy") => {
            let client = Smithy(&runtime, kvs_smithy::Client::new(&load(theirs))?);
            serve(|case| tell(&client, case))
        }
        _ => Err("usage: bridge sdk|sdk-hyper|smithy".into()),
    }
}

impl Client for Smithy<'_> {
    fn send<O>(&self, operation: O) -> Result<O::Output, Error<O::Error>>
    where
        O: Operation<Delivery = Buffered>,
    {
        self.0.block_on(self.1.send(operation))
    }

    fn save<O>(&self, operation: O, file: &mut File) -> Result<Answer<O>, Failure>
    where
        O: Operation<Delivery = Streamed>,
    {
        self.0.block_on(async {
            let mut opened = match self.1.open(operation).await {
                Ok(opened) => opened,
                Err(error) => return Ok(Err(error)),
            };
            while let Some(piece) = opened.body.chunk().await? {
                file.write_all(&piece)?;
            }
            Ok(Ok(opened.output))
        })
    }
}
