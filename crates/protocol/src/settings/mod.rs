//! What a client is configured with, from the places where AWS's users keep it.
//!
//! Reading the environment and files is the caller's: what it found comes in as a lookup and as
//! texts.

mod profile;

use std::path::PathBuf;

use crate::credentials::Credentials;
use crate::endpoint::Origin;
use crate::error::Invalid;
use crate::proxy::Proxy;

pub use profile::Profiles;

/// What to tell a person when there is nothing to sign with.
pub const NO_CREDENTIALS: &str = "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, \
     or aws_access_key_id and aws_secret_access_key in the profile";

/// Looks a variable of the environment up.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What a client needs to know before its first call.
///
/// ```
/// use kvs_protocol::settings::{Explicit, Profiles, Settings};
///
/// let env = |name: &str| match name {
///     "AWS_ACCESS_KEY_ID" => Some("AKID".to_owned()),
///     "AWS_SECRET_ACCESS_KEY" => Some("secret".to_owned()),
///     _ => None,
/// };
/// let profiles = Profiles::parse("[default]\nregion = eu-west-1\n", "");
/// let settings = Settings::resolve(Explicit::default(), &env, &profiles)?;
/// assert_eq!(settings.region, "eu-west-1");
/// # Ok::<(), kvs_protocol::Invalid>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// Region of the control service, and of the credential scope.
    pub region: String,
    /// What to sign with; without it every call ends in an error that says so.
    pub credentials: Option<Credentials>,
    /// Stands for the control service's regional endpoint.
    pub endpoint_url: Option<Origin>,
    /// Whether to call endpoints with FIPS 140 validated cryptography.
    pub use_fips_endpoint: bool,
    /// Whether to call endpoints that have IPv6 addresses as well.
    pub use_dualstack_endpoint: bool,
    /// File of PEM certificates to trust instead of the usual roots.
    pub ca_bundle: Option<PathBuf>,
    /// Proxy for HTTPS requests.
    pub proxy: Option<Proxy>,
}

/// What the caller says outright; it goes before everything else.
#[derive(Debug, Clone, Default)]
pub struct Explicit {
    /// Region to use.
    pub region: Option<String>,
    /// Profile to read.
    pub profile: Option<String>,
    /// Endpoint of the control service.
    pub endpoint_url: Option<String>,
}

impl Settings {
    /// Settings for a region, and nothing else.
    pub fn new(region: impl Into<String>) -> Self {
        Self {
            region: region.into(),
            credentials: None,
            endpoint_url: None,
            use_fips_endpoint: false,
            use_dualstack_endpoint: false,
            ca_bundle: None,
            proxy: None,
        }
    }

    /// Where the shared files are: the config file, then the credentials file.
    pub fn shared_files(env: Env<'_>) -> [Option<PathBuf>; 2] {
        [
            ("AWS_CONFIG_FILE", "config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        ]
        .map(|(name, file)| {
            let home = || set(env, "HOME").or_else(|| set(env, "USERPROFILE"));
            let in_home = || Some(PathBuf::from(home()?).join(".aws").join(file));
            set(env, name).map(PathBuf::from).or_else(in_home)
        })
    }

    /// Puts together what the caller, the environment and the profile say, in this order.
    ///
    /// # Errors
    /// [`Invalid`] names the setting that is missing or wrong, and where it was looked for.
    pub fn resolve(explicit: Explicit, env: Env<'_>, profiles: &Profiles) -> Result<Self, Invalid> {
        // A profile that the caller names goes before keys that happen to be in the environment;
        // AWS_PROFILE does not.
        let profile_goes_first = explicit.profile.is_some();
        let named = explicit.profile.or_else(|| set(env, "AWS_PROFILE"));
        let profile_name = named.as_deref().unwrap_or("default");
        if named.is_some() && !profiles.contains(profile_name) {
            return Err(Invalid::new(
                "profile",
                format!("{profile_name:?} is in neither shared file"),
            ));
        }
        let of_profile = |key: &str| profiles.get(profile_name, key).map(str::to_owned);
        let region = explicit
            .region
            .or_else(|| set(env, "AWS_REGION"))
            .or_else(|| set(env, "AWS_DEFAULT_REGION"))
            .or_else(|| of_profile("region"))
            .ok_or_else(|| {
                Invalid::new(
                    "region",
                    "is not set: give one, or set AWS_REGION, or `region` in the profile",
                )
            })?;
        let from_profile = || credentials_of_profile(profiles, profile_name);
        let credentials = if profile_goes_first {
            from_profile()
        } else {
            credentials_of_env(env).or_else(from_profile)
        };
        let endpoint_url = explicit
            .endpoint_url
            .or_else(|| configured_endpoint(env, &of_profile));
        Ok(Self {
            region,
            credentials,
            endpoint_url: endpoint_url.map(|url| url.parse()).transpose()?,
            use_fips_endpoint: switch(
                env,
                &of_profile,
                "AWS_USE_FIPS_ENDPOINT",
                "use_fips_endpoint",
            )?,
            use_dualstack_endpoint: switch(
                env,
                &of_profile,
                "AWS_USE_DUALSTACK_ENDPOINT",
                "use_dualstack_endpoint",
            )?,
            ca_bundle: set(env, "AWS_CA_BUNDLE")
                .or_else(|| of_profile("ca_bundle"))
                .map(PathBuf::from),
            proxy: proxy(env)?,
        })
    }
}

/// A variable that is there but empty counts as not set, as in AWS's own tools.
fn set(env: Env<'_>, name: &str) -> Option<String> {
    env(name).filter(|value| !value.is_empty())
}

fn either(env: Env<'_>, name: &str) -> Option<String> {
    set(env, &name.to_ascii_lowercase()).or_else(|| set(env, name))
}

fn credentials_of_env(env: Env<'_>) -> Option<Credentials> {
    let credentials = Credentials::new(
        set(env, "AWS_ACCESS_KEY_ID")?,
        set(env, "AWS_SECRET_ACCESS_KEY")?,
    );
    Some(match set(env, "AWS_SESSION_TOKEN") {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    })
}

fn credentials_of_profile(profiles: &Profiles, name: &str) -> Option<Credentials> {
    let get = |key| profiles.get(name, key);
    let credentials = Credentials::new(get("aws_access_key_id")?, get("aws_secret_access_key")?);
    Some(match get("aws_session_token") {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    })
}

fn configured_endpoint(
    env: Env<'_>,
    of_profile: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let ignored = set(env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        .or_else(|| of_profile("ignore_configured_endpoint_urls"));
    if ignored.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return None;
    }
    set(env, "AWS_ENDPOINT_URL_KINESIS_VIDEO")
        .or_else(|| set(env, "AWS_ENDPOINT_URL"))
        .or_else(|| of_profile("endpoint_url"))
}

/// A setting that is off unless a variable or, without that, the profile turns it on.
fn switch(
    env: Env<'_>,
    of_profile: &dyn Fn(&str) -> Option<String>,
    variable: &str,
    key: &str,
) -> Result<bool, Invalid> {
    let (place, value) = match (set(env, variable), of_profile(key)) {
        (Some(value), _) => (variable, value),
        (None, Some(value)) => (key, value),
        (None, None) => return Ok(false),
    };
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Invalid::new(
            place,
            format!("is {value:?}, and must be true or false"),
        )),
    }
}

fn proxy(env: Env<'_>) -> Result<Option<Proxy>, Invalid> {
    let Some(url) = either(env, "HTTPS_PROXY") else {
        return Ok(None);
    };
    Proxy::new(&url, &either(env, "NO_PROXY").unwrap_or_default()).map(Some)
}

#[cfg(test)]
mod tests;
