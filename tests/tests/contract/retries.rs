//! How often a call is sent, and how long it waits in between: the clock writes it down.

use std::time::Duration;

use kvs_protocol::retry::RetryPolicy;
use kvs_tests::{SECRET, in_turn, verify};
use wiremock::ResponseTemplate;

use crate::table::{Case, TABLE};
use crate::{get, refusal};

#[test]
fn two_failures_then_success() {
    for case in &TABLE {
        let failure = refusal(500, "InternalFailure", "");
        let answers = [failure.clone(), failure, case.success()];
        answered(case, &answers, |sleeps| {
            let longest = [1, 2].map(|attempts| RetryPolicy::default().backoff(attempts, 1.0));
            assert_eq!(longest, [1, 2].map(Duration::from_secs));
            assert!(sleeps.len() == 2 && sleeps.iter().zip(longest).all(|(s, most)| *s <= most));
        });
    }
}

#[test]
fn throttling_is_waited_out() {
    for case in &TABLE {
        let slow_down = refusal(400, "ClientLimitExceededException", "Rate exceeded");
        let answers = [slow_down, case.success()];
        answered(case, &answers, |sleeps| assert_eq!(sleeps.len(), 1));
    }
}

#[test]
fn a_service_that_says_when_is_believed() {
    let busy = ResponseTemplate::new(503).insert_header("retry-after", "17");
    for case in &TABLE {
        let answers = [busy.clone(), case.success()];
        answered(case, &answers, |sleeps| {
            assert_eq!(sleeps, [Duration::from_secs(17)]);
        });
    }
}

/// Sends a case to a service that answers in turn, each attempt signed afresh.
fn answered(case: &Case, answers: &[ResponseTemplate], check: impl Fn(&[Duration])) {
    // Discovery is answered by the service itself; where it is what is asked, the answers are these.
    in_turn(case.path, answers, |service, driver, clock| {
        case.send(driver).unwrap_or_else(|e| panic!("{e:?}"));
        check(&clock.sleeps());
        let sent = service.requests(case.path);
        assert_eq!(sent.len(), answers.len(), "{}", case.name);
        for request in &sent {
            verify(request, SECRET).unwrap_or_else(|why| panic!("{why}"));
        }
    });
}

#[test]
fn a_budget_ends_retries_for_all_calls_of_a_client() {
    let answers = [refusal(500, "InternalFailure", "")];
    in_turn("/getMediaForFragmentList", &answers, |_, driver, clock| {
        let attempts: Vec<u32> = (0..60)
            .map(|_| driver.open(get()).unwrap_err().attempts)
            .collect();
        assert!(attempts.starts_with(&[3, 3, 3]), "{attempts:?}");
        assert!(attempts.ends_with(&[1, 1, 1]), "{attempts:?}");
        let sent: u32 = attempts.iter().map(|attempts| attempts - 1).sum();
        assert_eq!(clock.sleeps().len(), sent as usize);
    });
}
