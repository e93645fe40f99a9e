//! hyper alone, as a program to measure.
//!
//! ```text
//! body ORIGIN              fetches all media and forgets it
//! ```

use std::error::Error;
use std::hint::black_box;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build()?;
    match words.as_slice() {
        ["body", origin] => runtime.block_on(body(origin)),
        _ => Err("see the head of this file".into()),
    }
}

async fn body(origin: &str) -> Result<(), Failure> {
    let host = origin.strip_prefix("http://").ok_or("no http://")?;
    let stream = TcpStream::connect(host).await?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get("/media").header("host", host);
    let answer = sender
        .send_request(request.body(Empty::<Bytes>::new())?)
        .await?;
    let mut body = answer.into_body();
    let mut total = 0;
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            total += black_box(data).len();
        }
    }
    println!("{total}");
    Ok(())
}
