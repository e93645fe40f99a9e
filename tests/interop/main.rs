//! Sends operations that come as lines of JSON with one of the drivers, for `cargo xtask interop` to
//! hold the answers against those of other people's clients: `{"operation", "input", "payload": FILE}`
//! in, `{"output"}` or `{"error"}` out. Endpoint and keys are those of the environment.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "what it writes is read by a program")]

use std::fs::File;
use std::io::{BufRead, Write, stdin};
use std::path::PathBuf;

use kvs_api::{archived_media, media, video};
use kvs_protocol::{Buffered, Error, ErrorKind, Operation, Streamed};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

type Failure = Box<dyn std::error::Error>;

/// A line of what comes in.
#[derive(Deserialize)]
struct Case {
    operation: String,
    input: Value,
    payload: Option<PathBuf>,
}

enum Driver {
    Ureq(kvs_ureq::Client),
    Hyper(Runtime, kvs_hyper::Client),
}

fn main() -> Result<(), Failure> {
    let driver = match std::env::args().nth(1).as_deref() {
        Some("ureq") => Driver::Ureq(kvs_ureq::Client::from_env()?),
        Some("hyper") => {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build()?;
            Driver::Hyper(runtime, kvs_hyper::Client::from_env()?)
        }
        _ => return Err("usage: interop ureq|hyper".into()),
    };
    for line in stdin().lock().lines() {
        let case = serde_json::from_str(&line?)?;
        let told = driver.tell(case);
        println!(
            "{}",
            told.unwrap_or_else(|e| json!({ "problem": e.to_string() }))
        );
    }
    Ok(())
}

impl Driver {
    fn tell(&self, case: Case) -> Result<Value, Failure> {
        match case.operation.as_str() {
            "CreateStream" => self.send::<video::CreateStream>(case),
            "DeleteStream" => self.send::<video::DeleteStream>(case),
            "DescribeStream" => self.send::<video::DescribeStream>(case),
            "GetDataEndpoint" => self.send::<video::GetDataEndpoint>(case),
            "ListStreams" => self.send::<video::ListStreams>(case),
            "GetClip" => self.open::<archived_media::GetClip>(case),
            "GetDASHStreamingSessionURL" => {
                self.send::<archived_media::GetDashStreamingSessionUrl>(case)
            }
            "GetHLSStreamingSessionURL" => {
                self.send::<archived_media::GetHlsStreamingSessionUrl>(case)
            }
            "GetImages" => self.send::<archived_media::GetImages>(case),
            "GetMedia" => self.open::<media::GetMedia>(case),
            "GetMediaForFragmentList" => self.open::<archived_media::GetMediaForFragmentList>(case),
            "ListFragments" => self.send::<archived_media::ListFragments>(case),
            other => Err(format!("{other} is not known here").into()),
        }
    }

    fn send<O>(&self, case: Case) -> Result<Value, Failure>
    where
        O: Operation<Delivery = Buffered, Output: Serialize> + DeserializeOwned,
    {
        let operation = O::deserialize(case.input)?;
        let answer = match self {
            Self::Ureq(client) => client.send(operation),
            Self::Hyper(runtime, client) => runtime.block_on(client.send(operation)),
        };
        match answer {
            Ok(output) => Ok(json!({ "output": output })),
            Err(error) => refused(error),
        }
    }

    fn open<O>(&self, case: Case) -> Result<Value, Failure>
    where
        O: Operation<Delivery = Streamed, Output: Serialize> + DeserializeOwned,
    {
        let operation = O::deserialize(case.input)?;
        let mut file = File::create(case.payload.ok_or("the payload has nowhere to go")?)?;
        let answer = match self {
            Self::Ureq(client) => match client.open(operation) {
                Ok(mut opened) => {
                    while let Some(piece) = opened.body.chunk()? {
                        file.write_all(&piece)?;
                    }
                    Ok(opened.output)
                }
                Err(error) => Err(error),
            },
            Self::Hyper(runtime, client) => runtime.block_on(async {
                match client.open(operation).await {
                    Ok(mut opened) => {
                        while let Some(piece) = opened.body.chunk().await? {
                            file.write_all(&piece)?;
                        }
                        Ok::<_, Failure>(Ok(opened.output))
                    }
                    Err(error) => Ok(Err(error)),
                }
            })?,
        };
        match answer {
            Ok(output) => Ok(json!({ "output": output })),
            Err(error) => refused(error),
        }
    }
}

fn refused<E>(error: Error<E>) -> Result<Value, Failure> {
    match error.kind {
        ErrorKind::Refused(refusal) => Ok(json!({ "error": refusal.code })),
        other => Err(other.to_string().into()),
    }
}
