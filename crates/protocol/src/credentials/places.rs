//! Where the services are that give credentials.

use std::path::PathBuf;

use super::asker::{Stop, failed};
use super::chain::Context;
use crate::endpoint::Target;
use crate::operation::Service;
use crate::rules::{self, BuiltIns, Endpoint, Unresolved};
use crate::settings::{SHARED_FILES, configured_endpoint, home_folder};

/// The endpoint of a service that gives credentials, by its prefix. In GovCloud the usual one is the
/// one with FIPS, as the rules of STS and of both services of single sign-on have it.
pub(super) fn endpoint(prefix: &str, built_ins: BuiltIns<'_>) -> Result<Endpoint, Unresolved> {
    let is_usual = built_ins.endpoint.is_none()
        && !built_ins.use_dual_stack
        && built_ins
            .region
            .is_some_and(|region| rules::partition(region).name == "aws-us-gov");
    let use_fips = built_ins.use_fips && !is_usual;
    rules::by_prefix(
        prefix,
        BuiltIns {
            use_fips,
            ..built_ins
        },
    )
}

impl Context {
    /// A service in the region of the calls.
    pub(super) async fn target(&self, service: &Service) -> Result<Target, Stop> {
        self.target_in(service, &self.sources.region).await
    }

    /// A service in another region; a configured endpoint stands for any.
    pub(super) async fn target_in(&self, service: &Service, region: &str) -> Result<Target, Stop> {
        let configured = self.configured(service).await;
        let built_ins = BuiltIns {
            region: Some(region),
            use_fips: self.sources.use_fips_endpoint,
            use_dual_stack: self.sources.use_dualstack_endpoint,
            endpoint: configured.as_deref(),
        };
        Target::resolve(service, built_ins)
            .map_err(|invalid| failed(format_args!("{}: {invalid}", service.id)))
    }

    async fn configured(&self, service: &Service) -> Option<String> {
        const NAMES: [&str; 5] = [
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_STS",
            "AWS_ENDPOINT_URL_SSO",
            "AWS_ENDPOINT_URL_SSO_OIDC",
        ];
        let known = self.asker.envs(&NAMES).await;
        let env = |name: &str| known.get(name);
        configured_endpoint(&env, &self.profiles, &self.profile, service.id)
    }

    /// Where the person's own files are.
    pub(super) async fn home(&self) -> Option<PathBuf> {
        let known = self.asker.envs(&SHARED_FILES).await;
        home_folder(&|name| known.get(name))
    }
}
