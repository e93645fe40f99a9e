//! Operations that come as lines of JSON, for `cargo xtask interop` to hold the answers against those
//! of other people's clients: `{"operation", "input", "payload": FILE}` in, `{"output"}` or `{"error"}`
//! out.

use std::fs::File;
use std::io::{BufRead, Write, stdin};
use std::path::PathBuf;

use kvs_api::{archived_media, media, video};
use kvs_protocol::{Buffered, Error, ErrorKind, Operation, Streamed};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) type Failure = Box<dyn std::error::Error>;

/// A line of what comes in.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) operation: String,
    pub(crate) input: Value,
    pub(crate) payload: Option<PathBuf>,
}

impl Case {
    /// Where the payload goes.
    pub(crate) fn file(&self) -> Result<File, Failure> {
        let path = self.payload.as_ref();
        Ok(File::create(path.ok_or("the payload has nowhere to go")?)?)
    }
}

/// Answers every line.
pub(crate) fn serve(tell: impl Fn(Case) -> Result<Value, Failure>) -> Result<(), Failure> {
    for line in stdin().lock().lines() {
        let told = tell(serde_json::from_str(&line?)?);
        let told = told.unwrap_or_else(|e| json!({ "problem": e.to_string() }));
        println!("{told}");
    }
    Ok(())
}

/// A client of ours.
pub(crate) trait Client {
    fn send<O>(&self, operation: O) -> Result<O::Output, Error<O::Error>>
    where
        O: Operation<Delivery = Buffered>;

    /// Writes the payload to a file.
    fn save<O>(&self, operation: O, file: &mut File) -> Result<Answer<O>, Failure>
    where
        O: Operation<Delivery = Streamed>;
}

pub(crate) type Answer<O> = Result<<O as Operation>::Output, Error<<O as Operation>::Error>>;

/// Sends an operation of any name.
pub(crate) fn tell(client: &impl Client, case: Case) -> Result<Value, Failure> {
    match case.operation.as_str() {
        "CreateStream" => send::<video::CreateStream>(client, case),
        "DeleteStream" => send::<video::DeleteStream>(client, case),
        "DescribeStream" => send::<video::DescribeStream>(client, case),
        "GetDataEndpoint" => send::<video::GetDataEndpoint>(client, case),
        "ListStreams" => send::<video::ListStreams>(client, case),
        "GetClip" => save::<archived_media::GetClip>(client, case),
        "GetDASHStreamingSessionURL" => {
            send::<archived_media::GetDashStreamingSessionUrl>(client, case)
        }
        "GetHLSStreamingSessionURL" => {
            send::<archived_media::GetHlsStreamingSessionUrl>(client, case)
        }
        "GetImages" => send::<archived_media::GetImages>(client, case),
        "GetMedia" => save::<media::GetMedia>(client, case),
        "GetMediaForFragmentList" => save::<archived_media::GetMediaForFragmentList>(client, case),
        "ListFragments" => send::<archived_media::ListFragments>(client, case),
        other => Err(format!("{other} is not known here").into()),
    }
}

fn send<O>(client: &impl Client, case: Case) -> Result<Value, Failure>
where
    O: Operation<Delivery = Buffered, Output: Serialize> + DeserializeOwned,
{
    told::<O>(client.send(O::deserialize(case.input)?))
}

fn save<O>(client: &impl Client, case: Case) -> Result<Value, Failure>
where
    O: Operation<Delivery = Streamed, Output: Serialize> + DeserializeOwned,
{
    let mut file = case.file()?;
    let answer = client.save(O::deserialize(case.input)?, &mut file)?;
    file.flush()?;
    told::<O>(answer)
}

fn told<O: Operation<Output: Serialize>>(answer: Answer<O>) -> Result<Value, Failure> {
    match answer {
        Ok(output) => Ok(json!({ "output": output })),
        Err(error) => match error.kind {
            ErrorKind::Refused(refusal) => Ok(json!({ "error": refusal.code })),
            other => Err(other.to_string().into()),
        },
    }
}
