//! Tunnels through an HTTP proxy.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use http::Uri;
use kvs_archive::api::protocol::{Interruption, InterruptionKind};
use percent_encoding::percent_decode_str;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// How long the head of a proxy's answer may be.
const LONGEST_HEAD: usize = 16 << 10;
/// How much of its first line is worth showing to a person.
const EXCERPT: usize = 200;

/// Asks the proxy at the other end of `stream` for a tunnel to `place`. The proxy's `url` may hold a
/// user name and a password.
pub(crate) async fn tunnel<S>(
    mut stream: S,
    url: &Uri,
    place: impl fmt::Display,
) -> Result<S, Interruption>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let authorization = authorization(url).map_or_else(String::new, |basic| {
        format!("Proxy-Authorization: Basic {basic}\r\n")
    });
    let request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{authorization}\r\n");
    let asked = stream.write_all(request.as_bytes()).await;
    asked.map_err(|error| broken(&error))?;
    let head = read_head(&mut stream).await?;
    let line = head.lines().next().unwrap_or_default();
    let status = line
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split_once(' '))
        .map(|(_, status)| status.trim_start());
    match status.map(|status| (status, status.as_bytes().first())) {
        Some((_, Some(b'2'))) => Ok(stream),
        Some((status, _)) => Err(refused(format_args!("refused: {}", excerpt(status)))),
        None => Err(refused("does not answer in HTTP")),
    }
}

/// User name and password as `Basic` wants them.
fn authorization(url: &Uri) -> Option<String> {
    let (user_info, _) = url.authority()?.as_str().rsplit_once('@')?;
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let mut plain: Vec<u8> = percent_decode_str(user).collect();
    plain.push(b':');
    plain.extend(percent_decode_str(password));
    Some(STANDARD.encode(plain))
}

/// Reads the head of the answer, and nothing that follows it.
async fn read_head<S: AsyncRead + Unpin>(stream: &mut S) -> Result<String, Interruption> {
    let mut head = BytesMut::with_capacity(1 << 10);
    loop {
        let read = stream.read_buf(&mut head).await;
        if read.map_err(|error| broken(&error))? == 0 {
            return Err(broken(&"it hung up instead of answering"));
        }
        let end = head.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        if let Some(end) = end {
            // In a tunnel it is for us to speak first.
            if head.len() > end.saturating_add(4) && head.starts_with(b"HTTP/1.1 2") {
                return Err(refused("sent more than it was asked for"));
            }
            return Ok(String::from_utf8_lossy(&head).into_owned());
        }
        if head.len() > LONGEST_HEAD {
            return Err(refused("does not come to an end"));
        }
    }
}

fn broken(problem: &dyn fmt::Display) -> Interruption {
    let detail = format!("the proxy: {problem}");
    Interruption::new(InterruptionKind::Broken, detail)
}

fn refused(problem: impl fmt::Display) -> Interruption {
    let detail = format!("the proxy {problem}");
    Interruption::new(InterruptionKind::Refused, detail)
}

fn excerpt(text: &str) -> String {
    let shown = text.chars().filter(|c| !c.is_control());
    shown.take(EXCERPT).collect()
}
