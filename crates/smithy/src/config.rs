//! What of the SDK's configuration a client goes by.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpConnector,
};
use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use kvs_archive::api::protocol::retry::{RetryMode, RetryPolicy};
use kvs_archive::api::protocol::settings::DISCOVERED;
use kvs_archive::api::protocol::{Invalid, Origin, Settings, Timeouts};
use kvs_archive::api::video;

use crate::components::components;

/// The parts of a client that the configuration brings.
pub(crate) struct Parts {
    pub(crate) settings: Settings,
    pub(crate) connector: SharedHttpConnector,
    pub(crate) credentials: SharedCredentialsProvider,
    pub(crate) sleep: SharedAsyncSleep,
    pub(crate) time: SharedTimeSource,
}

pub(crate) fn read(config: &SdkConfig, timeouts: Timeouts) -> Result<Parts, Invalid> {
    let lacks = |what: &str| Invalid::new(format!("SdkConfig.{what}"), "is not set");
    let region = config.region().ok_or_else(|| lacks("region"))?;
    let client = config.http_client().ok_or_else(|| lacks("http_client"))?;
    let sleep = config.sleep_impl().ok_or_else(|| lacks("sleep_impl"))?;
    let credentials = config.credentials_provider();
    let credentials = credentials.ok_or_else(|| lacks("credentials_provider"))?;
    let time = config.time_source();
    let time = time.unwrap_or_else(|| SharedTimeSource::new(SystemTimeSource::new()));

    let components = components(sleep.clone(), time.clone(), credentials.clone());
    let components = components.map_err(|e| Invalid::new("SdkConfig", e.to_string()))?;
    let limits = HttpConnectorSettings::builder()
        .connect_timeout(timeouts.connect)
        .read_timeout(timeouts.first_byte)
        .build();
    let mut settings = Settings::new(region.as_ref());
    settings.use_fips_endpoint = config.use_fips().unwrap_or_default();
    settings.use_dualstack_endpoint = config.use_dual_stack().unwrap_or_default();
    settings.endpoint_url = control_endpoint(config)?;
    settings.service_urls = service_endpoints(config)?;
    settings.app_id = config.app_name().map(|name| name.as_ref().to_owned());
    Ok(Parts {
        settings,
        connector: client.http_connector(&limits, &components),
        credentials,
        sleep,
        time,
    })
}

/// The endpoint of the control service: the one that is set in code, or for this service in the
/// surroundings, or for all services there.
fn control_endpoint(config: &SdkConfig) -> Result<Option<Origin>, Invalid> {
    let of_all = config.endpoint_url();
    let is_outright = config.get_origin("endpoint_url").is_client_config();
    let url = match of_service(config, video::SERVICE.id) {
        Some(own) if !is_outright => Some(own),
        _ => of_all.map(str::to_owned),
    };
    url.map(|url| url.parse()).transpose()
}

/// What the surroundings have for single services whose endpoints are else discovered. One for all
/// services, which is told for each of them, is the control service's.
fn service_endpoints(config: &SdkConfig) -> Result<BTreeMap<&'static str, Origin>, Invalid> {
    let of_all = of_service(config, "Service Without Settings");
    let configured = DISCOVERED.into_iter().filter_map(|service| {
        let url = of_service(config, service).filter(|url| Some(url) != of_all.as_ref())?;
        Some(url.parse().map(|origin| (service, origin)))
    });
    configured.collect()
}

fn of_service(config: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(service)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    config.service_config()?.load_config(key.ok()?)
}

/// The configuration's timeouts, where it has them.
pub(crate) fn timeouts(config: &SdkConfig) -> Timeouts {
    let mut timeouts = Timeouts::default();
    if let Some(theirs) = config.timeout_config() {
        timeouts.connect = theirs.connect_timeout().unwrap_or(timeouts.connect);
        timeouts.first_byte = theirs.read_timeout().unwrap_or(timeouts.first_byte);
    }
    timeouts
}

/// The configuration's retries, where it has them.
pub(crate) fn retry(config: &SdkConfig) -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    if let Some(theirs) = config.retry_config() {
        policy.max_attempts = theirs.max_attempts();
        policy.base = theirs.initial_backoff();
        policy.longest = theirs.max_backoff();
        policy.mode = match theirs.mode() {
            aws_smithy_types::retry::RetryMode::Adaptive => RetryMode::Adaptive,
            _ => RetryMode::Standard,
        };
    }
    policy
}

/// How long an attempt may take, where the configuration says so.
pub(crate) fn attempt_limit(config: &SdkConfig) -> Option<Duration> {
    config.timeout_config()?.operation_attempt_timeout()
}

/// How long a call may take with all of its attempts, where the configuration says so.
pub(crate) fn deadline(config: &SdkConfig) -> Option<Duration> {
    config.timeout_config()?.operation_timeout()
}
