//! A connector that remembers what came.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, Limited};

/// Bodies of refusals are short.
const LONGEST: usize = 64 << 10;

/// The head of an answer, and its body if it is a refusal.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// All answers that came over a connector of the SDK.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    inner: SharedHttpClient,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Recorder {
    pub(crate) fn new(inner: SharedHttpClient) -> Self {
        Self {
            inner,
            seen: Arc::default(),
        }
    }

    /// The last answer to a request for `path`.
    pub(crate) fn last(&self, path: &str) -> Option<Seen> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().rev().find(|seen| seen.path == path).cloned()
    }
}

impl HttpClient for Recorder {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Recording {
            inner: self.inner.http_connector(settings, components),
            seen: Arc::clone(&self.seen),
        })
    }
}

#[derive(Debug)]
struct Recording {
    inner: SharedHttpConnector,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl HttpConnector for Recording {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (answer, seen) = (request.uri().to_owned(), Arc::clone(&self.seen));
        let path = hyper::Uri::try_from(answer).map(|uri| uri.path().to_owned());
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            let body = match answer.status().is_success() {
                true => String::new(),
                false => text(&mut answer).await?,
            };
            let headers = answer.headers().iter();
            let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let record = Seen {
                path: path.unwrap_or_default(),
                headers: headers.collect(),
                body,
            };
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(record);
            Ok(answer)
        })
    }
}

/// Reads a body, and leaves it as it was.
async fn text(answer: &mut HttpResponse) -> Result<String, ConnectorError> {
    let body = Limited::new(answer.take_body(), LONGEST).collect().await;
    let body = body
        .map_err(|error| ConnectorError::other(error, None))?
        .to_bytes();
    *answer.body_mut() = SdkBody::from(body.clone());
    Ok(String::from_utf8_lossy(&body).into_owned())
}
