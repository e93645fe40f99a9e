//! What a client is configured with, from the places where AWS's users keep it.
//!
//! Reading the environment and files is the caller's: what it found comes in as a lookup and as
//! texts.

mod profile;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::credentials::{Credentials, Sources};
use crate::endpoint::Origin;
use crate::error::Invalid;
use crate::proxy::Proxy;
use crate::retry::RetryPolicy;

pub use profile::Profiles;

/// What to tell a person when there is nothing to sign with, and nowhere to look.
pub const NO_CREDENTIALS: &str = "no credentials: the settings have neither `credentials` nor \
     `sources`; set one of them, or take the settings from the environment";

/// The variables that tell where the shared files are.
pub(crate) const SHARED_FILES: [&str; 6] = [
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "HOME",
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
];

/// Services, by their ids, whose endpoint is discovered unless it is configured: the keys that
/// [`Settings::service_urls`] may have.
pub const DISCOVERED: [&str; 4] = [
    "Kinesis Video Archived Media",
    "Kinesis Video Media",
    "Kinesis Video Signaling",
    "Kinesis Video WebRTC Storage",
];

/// Looks a variable of the environment up.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What a client needs to know before its first call.
///
/// ```
/// use kvs_protocol::settings::{Explicit, Profiles, Settings};
///
/// let env = |name: &str| (name == "AWS_USE_FIPS_ENDPOINT").then(|| "true".to_owned());
/// let profiles = Profiles::parse("[default]\nregion = eu-west-1\n", "")?;
/// let settings = Settings::resolve(Explicit::default(), &env, &profiles)?;
/// assert_eq!(settings.region, "eu-west-1");
/// assert!(settings.use_fips_endpoint);
/// # Ok::<(), kvs_protocol::Invalid>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// Region of the control service, and of the credential scope.
    pub region: String,
    /// What to sign with, given outright; a client takes them as
    /// [`given_credentials`](Self::given_credentials).
    pub credentials: Option<Credentials>,
    /// Where credentials are looked for when none are given; without either every call ends in an
    /// error that says so.
    pub sources: Option<Sources>,
    /// Stands for the control service's regional endpoint.
    pub endpoint_url: Option<Origin>,
    /// Stand for the endpoints that other services, by their ids, are discovered at.
    pub service_urls: BTreeMap<&'static str, Origin>,
    /// Whether to call endpoints with FIPS 140 validated cryptography.
    pub use_fips_endpoint: bool,
    /// Whether to call endpoints that have IPv6 addresses as well.
    pub use_dualstack_endpoint: bool,
    /// File of PEM certificates to trust instead of the usual roots.
    pub ca_bundle: Option<PathBuf>,
    /// Proxy for HTTPS requests.
    pub proxy: Option<Proxy>,
    /// When calls are sent again.
    pub retry: RetryPolicy,
    /// What the program calls itself in the `User-Agent` of its requests.
    pub app_id: Option<String>,
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
            sources: None,
            endpoint_url: None,
            service_urls: BTreeMap::new(),
            use_fips_endpoint: false,
            use_dualstack_endpoint: false,
            ca_bundle: None,
            proxy: None,
            retry: RetryPolicy::default(),
            app_id: None,
        }
    }

    /// The credentials that are given, if there are any.
    ///
    /// # Errors
    /// [`Invalid`] where [no request can carry](Credentials::check) them.
    pub fn given_credentials(&self) -> Result<Option<Credentials>, Invalid> {
        if let Some(given) = &self.credentials {
            given.check().map_err(|invalid| {
                let problem = format!("are of no use: {invalid}");
                Invalid::new("the settings' credentials", problem)
            })?;
        }
        Ok(self.credentials.clone())
    }

    /// Where the shared files are: the config file, then the credentials file.
    pub fn shared_files(env: Env<'_>) -> [Option<PathBuf>; 2] {
        [
            ("AWS_CONFIG_FILE", "config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        ]
        .map(|(name, file)| {
            let in_home = || Some(home_folder(env)?.join(".aws").join(file));
            set(env, name).map(PathBuf::from).or_else(in_home)
        })
    }

    /// Puts together what the caller, the environment and the profile say, in this order.
    ///
    /// # Errors
    /// [`Invalid`] names the setting that is missing or wrong, and where it was looked for.
    pub fn resolve(explicit: Explicit, env: Env<'_>, profiles: &Profiles) -> Result<Self, Invalid> {
        let chosen = explicit.profile.clone();
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
        let use_fips_endpoint = switch(
            env,
            &of_profile,
            "AWS_USE_FIPS_ENDPOINT",
            "use_fips_endpoint",
        )?;
        let use_dualstack_endpoint = switch(
            env,
            &of_profile,
            "AWS_USE_DUALSTACK_ENDPOINT",
            "use_dualstack_endpoint",
        )?;
        let mut sources = Sources::new(&region);
        sources.profile = chosen;
        sources.use_fips_endpoint = use_fips_endpoint;
        sources.use_dualstack_endpoint = use_dualstack_endpoint;
        let control = || configured_endpoint(env, profiles, profile_name, "Kinesis Video");
        let endpoint_url = explicit.endpoint_url.or_else(control);
        Ok(Self {
            region,
            credentials: None,
            sources: Some(sources),
            endpoint_url: endpoint_url.map(|url| url.parse()).transpose()?,
            service_urls: service_urls(env, profiles, profile_name)?,
            use_fips_endpoint,
            use_dualstack_endpoint,
            ca_bundle: set(env, "AWS_CA_BUNDLE")
                .or_else(|| of_profile("ca_bundle"))
                .map(PathBuf::from),
            proxy: proxy(env)?,
            retry: retry(env, &of_profile)?,
            app_id: app_id(env, &of_profile)?,
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

/// Where the person's own files are.
pub(crate) fn home_folder(env: Env<'_>) -> Option<PathBuf> {
    let on_drive = || Some(set(env, "HOMEDRIVE")? + &set(env, "HOMEPATH")?);
    let home = set(env, "HOME").or_else(|| set(env, "USERPROFILE"));
    home.or_else(on_drive).map(PathBuf::from)
}

/// The endpoint of a service as it is configured: for it or for all, in the environment, then in
/// the profile.
pub(crate) fn configured_endpoint(
    env: Env<'_>,
    profiles: &Profiles,
    profile: &str,
    service: &str,
) -> Option<String> {
    service_url(env, profiles, profile, service, true)
}

fn service_url(
    env: Env<'_>,
    profiles: &Profiles,
    profile: &str,
    service: &str,
    or_of_all: bool,
) -> Option<String> {
    let ignored = set(env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").or_else(|| {
        let ignored = profiles.get(profile, "ignore_configured_endpoint_urls");
        ignored.map(str::to_owned)
    });
    if ignored.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return None;
    }
    let key = service.replace(' ', "_").to_ascii_lowercase();
    let own = set(
        env,
        &format!("AWS_ENDPOINT_URL_{}", key.to_ascii_uppercase()),
    );
    let of_all = || set(env, "AWS_ENDPOINT_URL").filter(|_| or_of_all);
    let of_service = || profiles.service(profile, &key, "endpoint_url");
    let of_profile = || profiles.get(profile, "endpoint_url").filter(|_| or_of_all);
    let in_profile = || of_service().or_else(of_profile).map(str::to_owned);
    own.or_else(of_all).or_else(in_profile)
}

/// What is configured for a service alone; an endpoint for all of them is the control service's,
/// which tells the others.
fn service_urls(
    env: Env<'_>,
    profiles: &Profiles,
    profile: &str,
) -> Result<BTreeMap<&'static str, Origin>, Invalid> {
    let configured = DISCOVERED.into_iter().filter_map(|service| {
        let url = service_url(env, profiles, profile, service, false)?;
        Some(url.parse().map(|origin| (service, origin)))
    });
    configured.collect()
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

fn retry(
    env: Env<'_>,
    of_profile: &dyn Fn(&str) -> Option<String>,
) -> Result<RetryPolicy, Invalid> {
    let mut policy = RetryPolicy::default();
    if let Some(mode) = set(env, "AWS_RETRY_MODE").or_else(|| of_profile("retry_mode")) {
        policy.mode = mode.parse()?;
    }
    const ATTEMPTS: &str = "AWS_MAX_ATTEMPTS";
    if let Some(text) = set(env, ATTEMPTS).or_else(|| of_profile("max_attempts")) {
        let attempts = text.parse().ok().filter(|attempts| *attempts > 0);
        policy.max_attempts = attempts.ok_or_else(|| {
            Invalid::new(ATTEMPTS, format!("is {text:?}; set it to a number from 1"))
        })?;
    }
    Ok(policy)
}

fn app_id(
    env: Env<'_>,
    of_profile: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<String>, Invalid> {
    const NAME: &str = "AWS_SDK_UA_APP_ID";
    let id = set(env, NAME).or_else(|| of_profile("sdk_ua_app_id"));
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if let Some(id) = id
        .as_ref()
        .filter(|id| id.len() > 50 || !id.chars().all(is_of_token))
    {
        let problem =
            format!("is {id:?}, and must be up to 50 letters, digits or marks without spaces");
        return Err(Invalid::new(NAME, problem));
    }
    Ok(id)
}

fn proxy(env: Env<'_>) -> Result<Option<Proxy>, Invalid> {
    let Some(url) = either(env, "HTTPS_PROXY") else {
        return Ok(None);
    };
    Proxy::new(&url, &either(env, "NO_PROXY").unwrap_or_default()).map(Some)
}

#[cfg(test)]
mod tests;
