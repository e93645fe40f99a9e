use aws_smithy_runtime_api::client::interceptors::context::{Input, InterceptorContext};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use kvs_archive::api::archived_media::ListFragments;
use kvs_archive::api::protocol::Operation;

use crate::RetryClassifier;

#[test]
fn answers_are_classified_as_our_own_calls_do() {
    let transient = RetryAction::retryable_error(ErrorKind::TransientError);
    let throttled = RetryAction::throttling_error();
    let cases = [
        (200, "{}", RetryAction::NoActionIndicated),
        (
            404,
            r#"{"__type":"ResourceNotFoundException"}"#,
            RetryAction::NoActionIndicated,
        ),
        (
            400,
            r#"{"__type":"ClientLimitExceededException"}"#,
            throttled.clone(),
        ),
        (429, "", throttled),
        (503, "<html>", transient.clone()),
        (403, r#"{"__type":"ExpiredTokenException"}"#, transient),
    ];
    for (status, body, expected) in cases {
        let mut context = InterceptorContext::new(Input::erase(()));
        let answer = HttpResponse::new(
            u16::try_from(status).unwrap().try_into().unwrap(),
            SdkBody::from(body),
        );
        context.set_response(answer);
        let classifier = RetryClassifier::new(ListFragments::SERVICE);
        assert_eq!(
            classifier.classify_retry(&context),
            expected,
            "{status} {body}"
        );
    }
    let context = InterceptorContext::new(Input::erase(()));
    let classifier = RetryClassifier::new(ListFragments::SERVICE);
    let nothing = RetryAction::NoActionIndicated;
    assert_eq!(classifier.classify_retry(&context), nothing, "no answer");
}
