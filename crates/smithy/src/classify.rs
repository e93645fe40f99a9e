//! Our knowledge of what is worth another attempt, for the SDK's retries.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::retry::ErrorKind;
use http::{Response, StatusCode};
use kvs_archive::api::protocol::Service;
use kvs_archive::api::protocol::restjson::ErrorReply;
use kvs_archive::api::protocol::retry::{self, Reason};

/// Classifies an answer by its status and code as our own calls do, with what this service calls
/// throttling.
///
/// ```
/// use kvs_smithy::RetryClassifier;
/// use kvs_smithy::api::archived_media::ListFragments;
/// use kvs_smithy::api::protocol::Operation;
///
/// let classifier = RetryClassifier::new(ListFragments::SERVICE);
/// // aws_sdk_kinesisvideoarchivedmedia::config::Builder::retry_classifier(classifier)
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RetryClassifier {
    service: &'static Service,
}

impl RetryClassifier {
    /// A classifier for the answers of `service`.
    pub fn new(service: &'static Service) -> Self {
        Self { service }
    }
}

impl ClassifyRetry for RetryClassifier {
    /// Has no opinion where there is no answer, or one that asking again cannot help.
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(answer) = context.response() else {
            return RetryAction::NoActionIndicated;
        };
        let status = StatusCode::from(answer.status());
        if status.is_success() {
            return RetryAction::NoActionIndicated;
        }
        let mut head = Response::builder().status(status);
        for (name, value) in answer.headers() {
            head = head.header(name, value);
        }
        let Ok(head) = head.body(()) else {
            return RetryAction::NoActionIndicated;
        };
        let body = answer.body().bytes().unwrap_or_default();
        let (head, ()) = head.into_parts();
        let reply = ErrorReply::new(&head, body);
        match retry::classify(status, reply.code(), self.service) {
            Some(Reason::Throttled) => RetryAction::throttling_error(),
            Some(_) => RetryAction::retryable_error(ErrorKind::TransientError),
            None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "kvs-smithy"
    }
}
