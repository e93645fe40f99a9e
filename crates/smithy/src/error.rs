//! Our errors, as the SDK reads errors.

use std::fmt;

use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use kvs_archive::api::protocol::Error;

/// An [`Error`] with the traits of the SDK's errors: [`ProvideErrorMetadata`] and [`RequestId`].
///
/// ```
/// # use kvs_smithy::api::archived_media::Exception;
/// use aws_smithy_types::error::metadata::ProvideErrorMetadata;
/// use kvs_smithy::SdkError;
///
/// fn is_missing(error: kvs_smithy::Error<Exception>) -> bool {
///     SdkError::from(error).code() == Some("ResourceNotFoundException")
/// }
/// ```
#[derive(Debug)]
pub struct SdkError<E> {
    error: Error<E>,
    metadata: ErrorMetadata,
}

impl<E> SdkError<E> {
    /// The error as it was.
    pub fn into_inner(self) -> Error<E> {
        self.error
    }
}

impl<E> From<Error<E>> for SdkError<E> {
    fn from(error: Error<E>) -> Self {
        let mut metadata = ErrorMetadata::builder();
        if let Some(refusal) = error.refusal() {
            if !refusal.code.is_empty() {
                metadata = metadata.code(&refusal.code);
            }
            if !refusal.message.is_empty() {
                metadata = metadata.message(&refusal.message);
            }
        }
        Self {
            metadata: metadata.build(),
            error,
        }
    }
}

impl<E> ProvideErrorMetadata for SdkError<E> {
    fn meta(&self) -> &ErrorMetadata {
        &self.metadata
    }
}

impl<E> RequestId for SdkError<E> {
    fn request_id(&self) -> Option<&str> {
        self.error.refusal()?.request_id.as_deref()
    }
}

impl<E> fmt::Display for SdkError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<E: fmt::Debug> std::error::Error for SdkError<E> {}
