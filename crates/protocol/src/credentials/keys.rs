//! What a request is signed with.

use std::fmt;
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::error::Invalid;

/// An access key, its secret, and the session token that temporary ones come with.
///
/// Secrets are wiped from memory when dropped, and `Debug` does not show them:
///
/// ```
/// let credentials = kvs_protocol::Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI");
/// assert!(!format!("{credentials:?}").contains("wJalr"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Option<Zeroizing<String>>,
    expires_at: Option<SystemTime>,
}

impl Credentials {
    /// Credentials that do not expire.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: Zeroizing::new(secret_access_key.into()),
            session_token: None,
            expires_at: None,
        }
    }

    /// The same with the session token of temporary credentials.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<String>) -> Self {
        self.session_token = Some(Zeroizing::new(token.into()));
        self
    }

    /// The same with the time at which the service stops to honour them.
    #[must_use]
    pub fn expiring_at(mut self, at: SystemTime) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Whether requests can carry them. Those from [`Sources`](super::Sources) can.
    ///
    /// ```
    /// let credentials = kvs_protocol::Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI\n");
    /// assert_eq!(
    ///     credentials.check().unwrap_err().to_string(),
    ///     "the secret access key has a line break in it, and no request can carry that",
    /// );
    /// ```
    ///
    /// # Errors
    /// [`Invalid`] names the part with a character that is neither ASCII nor printable, and does not
    /// show it.
    pub fn check(&self) -> Result<(), Invalid> {
        carried("the access key ID", &self.access_key_id)?;
        carried("the secret access key", &self.secret_access_key)?;
        carried(
            "the session token",
            self.session_token().unwrap_or_default(),
        )
    }

    /// The public half, which may be logged.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The secret half. Handle with care: nothing in this crate logs it.
    pub fn secret_access_key(&self) -> &str {
        &self.secret_access_key
    }

    /// The session token of temporary credentials.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_ref().map(|token| token.as_str())
    }

    /// When the service stops to honour them, where that is known.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}

/// Refuses a part of credentials, called `name` where it is from, that fits in no header.
pub(crate) fn carried(name: &str, value: &str) -> Result<(), Invalid> {
    let odd = value.chars().find(|c| !matches!(c, ' '..='~'));
    let what = match odd {
        None => return Ok(()),
        Some('\r' | '\n') => "a line break",
        Some(c) if c.is_ascii() => "a control character",
        Some(_) => "a character that is not ASCII",
    };
    let problem = format!("has {what} in it, and no request can carry that");
    Err(Invalid::new(name, problem))
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
