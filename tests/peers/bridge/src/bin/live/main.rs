//! Asks the real service, or what stands in its place, and tells where it is not as we know it: for
//! `cargo xtask live`. Nothing is written there. Region, endpoint and credentials are those of the
//! environment and the shared files, but for SSO.
#![forbid(unsafe_code)]

mod facts;
mod recorder;

use std::process::ExitCode;

use aws_config::BehaviorVersion;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use kvs_smithy::Client;
use recorder::Recorder;

type Failure = Box<dyn std::error::Error>;

/// What was held against our facts.
#[derive(Debug, Default)]
struct Report {
    held: usize,
    differs: Vec<String>,
}

impl Report {
    /// Notes whether a fact is as we know it, and what was found.
    fn fact(&mut self, fact: &str, holds: bool, found: impl std::fmt::Debug) {
        if holds {
            self.held += 1;
        } else {
            self.differs.push(format!("{fact}: found {found:?}"));
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [option, stream] = words.as_slice() else {
        return Err("usage: live --stream NAME".into());
    };
    if option != "--stream" {
        return Err("usage: live --stream NAME".into());
    }
    let connector = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let recorder = Recorder::new(connector.build_https());
    let config = aws_config::defaults(BehaviorVersion::latest());
    let config = config.http_client(recorder.clone()).load().await;
    // The model's limits are among what is tried.
    let client = Client::builder(&config).check_inputs(false).build()?;
    let asked = facts::Asked {
        client: &client,
        recorder: &recorder,
        stream,
    };
    let report = asked.everything().await?;
    for difference in &report.differs {
        println!("{difference}");
    }
    let (held, differs) = (report.held, report.differs.len());
    println!("{held} facts are as we know them, {differs} are not");
    Ok(match differs {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
