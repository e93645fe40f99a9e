//! Calls in virtual time: the loop of a driver around the real machines.

use std::cell::{Cell, RefCell};
use std::time::{Duration, SystemTime};

use kvs_ureq::api::archived_media::{Exception, GetMediaForFragmentList};
use kvs_ureq::api::archived_media::{ListFragments, ListFragmentsOutput};
use kvs_ureq::api::protocol::{
    Call, Credentials, Error, Head, Interruption, Operation, Session, Settings,
};
use kvs_ureq::archive::{Dispatch, DispatchStep, Endpoints};
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

    /// That of a program which is started again in the same world.
    pub(super) fn restarted(self, seed: u64) -> Self {
        Self {
            session: RefCell::new(Session::new(seed)),
            endpoints: RefCell::new(Endpoints::new(&Settings::new("eu-west-1"))),
            token: Cell::new(0),
            ..self
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
        let mut dispatch = Dispatch::new(operation, &mut self.session.borrow_mut());
        loop {
            let step = dispatch.step(&self.endpoints.borrow())?;
            match step {
                DispatchStep::Ask { question, call } => {
                    let answer = self.call(call).await.map(|(output, _)| output);
                    dispatch.learn(question, answer, &mut self.endpoints.borrow_mut())?;
                }
                DispatchStep::Send(call) => match self.call(call).await {
                    Err(error) if dispatch.is_to_move(&error, &mut self.endpoints.borrow_mut()) => {
                    }
                    done => return done,
                },
            }
        }
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
