//! What an HTTP client of the SDK is handed when it makes a connector: of all that the SDK needs
//! for a call, time and sleep alone are asked of it.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthScheme, AuthSchemeEndpointConfig, AuthSchemeId, Sign,
};
use aws_smithy_runtime_api::client::endpoint::{
    EndpointFuture, EndpointResolverParams, ResolveEndpoint,
};
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityFuture, ResolveCachedIdentity, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::retries::{RetryStrategy, ShouldAttempt};
use aws_smithy_runtime_api::client::runtime_components::{
    BuildError, GetIdentityResolver, RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::ConfigBag;

const SCHEME: AuthSchemeId = AuthSchemeId::new("kvs-protocol");
const OURS: &str = "kvs-protocol signs, resolves and retries; connectors do not";

/// Components with a sleep and a time that are real, and a refusal in the place of everything that a
/// connector has no business with.
pub(crate) fn components(
    sleep: SharedAsyncSleep,
    time: SharedTimeSource,
    credentials: SharedCredentialsProvider,
) -> Result<RuntimeComponents, BuildError> {
    RuntimeComponentsBuilder::new("kvs-smithy")
        .with_sleep_impl(Some(sleep))
        .with_time_source(Some(time))
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME])))
        .with_auth_scheme(Elsewhere)
        .with_endpoint_resolver(Some(Elsewhere))
        .with_identity_cache(Some(Elsewhere))
        .with_identity_resolver(SCHEME, credentials)
        .with_retry_strategy(Some(Elsewhere))
        .build()
}

/// What `kvs-protocol` does itself.
#[derive(Debug)]
struct Elsewhere;

impl ResolveEndpoint for Elsewhere {
    fn resolve_endpoint<'a>(&'a self, _: &'a EndpointResolverParams) -> EndpointFuture<'a> {
        EndpointFuture::ready(Err(OURS.into()))
    }
}

impl ResolveCachedIdentity for Elsewhere {
    fn resolve_cached_identity<'a>(
        &'a self,
        _: SharedIdentityResolver,
        _: &'a RuntimeComponents,
        _: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        IdentityFuture::ready(Err(OURS.into()))
    }
}

impl RetryStrategy for Elsewhere {
    fn should_attempt_initial_request(
        &self,
        _: &RuntimeComponents,
        _: &ConfigBag,
    ) -> Result<ShouldAttempt, BoxError> {
        Err(OURS.into())
    }

    fn should_attempt_retry(
        &self,
        _: &InterceptorContext,
        _: &RuntimeComponents,
        _: &ConfigBag,
    ) -> Result<ShouldAttempt, BoxError> {
        Err(OURS.into())
    }
}

impl AuthScheme for Elsewhere {
    fn scheme_id(&self) -> AuthSchemeId {
        SCHEME
    }

    fn identity_resolver(&self, _: &dyn GetIdentityResolver) -> Option<SharedIdentityResolver> {
        None
    }

    fn signer(&self) -> &dyn Sign {
        self
    }
}

impl Sign for Elsewhere {
    fn sign_http_request(
        &self,
        _: &mut HttpRequest,
        _: &Identity,
        _: AuthSchemeEndpointConfig<'_>,
        _: &RuntimeComponents,
        _: &ConfigBag,
    ) -> Result<(), BoxError> {
        Err(OURS.into())
    }
}
