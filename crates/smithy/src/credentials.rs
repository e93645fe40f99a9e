//! Credentials from a provider of the SDK, kept until they are about to expire.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use kvs_archive::api::protocol::Credentials;
use tokio::sync::Mutex;

use crate::transport::told;

/// New ones are asked for this long before the old ones expire, as the SDK does.
const BEFORE_EXPIRY: Duration = Duration::from_secs(10);

/// A provider, and what it gave last.
#[derive(Debug)]
pub(crate) struct Keeper {
    provider: SharedCredentialsProvider,
    held: Mutex<Option<Credentials>>,
}

impl Keeper {
    pub(crate) fn new(provider: SharedCredentialsProvider) -> Self {
        Self {
            provider,
            held: Mutex::default(),
        }
    }

    /// Credentials that are good at `now` and are not those that the service `refused`. Callers
    /// who come while the provider is asked wait for its answer.
    pub(crate) async fn credentials(
        &self,
        now: SystemTime,
        refused: Option<&Credentials>,
    ) -> Result<Credentials, String> {
        let mut held = self.held.lock().await;
        let good = held.as_ref().filter(|held| {
            let ends = held.expires_at();
            let is_fresh = ends.is_none_or(|ends| {
                now.checked_add(BEFORE_EXPIRY)
                    .is_some_and(|then| then < ends)
            });
            is_fresh && Some(*held) != refused
        });
        if let Some(good) = good {
            return Ok(good.clone());
        }
        let provided = self.provider.provide_credentials().await;
        let provided = provided.map_err(|error| told(&error))?;
        let provided = ours(&provided);
        let carried = provided.check();
        carried.map_err(|invalid| format!("what the provider gave is of no use: {invalid}"))?;
        Ok(held.insert(provided).clone())
    }
}

fn ours(theirs: &aws_credential_types::Credentials) -> Credentials {
    let mut ours = Credentials::new(theirs.access_key_id(), theirs.secret_access_key());
    if let Some(token) = theirs.session_token() {
        ours = ours.with_session_token(token);
    }
    match theirs.expiry() {
        Some(at) => ours.expiring_at(at),
        None => ours,
    }
}
