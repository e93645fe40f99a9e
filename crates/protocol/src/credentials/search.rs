//! The search as a machine: what it asks, and how it is told.
//!
//! The sources are written as `async` functions that await answers, so that the compiler writes
//! their states. No runtime is involved: a step polls once, and nothing wakes anything.

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use zeroize::Zeroizing;

use super::asker::{Asker, place};
use super::chain::{self, NoCredentials, Sources, Tried};
use super::keys::Credentials;
use crate::error::Interruption;
use crate::observe::Notice;

/// Something that the search needs to know, or to have done.
pub enum Ask {
    /// The value of a variable of the environment.
    Env(&'static str),
    /// The content of a file. One that is not there is [`Answer::Nothing`].
    File(PathBuf),
    /// What a program writes to its standard output, when it ends well. No shell is involved.
    Run {
        /// Its name or path.
        program: String,
        /// What it is started with.
        arguments: Vec<String>,
    },
    /// The answer to a request; redirects are not followed, and no more than [`Ask::LIMIT`] bytes of
    /// the body are read.
    Http {
        /// The request, with its full address.
        request: Request<Bytes>,
        /// How long it may take, the body included.
        within: Duration,
    },
    /// The same, from a client that shows a certificate.
    HttpMtls {
        /// The request, with its full address.
        request: Request<Bytes>,
        /// How long it may take, the body included.
        within: Duration,
        /// Who we are.
        identity: Identity,
    },
    /// That so much time has passed.
    Wait(Duration),
    /// That a file holds this, whole or not at all, and that nobody else can read it:
    /// [`Answer::stored`]. Its folder is there.
    Store {
        /// The file; there may be an older one.
        path: PathBuf,
        /// All that it is to hold. A secret.
        content: Zeroizing<Vec<u8>>,
    },
    /// That whoever watches the client has been [told](crate::observe::Observer::notice) of this.
    Tell(Notice),
}

impl Ask {
    /// How much of a file, of an answer, or of what a program writes is of interest.
    pub const LIMIT: usize = 1 << 20;
}

/// Shows neither bodies nor headers, which hold secrets.
impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => f.debug_tuple("Env").field(name).finish(),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Run { program, .. } => f.debug_tuple("Run").field(program).finish(),
            Self::Http { request, .. } => f.debug_tuple("Http").field(&place(request)).finish(),
            Self::HttpMtls { request, .. } => {
                f.debug_tuple("HttpMtls").field(&place(request)).finish()
            }
            Self::Wait(duration) => f.debug_tuple("Wait").field(duration).finish(),
            Self::Store { path, .. } => f.debug_tuple("Store").field(path).finish(),
            Self::Tell(notice) => f.debug_tuple("Tell").field(notice).finish(),
        }
    }
}

/// The certificate that a client shows, and its key, both in PEM.
pub struct Identity {
    /// The certificate, and those between it and the authority.
    pub certificate: Zeroizing<String>,
    /// Its private key.
    pub private_key: Zeroizing<String>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// What came of an [`Ask`].
pub enum Answer {
    /// There is no such variable or file; or the wait is over, and what was asked for is done.
    Nothing,
    /// The value, the content, or what was written.
    Text(Zeroizing<String>),
    /// The answer to a request, its body read up to the limit.
    Response(Response<Zeroizing<Vec<u8>>>),
    /// No answer to a request came.
    Interrupted(Interruption),
    /// It could not be had; why, for a person.
    Failed(String),
}

impl Answer {
    /// A text that was found.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Zeroizing::new(text.into()))
    }

    /// The content of a file, as it was read.
    pub fn content(read: std::io::Result<Vec<u8>>) -> Self {
        match read.map(|bytes| String::from_utf8(bytes).map(Zeroizing::new)) {
            Ok(Ok(text)) => Self::Text(text),
            Ok(Err(error)) => {
                // The bytes may be a secret, whatever they are encoded in.
                drop(Zeroizing::new(error.into_bytes()));
                Self::Failed("is not UTF-8".to_owned())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::Nothing,
            Err(error) => Self::Failed(format!("cannot be read: {error}")),
        }
    }

    /// What came of storing a file.
    pub fn stored(done: std::io::Result<()>) -> Self {
        match done {
            Ok(()) => Self::Nothing,
            Err(error) => Self::Failed(format!("cannot be written: {error}")),
        }
    }
}

/// Shows what kind of answer it is.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("Nothing"),
            Self::Text(_) => f.write_str("Text(…)"),
            Self::Response(response) => {
                f.debug_tuple("Response").field(&response.status()).finish()
            }
            Self::Interrupted(why) => f.debug_tuple("Interrupted").field(why).finish(),
            Self::Failed(why) => f.debug_tuple("Failed").field(why).finish(),
        }
    }
}

/// What a search comes to next.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it lives for a turn of a loop"
)]
pub enum Step {
    /// It needs to know something, and goes on with [`Search::answer`].
    Ask(Ask, Search),
    /// It is over.
    Done(Result<Credentials, NoCredentials>),
}

type Found = Result<Credentials, NoCredentials>;

/// A search that waits for an answer.
pub struct Search {
    exchange: Arc<Mutex<Exchange>>,
    states: Pin<Box<dyn Future<Output = Found> + Send>>,
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").finish_non_exhaustive()
    }
}

/// What passes between the search and its sources.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) now: SystemTime,
    pub(super) ask: Option<Ask>,
    pub(super) answer: Option<Answer>,
}

impl Sources {
    /// Begins a search. `now` is the service's time, as far as is known.
    pub fn search(self, now: SystemTime) -> Step {
        let exchange = Arc::new(Mutex::new(Exchange {
            now,
            ask: None,
            answer: None,
        }));
        let asker = Asker::new(Arc::clone(&exchange));
        let search = Search {
            exchange,
            states: Box::pin(chain::search(asker, self)),
        };
        search.go_on()
    }
}

impl Search {
    /// Goes on with what came of the last question.
    pub fn answer(self, answer: Answer, now: SystemTime) -> Step {
        let mut exchange = lock(&self.exchange);
        exchange.now = now;
        exchange.answer = Some(answer);
        drop(exchange);
        self.go_on()
    }

    fn go_on(mut self) -> Step {
        let polled = self
            .states
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        if let Poll::Ready(found) = polled {
            return Step::Done(found);
        }
        let ask = lock(&self.exchange).ask.take();
        match ask {
            Some(ask) => Step::Ask(ask, self),
            None => Step::Done(Err(NoCredentials {
                tried: vec![Tried::new("the search", "waits, and has asked nothing")],
            })),
        }
    }
}

pub(super) fn lock(exchange: &Mutex<Exchange>) -> MutexGuard<'_, Exchange> {
    exchange.lock().unwrap_or_else(PoisonError::into_inner)
}
