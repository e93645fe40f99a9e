//! Requests that are no calls.

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response, Uri};
use kvs_archive::api::protocol::{Interruption, InterruptionKind};

use crate::body::Body;
use crate::client::Client;

impl Client {
    /// Sends a request as it is, over the connections that calls use and with their timeouts, and
    /// gives the answer as it is: nothing is signed, judged, followed or sent again. `Host` is added
    /// where there is none.
    ///
    /// This is for what is signed elsewhere, or not at all, such as the playlist of a session.
    ///
    /// ```no_run
    /// use kvs_hyper::api::protocol::Bytes;
    /// use kvs_hyper::api::protocol::http::Request;
    ///
    /// # async fn run(client: kvs_hyper::Client, playlist: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// let answer = client.exchange(Request::get(playlist).body(Bytes::new())?).await?;
    /// println!("{}", answer.status());
    /// let mut body = answer.into_body();
    /// while let Some(piece) = body.chunk().await? {
    ///     println!("{} bytes", piece.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Interruption`] when no answer came, or the request has no address to go to.
    pub async fn exchange(
        &self,
        mut request: Request<Bytes>,
    ) -> Result<Response<Body>, Interruption> {
        if !request.headers().contains_key(HOST) {
            let host = host(request.uri()).ok_or_else(|| {
                let detail = "a request needs a host to go to";
                Interruption::new(InterruptionKind::Refused, detail)
            })?;
            request.headers_mut().insert(HOST, host);
        }
        let (head, body) = self.transport().exchange(request, None).await?;
        Ok(Response::from_parts(head, body))
    }
}

/// As it stands in the header: without a port that goes without saying, and without anybody's name.
fn host(uri: &Uri) -> Option<HeaderValue> {
    let host = uri.host()?;
    let implied = match uri.scheme_str() {
        Some("https") => 443,
        _ => 80,
    };
    let host = match uri.port_u16().filter(|port| *port != implied) {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    host.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_told_as_others_tell_it() {
        for (uri, told) in [
            ("http://a.test/x?y", Some("a.test")),
            ("http://a.test:80/", Some("a.test")),
            ("http://a.test:443/", Some("a.test:443")),
            ("https://a.test:443/", Some("a.test")),
            ("https://a.test:80/", Some("a.test:80")),
            ("https://u:p@a.test/", Some("a.test")),
            ("http://[::1]:8080/", Some("[::1]:8080")),
            ("/x", None),
        ] {
            let found = host(&uri.parse().unwrap());
            assert_eq!(
                found.as_ref().map(|found| found.to_str().unwrap()),
                told,
                "{uri}"
            );
        }
    }
}
