//! What a person can do about an error.

use std::fmt;

use kvs_archive::api::protocol::{Error, ErrorKind, InterruptionKind, Refusal};

use crate::exit::Failure;

/// An error of a call, with what to do about it.
pub(crate) fn explain<E>(error: Error<E>) -> Failure
where
    Error<E>: fmt::Display,
{
    match advice(&error) {
        Some(advice) => Failure::new(format_args!("{error}; {advice}")),
        None => Failure::new(error),
    }
}

fn advice<E>(error: &Error<E>) -> Option<&'static str> {
    match &error.kind {
        ErrorKind::Refused(refusal) => advice_on_refusal(refusal),
        ErrorKind::Storage(_) => {
            Some("see whether there is room in that folder, and who may write there")
        }
        ErrorKind::Interrupted(why) => match why.kind {
            InterruptionKind::Connect => {
                Some("check the network, the region, and --endpoint-url if you gave one")
            }
            InterruptionKind::TimedOut | InterruptionKind::Broken => {
                Some("try again, and see to the network if it stays")
            }
            _ => None,
        },
        _ => None,
    }
}

fn advice_on_refusal<E>(refusal: &Refusal<E>) -> Option<&'static str> {
    match refusal.code.as_str() {
        "ResourceNotFoundException" => Some("`kvs streams` shows the streams of this region"),
        "InvalidClientTokenId" | "UnrecognizedClientException" => {
            Some("check AWS_ACCESS_KEY_ID, or the profile's")
        }
        "InvalidSignatureException" | "SignatureDoesNotMatch" => {
            Some("check AWS_SECRET_ACCESS_KEY, or the profile's, and this machine's clock")
        }
        "ExpiredToken" | "ExpiredTokenException" => Some("get new credentials"),
        "ClientLimitExceededException" | "ThrottlingException" => {
            Some("others use the stream too, or ask for less at once")
        }
        _ if matches!(refusal.status.as_u16(), 401 | 403) => Some(
            "see whether these credentials may read this stream, and whether the region is its own",
        ),
        _ => None,
    }
}
