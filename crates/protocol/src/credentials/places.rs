//! Where the services are that give credentials.

use std::path::PathBuf;

use super::asker::{Stop, failed};
use super::chain::Context;
use crate::endpoint::Target;
use crate::operation::Service;
use crate::rules::BuiltIns;
use crate::settings::{SHARED_FILES, configured_endpoint, home_folder};

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
