//! The way of an operation to its endpoint.

use std::sync::Arc;

use kvs_api::protocol::{Call, Error, ErrorKind, Operation, Session, Target};
use kvs_api::video::{Exception, GetDataEndpoint, GetDataEndpointOutput};

use crate::endpoints::{Endpoints, Location, Question};

/// An operation on its way: to its endpoint, which the control service may have to be asked for, and
/// once more to a new one if that was out of date.
///
/// The loop around it sends what [`step`](Self::step) says, until a call of the operation itself has
/// come to an end that [`is_to_move`](Self::is_to_move) does not object to.
///
/// ```
/// use kvs_archive::api::archived_media::ListFragments;
/// use kvs_archive::api::protocol::{Session, Settings};
/// use kvs_archive::{Dispatch, DispatchStep, Endpoints};
///
/// let endpoints = Endpoints::new(&Settings::new("eu-west-1"));
/// let list = ListFragments { stream_name: Some("door".into()), ..Default::default() };
/// let mut dispatch = Dispatch::new(&list, &mut Session::new(7));
/// let DispatchStep::Ask { call, .. } = dispatch.step(&endpoints)? else {
///     unreachable!("nothing is known yet")
/// };
/// assert_eq!(call.operation().stream_name, list.stream_name);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Dispatch<'o, O> {
    operation: &'o O,
    /// One for all calls, for a repeat is what it tells.
    token: String,
    checks_input: bool,
    endpoint: Known,
}

/// What is known of the endpoint.
#[derive(Debug)]
enum Known {
    /// As much as [`Endpoints`] know.
    Somewhere,
    /// Told by the control service for this very operation.
    New(Arc<Target>),
    /// In use.
    InUse,
    /// In use, remembered from an earlier operation, and perhaps out of date.
    Remembered(Arc<Target>),
    /// As much as [`Endpoints`] know, now that the one which was remembered has failed.
    Moved,
}

/// What is to be sent.
#[derive(Debug)]
pub enum DispatchStep<'o, O: Operation> {
    /// Nobody knows the endpoint: this, the answer to which goes to [`Dispatch::learn`].
    Ask {
        /// What the answer is to.
        question: Question,
        /// The question as a call.
        call: Call<GetDataEndpoint>,
    },
    /// The operation.
    Send(Call<&'o O>),
}

impl<'o, O: Operation> Dispatch<'o, O> {
    /// Puts an operation on its way. What breaks a rule of the service's model is not sent.
    pub fn new(operation: &'o O, session: &mut Session) -> Self {
        Self {
            operation,
            token: session.token(),
            checks_input: true,
            endpoint: Known::Somewhere,
        }
    }

    /// The same, with rules of the model checked or left to the service. What cannot be sent at all
    /// is refused either way.
    #[must_use]
    pub fn with_input_checked(mut self, is_checked: bool) -> Self {
        self.checks_input = is_checked;
        self
    }

    /// What is to be sent next.
    ///
    /// # Errors
    /// What stops the operation before it leaves the machine: [`ErrorKind::Invalid`] and
    /// [`ErrorKind::Violations`].
    pub fn step(&mut self, endpoints: &Endpoints) -> Result<DispatchStep<'o, O>, Error<O::Error>> {
        let has_moved = match std::mem::replace(&mut self.endpoint, Known::InUse) {
            Known::New(target) => return Ok(DispatchStep::Send(self.call(target)?)),
            Known::Moved => true,
            Known::Somewhere | Known::InUse | Known::Remembered(_) => false,
        };
        let location = endpoints.locate(O::SERVICE, self.operation.route());
        match location.map_err(|invalid| Error::unsent(O::NAME, ErrorKind::Invalid(invalid)))? {
            Location::Known { target, remembered } => {
                // One is as good as the other for a second time: it was just learned.
                if remembered && !has_moved {
                    self.endpoint = Known::Remembered(Arc::clone(&target));
                }
                Ok(DispatchStep::Send(self.call(target)?))
            }
            Location::Unknown(question) => {
                if has_moved {
                    self.endpoint = Known::Moved;
                }
                // What cannot be sent need not be located.
                self.call(Arc::clone(question.target()))?;
                let call = Call::new(question.operation().clone(), Arc::clone(question.target()));
                let call = call.map_err(Error::for_service)?;
                Ok(DispatchStep::Ask { question, call })
            }
        }
    }

    /// Takes what came of a question.
    ///
    /// # Errors
    /// Why the operation has nowhere to go: the question failed, or its answer is no endpoint that
    /// may be trusted with signed requests.
    pub fn learn(
        &mut self,
        question: Question,
        answer: Result<GetDataEndpointOutput, Error<Exception>>,
        endpoints: &mut Endpoints,
    ) -> Result<(), Error<O::Error>> {
        let learned = endpoints.learn(question, answer.map_err(Error::for_service)?);
        let target = learned.map_err(|malformed| {
            let kind = ErrorKind::Malformed(malformed);
            Error::<Exception>::unsent(GetDataEndpoint::NAME, kind).for_service()
        })?;
        self.endpoint = Known::New(target);
        Ok(())
    }

    /// Whether the operation failed for its endpoint being out of date, and is to take another
    /// [`step`](Self::step).
    pub fn is_to_move(&mut self, error: &Error<O::Error>, endpoints: &mut Endpoints) -> bool {
        let Known::Remembered(used) = &self.endpoint else {
            return false;
        };
        let is_to_move = endpoints.forget(self.operation.route(), used, error);
        if is_to_move {
            self.endpoint = Known::Moved;
        }
        is_to_move
    }

    fn call(&self, target: Arc<Target>) -> Result<Call<&'o O>, Error<O::Error>> {
        let call = Call::with_token(self.operation, target, &self.token)?;
        if self.checks_input {
            return call.checked();
        }
        Ok(call)
    }
}

#[cfg(test)]
mod tests;
