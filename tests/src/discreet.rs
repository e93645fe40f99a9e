//! Secrets, looked for in every error and every line that a test brings about.

use std::fmt::Debug;

use kvs_ureq::api::protocol::observe::{Event, Observer};
use kvs_ureq::api::protocol::{Error, Interruption};

/// What requests are signed with in these tests.
pub const SECRET: &str = "wJalrXUtnFEMI/never+shown";

/// That, the passwords and tokens that tests have, and what is made of them.
const SECRETS: [&str; 4] = [SECRET, "hunter2", "sesame", "Signature="];

/// Passes on what came of a call, if nothing in it is a secret.
pub(crate) fn discreet<T, E: Debug>(outcome: Result<T, Error<E>>) -> Result<T, Error<E>> {
    if let Err(error) = &outcome {
        search(&format!("{error} {error:?}"));
    }
    outcome
}

/// The same for what ended a body.
pub(crate) fn end(why: Interruption) -> Option<Interruption> {
    search(&format!("{why} {why:?}"));
    Some(why)
}

fn search(told: &str) {
    let found = SECRETS.iter().find(|secret| told.contains(**secret));
    assert_eq!(found, None, "in {told}");
}

/// Reads what a log would be told.
#[derive(Debug)]
pub(crate) struct Reader;

impl Observer for Reader {
    fn observe(&self, event: &Event<'_>) {
        search(&format!("{event:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "never+shown")]
    fn what_is_told_is_found() {
        search(&format!("the key is {SECRET}."));
    }
}
