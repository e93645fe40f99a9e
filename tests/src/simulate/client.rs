//! Calls in virtual time: the loop of a driver around the real machines.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use kvs_ureq::api::archived_media::{Exception, GetMediaForFragmentList};
use kvs_ureq::api::archived_media::{ListFragments, ListFragmentsOutput};
use kvs_ureq::api::protocol::{
    Call, Credentials, Error, Head, Interruption, Operation, Session, Settings, Target,
};
use kvs_ureq::archive::{Endpoints, Location};
use tokio::time::{Instant, sleep};

use super::world::{Flow, START, World, service_time};

/// A client, and the world that it lives in.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) world: RefCell<World>,
    session: RefCell<Session>,
    endpoints: RefCell<Endpoints>,
    token: Cell<u64>,
    /// Seconds by which its clock is ahead.
    skew: u64,
    begun: Instant,
}

impl Client {
    pub(super) fn new(world: World, seed: u64, skew: u64) -> Self {
        Self {
            world: RefCell::new(world),
            session: RefCell::new(Session::new(seed)),
            endpoints: RefCell::new(Endpoints::new(&Settings::new("eu-west-1"))),
            token: Cell::new(0),
            skew,
            begun: Instant::now(),
        }
    }

    /// Virtual time.
    pub(super) fn now(&self) -> SystemTime {
        START + self.begun.elapsed()
    }

    pub(super) async fn list(
        &self,
        list: ListFragments,
    ) -> Result<ListFragmentsOutput, Error<Exception>> {
        Ok(self.route(&list).await?.0)
    }

    pub(super) async fn open(
        &self,
        get: GetMediaForFragmentList,
    ) -> Result<Flow, Error<Exception>> {
        Ok(self.route(&get).await?.1)
    }

    pub(super) async fn piece(
        &self,
        flow: &mut Flow,
        max: usize,
    ) -> Result<Option<kvs_ureq::api::protocol::Bytes>, Interruption> {
        self.pass().await;
        self.world.borrow_mut().piece(flow, max)
    }

    /// What takes some milliseconds.
    async fn pass(&self) {
        let millis = self.world.borrow_mut().dice.below(30);
        sleep(Duration::from_millis(millis)).await;
    }

    async fn route<O: Operation>(
        &self,
        operation: &O,
    ) -> Result<(O::Output, Flow), Error<O::Error>> {
        loop {
            let location = self
                .endpoints
                .borrow()
                .locate(O::SERVICE, operation.route())
                .expect("the region is one");
            let (target, remembered) = match location {
                Location::Known { target, remembered } => (target, remembered),
                Location::Unknown(question) => {
                    let call = Call::new(question.operation(), Arc::clone(question.target()));
                    let call = call.map_err(Error::for_service)?;
                    let answer = self.call(call).await.map_err(Error::for_service)?.0;
                    let learned = self.endpoints.borrow_mut().learn(question, answer);
                    (learned.expect("an endpoint of the service"), false)
                }
            };
            let answer = self.attempt(operation, target).await;
            match answer {
                Err(error)
                    if remembered
                        && self
                            .endpoints
                            .borrow_mut()
                            .forget(operation.route(), &error) => {}
                done => return done,
            }
        }
    }

    async fn attempt<O: Operation>(
        &self,
        operation: &O,
        target: Arc<Target>,
    ) -> Result<(O::Output, Flow), Error<O::Error>> {
        self.call(Call::new(operation, target)?).await
    }

    async fn call<O: Operation>(
        &self,
        mut call: Call<O>,
    ) -> Result<(O::Output, Flow), Error<O::Error>> {
        loop {
            let clock = service_time(self.now()) + Duration::from_secs(self.skew);
            let credentials = Credentials::new("AKID", "secret");
            let credentials = credentials.with_session_token(format!("t{}", self.token.get()));
            let signed = call.sign(&credentials, &mut self.session.borrow_mut(), clock);
            let (request, waiting) = signed;
            self.pass().await;
            let answer = self.world.borrow_mut().answer(&request, self.now());
            let retry = match answer {
                Err(why) => waiting.interrupted(why, &mut self.session.borrow_mut(), clock)?,
                Ok((head, flow)) => {
                    let head = waiting.head(head, &mut self.session.borrow_mut(), clock)?;
                    match head {
                        Head::Streaming(output) => return Ok((output, flow)),
                        Head::Collect(collect) => return Ok((collect.finish(&flow.bytes)?, flow)),
                        Head::Refused(refused) => {
                            refused.finish(&flow.bytes, &mut self.session.borrow_mut())?
                        }
                    }
                }
            };
            if retry.refresh_credentials {
                self.token.set(self.world.borrow().token);
            }
            sleep(retry.after).await;
            call = retry.call;
        }
    }
}
