//! Sends operations with one of the drivers, for `cargo xtask interop`. Endpoint and keys are those of
//! the environment.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "what it writes is read by a program")]

mod operations;
mod put_media;

use std::fs::File;
use std::io::Write;

use kvs_protocol::{Buffered, Error, Operation, Streamed};
use operations::{Answer, Client, Failure, serve, tell};
use put_media::put_media;
use tokio::runtime::Runtime;

struct Hyper(Runtime, kvs_hyper::Client);

struct Ureq(kvs_ureq::Client);

fn main() -> Result<(), Failure> {
    match std::env::args().nth(1).as_deref() {
        Some("ureq") => {
            let client = Ureq(kvs_ureq::Client::from_env()?);
            serve(|case| tell(&client, case))
        }
        Some("hyper") => {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build()?;
            let client = Hyper(runtime, kvs_hyper::Client::from_env()?);
            serve(|case| match case.operation.as_str() {
                "PutMedia" => client.0.block_on(put_media(&client.1, case)),
                _ => tell(&client, case),
            })
        }
        _ => Err("usage: interop ureq|hyper".into()),
    }
}

impl Client for Ureq {
    fn send<O>(&self, operation: O) -> Result<O::Output, Error<O::Error>>
    where
        O: Operation<Delivery = Buffered>,
    {
        self.0.send(operation)
    }

    fn save<O>(&self, operation: O, file: &mut File) -> Result<Answer<O>, Failure>
    where
        O: Operation<Delivery = Streamed>,
    {
        let mut opened = match self.0.open(operation) {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        while let Some(piece) = opened.body.chunk()? {
            file.write_all(&piece)?;
        }
        Ok(Ok(opened.output))
    }
}

impl Client for Hyper {
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
