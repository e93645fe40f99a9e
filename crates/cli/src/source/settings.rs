//! What a transport needs to know, and where it is found.

use kvs_archive::api::protocol::retry::RetryPolicy;
use kvs_archive::api::protocol::settings::Explicit;
use kvs_archive::api::protocol::{Credentials, Settings};
use kvs_emulator::{Emulator, Stream};

use crate::args::Global;
use crate::exit::{Failure, say};

/// Whom to talk to.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) settings: Settings,
    pub(super) retry: RetryPolicy,
    /// Serves for as long as this lives.
    pub(super) _emulator: Option<Emulator>,
}

impl Connection {
    pub(super) fn new(global: &Global) -> Result<Self, Failure> {
        let (settings, emulator) = if global.emulator {
            let (settings, emulator) = emulated(global)?;
            (settings, Some(emulator))
        } else {
            (surroundings(global)?, None)
        };
        if global.verbose {
            tell(&settings);
        }
        let mut retry = settings.retry.clone();
        if global.emulator {
            retry.max_attempts = attempts()?;
        }
        Ok(Self {
            settings,
            retry,
            _emulator: emulator,
        })
    }
}

/// How often something is tried, as AWS's own tools are told.
pub(crate) fn attempts() -> Result<u32, Failure> {
    const NAME: &str = "AWS_MAX_ATTEMPTS";
    let Some(text) = std::env::var_os(NAME).filter(|text| !text.is_empty()) else {
        return Ok(RetryPolicy::default().max_attempts);
    };
    let text = text.to_string_lossy();
    text.parse()
        .ok()
        .filter(|attempts| *attempts > 0)
        .ok_or_else(|| {
            Failure::new(format_args!(
                "{NAME} is {text:?}; set it to a number from 1"
            ))
        })
}

fn emulated(global: &Global) -> Result<(Settings, Emulator), Failure> {
    let conflict = match global {
        Global {
            endpoint_url: Some(_),
            ..
        } => Some("--endpoint-url"),
        Global {
            profile: Some(_), ..
        } => Some("--profile"),
        _ => None,
    };
    if let Some(option) = conflict {
        return Err(Failure::usage(format_args!(
            "--emulator and {option} exclude each other; leave one out"
        )));
    }
    let emulator = Emulator::builder().stream("demo", Stream::demo()).start();
    let emulator = emulator.map_err(|error| Failure::io("start the emulator", &error))?;
    let mut settings = Settings::new(global.region.as_deref().unwrap_or("us-east-1"));
    settings.credentials = Some(Credentials::new("emulator", "emulator"));
    settings.endpoint_url = Some(emulator.url().parse().map_err(Failure::new)?);
    Ok((settings, emulator))
}

fn surroundings(global: &Global) -> Result<Settings, Failure> {
    kvs_ureq::from_surroundings(Explicit {
        region: global.region.clone(),
        profile: global.profile.clone(),
        endpoint_url: global.endpoint_url.clone(),
    })
    .map_err(Failure::new)
}

fn tell(settings: &Settings) {
    let key = settings
        .credentials
        .as_ref()
        .map(Credentials::access_key_id);
    let endpoint = settings.endpoint_url.as_ref().map(ToString::to_string);
    say(format_args!(
        "region {}, endpoint {}, access key {}",
        settings.region,
        endpoint.as_deref().unwrap_or("of the region"),
        key.unwrap_or("still to be found")
    ));
}
