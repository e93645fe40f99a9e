//! The sources, one after the other.

use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::asker::{Asker, Stop, failed};
use super::keys::{Credentials, carried};
use super::sso::Renewals;
use super::{container, imds, iot, profile, sts};
use crate::settings::{Profiles, SHARED_FILES, Settings};

/// Where credentials are looked for.
///
/// The places are those of AWS's SDKs; what stands here is what cannot be found there. Clones know
/// of each other when a token could not be renewed, and do not try again at once.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sources {
    /// A profile that the caller names; it goes before keys that happen to be in the environment.
    pub profile: Option<String>,
    /// Region whose STS is asked, and whose STS is signed for.
    pub region: String,
    /// Whether to call endpoints with FIPS 140 validated cryptography.
    pub use_fips_endpoint: bool,
    /// Whether to call endpoints that have IPv6 addresses as well.
    pub use_dualstack_endpoint: bool,
    /// What searches know of earlier ones.
    pub(super) renewals: Renewals,
}

impl Sources {
    /// The usual places.
    pub fn new(region: impl Into<String>) -> Self {
        Self {
            profile: None,
            region: region.into(),
            use_fips_endpoint: false,
            use_dualstack_endpoint: false,
            renewals: Renewals::default(),
        }
    }
}

/// No source gave credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoCredentials {
    /// The sources that were tried, in order; the last one ended the search.
    pub tried: Vec<Tried>,
}

/// A source, and why it gave none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Its name, for a person.
    pub source: String,
    /// Why it gave none, for a person; no secrets.
    pub why: String,
}

impl Tried {
    pub(super) fn new(source: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            why: why.into(),
        }
    }
}

impl fmt::Display for NoCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no credentials")?;
        for (index, Tried { source, why }) in self.tried.iter().enumerate() {
            let separator = if index == 0 { ": " } else { "; " };
            write!(f, "{separator}{source}: {why}")?;
        }
        Ok(())
    }
}

impl std::error::Error for NoCredentials {}

/// What the sources share.
pub(super) struct Context {
    pub(super) asker: Asker,
    pub(super) sources: Sources,
    pub(super) profiles: Profiles,
    /// Name of the profile in use.
    pub(super) profile: String,
}

impl Context {
    /// A variable or, without it, a key of the profile.
    pub(super) async fn setting(&self, variable: &'static str, key: &str) -> Option<String> {
        match self.asker.env(variable).await {
            Some(value) => Some(value.to_string()),
            None => self.profiles.get(&self.profile, key).map(str::to_owned),
        }
    }
}

#[derive(Default)]
struct Tries(Vec<Tried>);

impl Tries {
    fn note(
        &mut self,
        source: impl Into<String>,
        outcome: Result<Credentials, Stop>,
    ) -> ControlFlow<Result<Credentials, NoCredentials>> {
        match outcome {
            Ok(credentials) => ControlFlow::Break(Ok(credentials)),
            Err(Stop::Absent(why)) => {
                self.0.push(Tried::new(source, why));
                ControlFlow::Continue(())
            }
            Err(Stop::Failed(why)) => {
                self.0.push(Tried::new(source, why));
                ControlFlow::Break(Err(self.take()))
            }
        }
    }

    fn take(&mut self) -> NoCredentials {
        NoCredentials {
            tried: std::mem::take(&mut self.0),
        }
    }
}

pub(super) async fn search(asker: Asker, sources: Sources) -> Result<Credentials, NoCredentials> {
    let mut tries = Tries::default();
    match in_order(asker, sources, &mut tries).await {
        ControlFlow::Break(found) => found,
        ControlFlow::Continue(()) => Err(tries.take()),
    }
}

async fn in_order(
    asker: Asker,
    sources: Sources,
    tries: &mut Tries,
) -> ControlFlow<Result<Credentials, NoCredentials>> {
    if sources.profile.is_none() {
        tries.note("environment", environment(&asker).await)?;
    }
    let context = match prepare(asker, sources).await {
        Ok(context) => context,
        Err(stop) => return tries.note("profile", Err(stop.failed())),
    };
    let name = format!("profile {:?}", context.profile);
    tries.note(name, profile::load(&context).await)?;
    tries.note("web identity", sts::web_identity_of_env(&context).await)?;
    tries.note("IoT", iot::load(&context).await)?;
    tries.note("container", container::load(&context.asker).await)?;
    tries.note("instance metadata", imds::load(&context).await)
}

/// The keys that stand in the environment.
pub(super) async fn environment(asker: &Asker) -> Result<Credentials, Stop> {
    let absent = |name: &str| Stop::Absent(format!("{name} is not set"));
    let id = key_of_env(asker, "AWS_ACCESS_KEY_ID").await?;
    let id = id.ok_or_else(|| absent("AWS_ACCESS_KEY_ID"))?;
    let secret = key_of_env(asker, "AWS_SECRET_ACCESS_KEY").await?;
    let mut secret = secret.ok_or_else(|| absent("AWS_SECRET_ACCESS_KEY"))?;
    let credentials = Credentials::new(id.as_str(), std::mem::take(&mut *secret));
    Ok(match key_of_env(asker, "AWS_SESSION_TOKEN").await? {
        Some(mut token) => credentials.with_session_token(std::mem::take(&mut *token)),
        None => credentials,
    })
}

async fn key_of_env(asker: &Asker, name: &'static str) -> Result<Option<Zeroizing<String>>, Stop> {
    let value = asker.env(name).await;
    carried(name, value.as_ref().map_or("", |value| value.as_str())).map_err(failed)?;
    Ok(value)
}

/// Reads the shared files.
async fn prepare(asker: Asker, sources: Sources) -> Result<Context, Stop> {
    let known = asker.envs(&SHARED_FILES).await;
    let [config, credentials] = Settings::shared_files(&|name| known.get(name));
    let config = shared_file(&asker, config).await?;
    let credentials = shared_file(&asker, credentials).await?;
    let profiles = Profiles::parse(&config, &credentials);
    let profile = match &sources.profile {
        Some(profile) => profile.clone(),
        None => match asker.env("AWS_PROFILE").await {
            Some(profile) => profile.to_string(),
            None => "default".to_owned(),
        },
    };
    Ok(Context {
        asker,
        sources,
        profiles: profiles.map_err(failed)?,
        profile,
    })
}

/// A file that is not there has nothing to say.
async fn shared_file(asker: &Asker, path: Option<PathBuf>) -> Result<Zeroizing<String>, Stop> {
    match path {
        Some(path) => Ok(asker.file(path).await?.unwrap_or_default()),
        None => Ok(Zeroizing::default()),
    }
}
