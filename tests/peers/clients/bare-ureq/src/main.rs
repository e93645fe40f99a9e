//! ureq, a signer and serde, as a program to measure.
//!
//! ```text
//! list ORIGIN TIMES        sends ListFragments; prints nanoseconds a call
//! body ORIGIN              fetches all media and forgets it
//! sign TIMES FRAGMENTS     builds and signs requests for so many; prints nanoseconds each
//! hash TIMES FRAGMENTS     the least that has to be done for that: the text, and its sum
//! parse TIMES FILE         reads an answer of ListFragments; prints nanoseconds each
//! ```

use std::error::Error;
use std::hint::black_box;
use std::io::Read;
use std::time::{Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use http::Request;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ureq::Agent;

type Failure = Box<dyn Error>;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListFragments<'a> {
    stream_name: &'a str,
    max_results: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetMedia<'a> {
    stream_name: &'a str,
    fragments: Vec<String>,
}

#[derive(Serialize)]
struct GetDataEndpoint<'a> {
    #[serde(rename = "APIName")]
    api: &'a str,
    #[serde(rename = "StreamName")]
    stream: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DataEndpoint {
    data_endpoint: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    fragments: Vec<Fragment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "read as a caller would who needs it all")]
struct Fragment {
    fragment_number: String,
    fragment_size_in_bytes: u64,
    fragment_length_in_milliseconds: u64,
    producer_timestamp: f64,
    server_timestamp: f64,
}

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list", origin, times] => list(origin, times),
        ["body", origin] => body(origin),
        ["sign", times, fragments] => {
            let media = media(fragments)?;
            let uri =
                "https://b-1234abcd.kinesisvideo.eu-west-1.amazonaws.com/getMediaForFragmentList";
            repeat(times, || {
                black_box(signed(uri, black_box(&media))?);
                Ok(())
            })
        }
        ["hash", times, fragments] => {
            let media = media(fragments)?;
            repeat(times, || {
                black_box(Sha256::digest(serde_json::to_vec(black_box(&media))?));
                Ok(())
            })
        }
        ["parse", times, path] => {
            let body = std::fs::read(path)?;
            repeat(times, || parsed(black_box(&body)))
        }
        _ => Err("see the head of this file".into()),
    }
}

fn repeat(times: &str, mut job: impl FnMut() -> Result<(), Failure>) -> Result<(), Failure> {
    for _ in 0..times.parse()? {
        let start = Instant::now();
        job()?;
        println!("{}", start.elapsed().as_nanos());
    }
    Ok(())
}

fn media(fragments: &str) -> Result<GetMedia<'static>, Failure> {
    let number = |index: u64| format!("9134385233318150666695160{index:022}");
    let fragments = (0..fragments.parse()?).map(number).collect();
    let stream_name = "door";
    Ok(GetMedia {
        stream_name,
        fragments,
    })
}

fn parsed(body: &[u8]) -> Result<(), Failure> {
    let read: Listed = serde_json::from_slice(body)?;
    assert_eq!(read.fragments.len(), 1_000);
    Ok(())
}

fn signed(uri: &str, input: &impl Serialize) -> Result<Request<Vec<u8>>, Failure> {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let identity = Credentials::new("AKIDEXAMPLE", secret, None, None, "bench").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("eu-west-1")
        .name("kinesisvideo")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let mut request = Request::post(uri)
        .header("content-type", "application/json")
        .body(serde_json::to_vec(input)?)?;
    let headers = [("content-type", "application/json")];
    let body = SignableBody::Bytes(request.body());
    let signable = SignableRequest::new("POST", uri, headers.into_iter(), body)?;
    let (instructions, _) = sign(signable, &params)?.into_parts();
    instructions.apply_to_request_http1x(&mut request);
    Ok(request)
}

fn list(origin: &str, times: &str) -> Result<(), Failure> {
    let agent = Agent::new_with_defaults();
    let mut endpoint = None;
    let question = GetDataEndpoint {
        api: "LIST_FRAGMENTS",
        stream: "door",
    };
    let (stream_name, max_results) = ("door", 1_000);
    repeat(times, || {
        if endpoint.is_none() {
            let request = signed(&format!("{origin}/getDataEndpoint"), &question)?;
            let answer = agent.run(request)?.body_mut().read_to_vec()?;
            let answer: DataEndpoint = serde_json::from_slice(&answer)?;
            endpoint = Some(answer.data_endpoint);
        }
        let uri = format!("{}/listFragments", endpoint.as_deref().unwrap_or_default());
        let request = signed(
            &uri,
            &ListFragments {
                stream_name,
                max_results,
            },
        )?;
        parsed(&agent.run(request)?.body_mut().read_to_vec()?)
    })
}

fn body(origin: &str) -> Result<(), Failure> {
    let answer = ureq::get(format!("{origin}/media")).call()?;
    let mut body = answer.into_body().into_reader();
    let (mut total, mut buffer) = (0, vec![0; 128 << 10]);
    loop {
        match body.read(&mut buffer)? {
            0 => break,
            read => total += black_box(&buffer[..read]).len(),
        }
    }
    println!("{total}");
    Ok(())
}
