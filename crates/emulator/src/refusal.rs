//! Errors as the service answers them.

use http::StatusCode;
use serde_json::json;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    message: String,
    /// The service's own exceptions spell it `Message`; what stands before the service, such as
    /// authentication, spells it `message`.
    message_member: &'static str,
}

impl Refusal {
    /// An exception of the service's model.
    pub(crate) fn modelled(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            message_member: "Message",
        }
    }

    /// An error that is common to all services.
    pub(crate) fn common(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            message_member: "message",
            ..Self::modelled(status, code, message)
        }
    }

    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::modelled(StatusCode::BAD_REQUEST, "InvalidArgumentException", message)
    }

    pub(crate) fn no_such_stream() -> Self {
        Self::modelled(
            StatusCode::NOT_FOUND,
            "ResourceNotFoundException",
            "The requested stream is not found or not active.",
        )
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        json!({ self.message_member: self.message })
            .to_string()
            .into_bytes()
    }
}
