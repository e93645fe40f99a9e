//! Requests and answers over a connector of the SDK.

use std::error::Error as _;
use std::time::Duration;

use aws_smithy_async::future::timeout::Timeout;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use bytes::Bytes;
use http::Request;
use http::response::Parts;
use kvs_archive::api::protocol::{Interruption, InterruptionKind, Timeouts};

use crate::body::Body;

/// A connector, and what it does not do itself: to give up waiting.
#[derive(Debug)]
pub(crate) struct Transport {
    pub(crate) connector: SharedHttpConnector,
    pub(crate) sleep: SharedAsyncSleep,
    pub(crate) time: SharedTimeSource,
    pub(crate) timeouts: Timeouts,
}

impl Transport {
    /// Sends a request and waits for the head of the answer. With `left`, the head has to be there in
    /// this time, and so has a body that is collected.
    pub(crate) async fn exchange(
        &self,
        request: Request<Bytes>,
        left: Option<Duration>,
    ) -> Result<(Parts, Body), Interruption> {
        let until = left.and_then(|left| self.time.now().checked_add(left));
        let request = HttpRequest::try_from(request.map(SdkBody::from));
        let request = request.map_err(refused)?;
        let limit = self
            .timeouts
            .connect
            .saturating_add(self.timeouts.first_byte);
        let limit = left.map_or(limit, |left| limit.min(left));
        let answer = Timeout::new(self.connector.call(request), self.sleep.sleep(limit)).await;
        let answer = answer.map_err(|_| {
            let detail = format!("no answer within {limit:?}");
            Interruption::new(InterruptionKind::TimedOut, detail)
        })?;
        let answer = answer.map_err(|error| interruption(&error))?;
        let (head, body) = answer.try_into_http1x().map_err(refused)?.into_parts();
        let (sleep, time) = (self.sleep.clone(), self.time.clone());
        let body = Body::new(body, sleep, time, &self.timeouts);
        Ok((head, body.collected_until(until)))
    }
}

/// What HTTP cannot express.
fn refused(problem: impl std::fmt::Display) -> Interruption {
    Interruption::new(InterruptionKind::Refused, problem)
}

/// What the failure of a connector comes to for a retry.
fn interruption(error: &ConnectorError) -> Interruption {
    let kind = if error.is_timeout() {
        InterruptionKind::TimedOut
    } else if error.is_io() {
        match error.connection_metadata() {
            Some(_) => InterruptionKind::Broken,
            None => InterruptionKind::Connect,
        }
    } else if matches!(
        error.as_other(),
        Some(ErrorKind::TransientError | ErrorKind::ServerError)
    ) {
        InterruptionKind::Broken
    } else {
        InterruptionKind::Refused
    };
    // The error itself says only of which kind it is.
    match error.source() {
        Some(source) => Interruption::new(kind, told(source)),
        None => Interruption::new(kind, error),
    }
}

/// An error with all that it comes from.
pub(crate) fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let cause = source.to_string();
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        next = source.source();
    }
    text
}
