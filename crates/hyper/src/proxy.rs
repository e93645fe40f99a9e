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
    let (head, rest) = read_head(&mut stream).await?;
    let head = String::from_utf8_lossy(&head);
    match status(&head) {
        // In a tunnel it is for us to speak first.
        Some((200..=299, _)) if !rest.is_empty() => Err(refused("sent more than it was asked for")),
        Some((200..=299, _)) => Ok(stream),
        Some((_, status)) => Err(refused(format_args!("refused: {}", excerpt(status)))),
        None => Err(refused("does not answer in HTTP")),
    }
}

/// The status of an answer, as a number and in the proxy's words.
fn status(head: &str) -> Option<(u16, &str)> {
    let line = head.lines().next()?.strip_prefix("HTTP/1.")?;
    let (_, status) = line.split_once(' ')?;
    let code = status.split(' ').next()?.parse().ok()?;
    Some((code, status))
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

/// Reads the head of the answer; gives also what came with it.
async fn read_head<S: AsyncRead + Unpin>(
    stream: &mut S,
) -> Result<(BytesMut, BytesMut), Interruption> {
    let mut head = BytesMut::with_capacity(1 << 10);
    loop {
        let read = stream.read_buf(&mut head).await;
        if read.map_err(|error| broken(&error))? == 0 {
            return Err(broken(&"it hung up instead of answering"));
        }
        if let Some(end) = head.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let rest = head.split_off(end.saturating_add(4));
            return Ok((head, rest));
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

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;
    use tokio::join;

    const PLACE: &str = "service.test:443";

    /// Asks a proxy that answers with `pieces` and hangs up; gives the request, and what came of it.
    async fn ask(url: &str, pieces: &[&str]) -> (String, Result<(), Interruption>) {
        let (ours, mut theirs) = duplex(64 << 10);
        let url = url.parse().unwrap();
        let proxy = async {
            for piece in pieces {
                // We may have heard enough, and hung up.
                let _ = theirs.write_all(piece.as_bytes()).await;
                tokio::task::yield_now().await;
            }
            let _ = theirs.shutdown().await;
            let mut request = String::new();
            theirs.read_to_string(&mut request).await.unwrap();
            request
        };
        let asked = async { tunnel(ours, &url, PLACE).await.map(drop) };
        let (asked, request) = join!(asked, proxy);
        (request, asked)
    }

    async fn failure(pieces: &[&str]) -> Interruption {
        ask("http://proxy:3128", pieces).await.1.unwrap_err()
    }

    #[tokio::test]
    async fn a_tunnel_is_asked_for_and_granted() {
        let pieces = [
            "HTTP/1.0 20",
            "0 Connection established\r\nVia: a\r",
            "\n\r\n",
        ];
        let (request, asked) = ask("http://proxy:3128", &pieces).await;
        asked.unwrap();
        let expected = "CONNECT service.test:443 HTTP/1.1\r\nHost: service.test:443\r\n\r\n";
        assert_eq!(request, expected);
    }

    #[tokio::test]
    async fn names_and_passwords_are_decoded() {
        for (url, basic) in [
            ("http://u:p@proxy:1", "u:p"),
            ("http://u%3A:p%40%20:@proxy:1", "u::p@ :"),
            ("http://token@proxy:1", "token:"),
        ] {
            let (request, _) = ask(url, &["HTTP/1.1 200 OK\r\n\r\n"]).await;
            let header = format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(basic));
            assert!(request.contains(&header), "{basic}: {request}");
        }
    }

    #[tokio::test]
    async fn a_refusal_is_told_in_the_proxy_s_words() {
        let why = failure(&["HTTP/1.1 403 \x1b[31mForbidden\r\nx: y\r\n\r\n<html>"]).await;
        assert_eq!(why.kind, InterruptionKind::Refused);
        assert_eq!(why.detail, "the proxy refused: 403 [31mForbidden");
    }

    #[tokio::test]
    async fn a_proxy_that_is_none_is_told_as_such() {
        let endless = "x: y\r\n".repeat(LONGEST_HEAD);
        for (answer, told) in [
            ("220 mail.test ESMTP\r\n\r\n", "does not answer in HTTP"),
            ("HTTP/1.1 \r\n\r\n", "does not answer in HTTP"),
            ("HTTP/1.1 99999 OK\r\n\r\n", "does not answer in HTTP"),
            ("HTTP/1.1 2 OK\r\n\r\n", "refused: 2 OK"),
            (
                "HTTP/1.1 200 OK\r\n\r\nhello",
                "sent more than it was asked for",
            ),
            (endless.as_str(), "does not come to an end"),
        ] {
            let why = failure(&[answer]).await;
            assert_eq!(why.kind, InterruptionKind::Refused, "{why}");
            assert_eq!(why.detail, format!("the proxy {told}"));
        }
    }

    #[tokio::test]
    async fn a_proxy_that_hangs_up_may_be_asked_again() {
        for answer in ["", "HTTP/1.1 200 OK\r\n"] {
            let why = failure(&[answer]).await;
            assert_eq!(why.kind, InterruptionKind::Broken);
            assert_eq!(why.detail, "the proxy: it hung up instead of answering");
        }
    }
}
