//! Errors as the service answers them.

use std::borrow::Cow;

use http::StatusCode;
use serde_json::json;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: Cow<'static, str>,
    message: String,
    form: Form,
}

/// How the body says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The service's own exceptions spell it `Message`.
    Modelled,
    /// What stands before the service, such as authentication, spells it `message`.
    Common,
    /// What finds the operation wraps all of it, the code too.
    Wrapped,
}

impl Refusal {
    /// An exception of the service's model.
    pub(crate) fn modelled(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            form: Form::Modelled,
        }
    }

    /// An error that is common to all services.
    pub(crate) fn common(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            form: Form::Common,
            ..Self::modelled(status, code, message)
        }
    }

    /// For a path that no operation is served at.
    pub(crate) fn unknown_operation(message: impl Into<String>) -> Self {
        Self {
            form: Form::Wrapped,
            ..Self::modelled(StatusCode::NOT_FOUND, "UnknownOperationException", message)
        }
    }

    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::modelled(StatusCode::BAD_REQUEST, "InvalidArgumentException", message)
    }

    /// Too much at once.
    pub(crate) fn throttled(message: impl Into<String>) -> Self {
        let code = "ClientLimitExceededException";
        Self::modelled(StatusCode::BAD_REQUEST, code, message)
    }

    /// The emulator's own disk fails.
    pub(crate) fn not_kept(error: &std::io::Error) -> Self {
        Self::common(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalFailure",
            format!("The emulator cannot write its data: {error}."),
        )
    }

    pub(crate) fn not_authorized(message: impl Into<String>) -> Self {
        Self::modelled(StatusCode::FORBIDDEN, "NotAuthorizedException", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::modelled(StatusCode::NOT_FOUND, "ResourceNotFoundException", message)
    }

    pub(crate) fn no_such_stream() -> Self {
        Self::not_found("The requested stream is not found or not active.")
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        let body = match self.form {
            Form::Modelled => json!({ "Message": self.message }),
            Form::Common => json!({ "message": self.message }),
            Form::Wrapped => {
                let code = format!("com.amazon.coral.service#{}", self.code);
                let output = json!({ "__type": code, "message": self.message });
                json!({ "Output": output, "Version": "1.0" })
            }
        };
        body.to_string().into_bytes()
    }
}
