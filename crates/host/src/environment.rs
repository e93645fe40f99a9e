//! Variables.

use std::fmt;

use kvs_archive::api::protocol::credentials::Answer;

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Where variables are looked up.
pub struct Environment(Box<Lookup>);

impl Environment {
    /// One of the caller's own.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Box::new(lookup))
    }

    /// The answer to [`Ask::Env`](kvs_archive::api::protocol::credentials::Ask::Env).
    pub fn answer(&self, name: &str) -> Answer {
        (self.0)(name).map_or(Answer::Nothing, Answer::text)
    }
}

/// The process's own. What is no text is not passed over: it is seen to be wrong.
impl Default for Environment {
    fn default() -> Self {
        Self::new(|name| {
            let value = std::env::var_os(name)?;
            Some(value.to_string_lossy().into_owned())
        })
    }
}

/// Without the variables, which may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment(…)")
    }
}
