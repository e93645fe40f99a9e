//! Which endpoint serves which API of which stream.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, StatusCode};
use kvs_api::protocol::retry::RetryPolicy;
use kvs_api::protocol::rules::{BuiltIns, Partition};
use kvs_api::protocol::{
    Error, ErrorKind, InterruptionKind, Invalid, Malformed, Observer, Origin, Route, Service,
    Settings, Target,
};
use kvs_api::video::{ApiName, GetDataEndpoint, GetDataEndpointOutput};

/// The endpoints of one client: each API of each stream has one of its own, which the control
/// service tells and which is kept until it fails.
///
/// What sends an operation there is [`Dispatch`](crate::Dispatch).
#[derive(Debug)]
pub struct Endpoints {
    region: String,
    configured: Option<Origin>,
    /// Stand for what would be discovered, by the id of the service.
    configured_data: BTreeMap<&'static str, Origin>,
    use_fips: bool,
    use_dual_stack: bool,
    retry: RetryPolicy,
    deadline: Option<Duration>,
    observer: Option<Arc<dyn Observer>>,
    user_agent: Option<HeaderValue>,
    app_id: Option<String>,
    known: BTreeMap<Place, Arc<Target>>,
}

/// What an endpoint is good for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    api: &'static str,
    resource: String,
}

/// Where an operation goes.
#[derive(Debug)]
pub(crate) enum Location {
    /// There.
    Known {
        /// The endpoint.
        target: Arc<Target>,
        /// Whether it was discovered for an earlier call, and so may be out of date.
        remembered: bool,
    },
    /// Nobody knows until the control service has answered this.
    Unknown(Question),
}

/// What the control service is asked.
#[derive(Debug)]
pub struct Question {
    place: Place,
    operation: GetDataEndpoint,
    target: Arc<Target>,
}

impl Question {
    /// The operation to send.
    pub(crate) fn operation(&self) -> &GetDataEndpoint {
        &self.operation
    }

    /// Where it goes: to the control service.
    pub(crate) fn target(&self) -> &Arc<Target> {
        &self.target
    }
}

impl Endpoints {
    /// Knows no endpoint yet. An endpoint in the settings stands for the control service.
    pub fn new(settings: &Settings) -> Self {
        Self {
            region: settings.region.clone(),
            configured: settings.endpoint_url.clone(),
            configured_data: settings.service_urls.clone(),
            use_fips: settings.use_fips_endpoint,
            use_dual_stack: settings.use_dualstack_endpoint,
            retry: settings.retry.clone(),
            deadline: None,
            observer: None,
            user_agent: None,
            app_id: settings.app_id.clone(),
            known: BTreeMap::new(),
        }
    }

    /// The same with another retry policy for all calls.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// The same with a deadline for each call.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same with someone who is told what happens to each call.
    #[must_use]
    pub fn with_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Who is told what happens to each call.
    pub fn observer(&self) -> Option<Arc<dyn Observer>> {
        self.observer.clone()
    }

    /// When calls are sent again.
    pub fn retry(&self) -> &RetryPolicy {
        &self.retry
    }

    /// The same with another `User-Agent`.
    #[must_use]
    pub fn with_user_agent(mut self, user_agent: HeaderValue) -> Self {
        self.user_agent = Some(user_agent);
        self
    }

    /// Where an operation of `service` goes.
    ///
    /// # Errors
    /// [`Invalid`] when the region is not the name of one, or when there is no endpoint for the
    /// settings, as for FIPS at an endpoint that was configured.
    pub(crate) fn locate(&self, service: &Service, route: Route<'_>) -> Result<Location, Invalid> {
        let Route::Discovered { api, resource } = route else {
            return Ok(Location::Known {
                target: self.control(service)?,
                remembered: false,
            });
        };
        if let Some(origin) = self.configured_data.get(service.id) {
            let mut target = Target::new(origin.clone(), &self.region, service);
            self.configure(&mut target);
            return Ok(Location::Known {
                target: Arc::new(target),
                remembered: false,
            });
        }
        let place = Place {
            api,
            resource: resource.to_owned(),
        };
        if let Some(target) = self.known.get(&place) {
            return Ok(Location::Known {
                target: Arc::clone(target),
                remembered: true,
            });
        }
        let (stream_name, stream_arn) = crate::selection::name_or_arn(resource);
        Ok(Location::Unknown(Question {
            place,
            operation: GetDataEndpoint {
                stream_name,
                stream_arn,
                api_name: Some(ApiName::from(api)),
            },
            target: self.control(service)?,
        }))
    }

    /// Takes the answer to a question; gives the endpoint of the call that waits for it.
    ///
    /// # Errors
    /// [`Malformed`] when the answer is no endpoint, or one that must not be trusted with signed
    /// requests: only HTTPS at AWS's own domains is, and the origin that the caller configured.
    pub(crate) fn learn(
        &mut self,
        question: Question,
        answer: GetDataEndpointOutput,
    ) -> Result<Arc<Target>, Malformed> {
        let malformed = |problem: String| Malformed::new("DataEndpoint", problem);
        let endpoint = answer
            .data_endpoint
            .ok_or_else(|| malformed("is missing".to_owned()))?;
        let origin: Origin = endpoint
            .parse()
            .map_err(|e: Invalid| malformed(e.problem))?;
        if !self.trusts(&origin) {
            return Err(malformed(format!(
                "is neither HTTPS at a domain of AWS nor the endpoint that was configured: {origin}"
            )));
        }
        let target = Arc::new(Target {
            origin,
            ..Target::clone(&question.target)
        });
        self.known.insert(question.place, Arc::clone(&target));
        Ok(target)
    }

    /// Drops the endpoint of `route` that was `used`, if `error` may come from its being out of date;
    /// a newer one that another call has learned meanwhile stays. True when it may: then
    /// [`locate`](Self::locate) knows better, or asks anew.
    pub(crate) fn forget<E>(
        &mut self,
        route: Route<'_>,
        used: &Arc<Target>,
        error: &Error<E>,
    ) -> bool {
        let Route::Discovered { api, resource } = route else {
            return false;
        };
        let is_out_of_date = match &error.kind {
            ErrorKind::Refused(refusal) => {
                matches!(
                    refusal.status,
                    StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED
                )
            }
            ErrorKind::Interrupted(why) => why.kind == InterruptionKind::Connect,
            _ => false,
        };
        let place = Place {
            api,
            resource: resource.to_owned(),
        };
        let known = self.known.get(&place);
        if is_out_of_date && known.is_some_and(|known| Arc::ptr_eq(known, used)) {
            self.known.remove(&place);
        }
        is_out_of_date
    }

    fn control(&self, service: &Service) -> Result<Arc<Target>, Invalid> {
        let configured = self.configured.as_ref().map(Origin::to_string);
        let built_ins = BuiltIns {
            region: Some(&self.region),
            use_fips: self.use_fips,
            use_dual_stack: self.use_dual_stack,
            endpoint: configured.as_deref(),
        };
        let mut target = Target::resolve(service, built_ins)?;
        self.configure(&mut target);
        Ok(Arc::new(target))
    }

    fn configure(&self, target: &mut Target) {
        target.retry = self.retry.clone();
        target.deadline = self.deadline;
        target.observer = self.observer.clone();
        if let Some(user_agent) = &self.user_agent {
            target.user_agent = user_agent.clone();
        }
        if let (Some(id), Ok(ours)) = (&self.app_id, target.user_agent.to_str()) {
            let named = HeaderValue::from_str(&format!("{ours} app/{id}"));
            target.user_agent = named.unwrap_or_else(|_| target.user_agent.clone());
        }
    }

    fn trusts(&self, origin: &Origin) -> bool {
        let configured = self.configured.as_ref();
        if configured.is_some_and(|configured| configured.same_place(origin)) {
            return true;
        }
        let host = origin.host().to_ascii_lowercase();
        let is_below = |suffix: &str| {
            let name = host.strip_suffix(suffix);
            name.is_some_and(|name| name.ends_with('.'))
        };
        let mut partitions = Partition::all().iter();
        let is_of_aws =
            partitions.any(|one| is_below(one.dns_suffix) || is_below(one.dual_stack_dns_suffix));
        origin.is_https() && is_of_aws
    }
}

#[cfg(test)]
mod tests;
