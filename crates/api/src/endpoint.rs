//! Where each service of the family is found.
//!
//! Generated from `model/kinesis-video-archived-media.json`, `model/kinesis-video-media.json`,
//! `model/kinesis-video-signaling.json`, `model/kinesis-video-webrtc-storage.json`,
//! `model/kinesis-video.json`; change the models or the generator, then run `cargo xtask codegen`.

use kvs_protocol::rules::{self, BuiltIns, Endpoint, Unresolved};

/// What the endpoint depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parameters<'a> {
    /// URL that stands for the service's own endpoint.
    pub endpoint: Option<&'a str>,
    /// Region to call.
    pub region: Option<&'a str>,
    /// Whether to call an endpoint that has IPv6 addresses as well.
    pub use_dual_stack: bool,
    /// Whether to call an endpoint with FIPS 140 validated cryptography.
    pub use_fips: bool,
}

impl<'a> From<BuiltIns<'a>> for Parameters<'a> {
    fn from(built_ins: BuiltIns<'a>) -> Self {
        Self {
            endpoint: built_ins.endpoint,
            region: built_ins.region,
            use_dual_stack: built_ins.use_dual_stack,
            use_fips: built_ins.use_fips,
        }
    }
}

/// Finds the endpoint.
///
/// # Errors
/// [`Unresolved`] says which parameter is missing, or why there is no endpoint for them.
pub fn resolve(parameters: &Parameters<'_>) -> Result<Endpoint, Unresolved> {
    let Parameters {
        endpoint,
        region,
        use_dual_stack,
        use_fips,
    } = *parameters;
    if let Some(endpoint) = endpoint {
        if use_fips {
            return Err(Unresolved::refused(
                "Invalid Configuration: FIPS and custom endpoint are not supported",
            ));
        }
        if use_dual_stack {
            return Err(Unresolved::refused(
                "Invalid Configuration: Dualstack and custom endpoint are not supported",
            ));
        }
        return Ok(Endpoint::new(endpoint));
    }
    if let Some(region) = region {
        let partition_result = rules::partition(region);
        if use_fips && use_dual_stack {
            if partition_result.supports_fips && partition_result.supports_dual_stack {
                return Ok(Endpoint::new(format!(
                    "https://kinesisvideo-fips.{region}.{}",
                    partition_result.dual_stack_dns_suffix
                )));
            }
            return Err(Unresolved::refused(
                "FIPS and DualStack are enabled, but this partition does not support one or both",
            ));
        }
        if use_fips {
            if partition_result.supports_fips {
                return Ok(Endpoint::new(format!(
                    "https://kinesisvideo-fips.{region}.{}",
                    partition_result.dns_suffix
                )));
            }
            return Err(Unresolved::refused(
                "FIPS is enabled but this partition does not support FIPS",
            ));
        }
        if use_dual_stack {
            if partition_result.supports_dual_stack {
                return Ok(Endpoint::new(format!(
                    "https://kinesisvideo.{region}.{}",
                    partition_result.dual_stack_dns_suffix
                )));
            }
            return Err(Unresolved::refused(
                "DualStack is enabled but this partition does not support DualStack",
            ));
        }
        return Ok(Endpoint::new(format!(
            "https://kinesisvideo.{region}.{}",
            partition_result.dns_suffix
        )));
    }
    Err(Unresolved::refused("Invalid Configuration: Missing Region"))
}
