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
use http::header::{HOST, HeaderValue};
use http::{Method, Request, Response, StatusCode, Uri};
use zeroize::Zeroizing;

use super::chain::{self, NoCredentials, Sources, Tried};
use super::keys::Credentials;
use crate::error::{Interruption, InterruptionKind};

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
    /// There is no such variable or file; or the wait is over.
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

#[derive(Debug)]
struct Exchange {
    now: SystemTime,
    ask: Option<Ask>,
    answer: Option<Answer>,
}

impl Sources {
    /// Begins a search. `now` is the service's time, as far as is known.
    pub fn search(self, now: SystemTime) -> Step {
        let exchange = Arc::new(Mutex::new(Exchange {
            now,
            ask: None,
            answer: None,
        }));
        let asker = Asker(Arc::clone(&exchange));
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

fn lock(exchange: &Mutex<Exchange>) -> MutexGuard<'_, Exchange> {
    exchange.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a source gave no credentials.
#[derive(Debug)]
pub(super) enum Stop {
    /// It is not set up here: the next one is tried.
    Absent(String),
    /// It is set up and does not work. The next one would be a surprise.
    Failed(String),
}

/// A source that was told to be the one, and is not there, has failed.
impl Stop {
    pub(super) fn failed(self) -> Self {
        match self {
            Self::Absent(why) | Self::Failed(why) => Self::Failed(why),
        }
    }
}

pub(super) fn failed(why: impl fmt::Display) -> Stop {
    Stop::Failed(why.to_string())
}

/// How long to try to reach a server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) within: Duration,
    pub(super) attempts: u32,
}

impl Patience {
    pub(super) const USUAL: Self = Self {
        within: Duration::from_secs(5),
        attempts: 3,
    };
}

/// The wait before the second attempt; it doubles with each further one.
const WAIT: Duration = Duration::from_millis(200);

/// An answer that came.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Zeroizing<Vec<u8>>,
}

impl Reply {
    pub(super) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap_or_default()
    }
}

/// The sources' end of the exchange.
pub(super) struct Asker(Arc<Mutex<Exchange>>);

impl Asker {
    /// The service's time.
    pub(super) fn now(&self) -> SystemTime {
        lock(&self.0).now
    }

    async fn ask(&self, ask: Ask) -> Answer {
        lock(&self.0).ask = Some(ask);
        std::future::poll_fn(|_| {
            let answer = lock(&self.0).answer.take();
            answer.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// A variable; one that is empty counts as not set.
    pub(super) async fn env(&self, name: &'static str) -> Option<Zeroizing<String>> {
        match self.ask(Ask::Env(name)).await {
            Answer::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Several variables, to be looked up by whoever wants to do so at once.
    pub(super) async fn envs(&self, names: &[&'static str]) -> Variables {
        let mut known = Vec::new();
        for name in names {
            known.push((*name, self.env(name).await));
        }
        Variables(known)
    }

    /// A file; `None` where there is none.
    pub(super) async fn file(&self, path: PathBuf) -> Result<Option<Zeroizing<String>>, Stop> {
        let name = path.display().to_string();
        match self.ask(Ask::File(path)).await {
            Answer::Text(text) => Ok(Some(text)),
            Answer::Nothing => Ok(None),
            Answer::Failed(why) => Err(Stop::Failed(format!("{name} {why}"))),
            _ => Err(unfit()),
        }
    }

    /// A file that has to be there.
    pub(super) async fn needed(&self, path: PathBuf) -> Result<Zeroizing<String>, Stop> {
        let name = path.display().to_string();
        let text = self.file(path).await?;
        text.ok_or_else(|| Stop::Failed(format!("{name} is not there")))
    }

    pub(super) async fn run(
        &self,
        program: String,
        arguments: Vec<String>,
    ) -> Result<Zeroizing<String>, Stop> {
        match self.ask(Ask::Run { program, arguments }).await {
            Answer::Text(text) => Ok(text),
            Answer::Failed(why) => Err(Stop::Failed(why)),
            _ => Err(unfit()),
        }
    }

    /// The answer to a request, which is sent again where that may help.
    pub(super) async fn http(
        &self,
        request: &Request<Bytes>,
        patience: Patience,
    ) -> Result<Reply, Stop> {
        let within = patience.within;
        let ask = || Ask::Http {
            request: request.clone(),
            within,
        };
        self.attempts(request, patience.attempts, ask).await
    }

    /// The same, from a client that shows a certificate.
    pub(super) async fn mtls(
        &self,
        request: &Request<Bytes>,
        identity: &Identity,
    ) -> Result<Reply, Stop> {
        let ask = || Ask::HttpMtls {
            request: request.clone(),
            within: Patience::USUAL.within,
            identity: Identity {
                certificate: identity.certificate.clone(),
                private_key: identity.private_key.clone(),
            },
        };
        self.attempts(request, Patience::USUAL.attempts, ask).await
    }

    async fn attempts(
        &self,
        request: &Request<Bytes>,
        attempts: u32,
        ask: impl Fn() -> Ask,
    ) -> Result<Reply, Stop> {
        let mut attempt: u32 = 1;
        loop {
            let answer = self.ask(ask()).await;
            let again = match &answer {
                Answer::Interrupted(why) => why.kind != InterruptionKind::Refused,
                Answer::Response(response) => {
                    let status = response.status();
                    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
                }
                _ => false,
            };
            if again && attempt < attempts {
                let doubled = 2u32.saturating_pow(attempt.saturating_sub(1));
                self.ask(Ask::Wait(WAIT.saturating_mul(doubled))).await;
                attempt = attempt.saturating_add(1);
                continue;
            }
            return match answer {
                Answer::Response(response) => Ok(Reply {
                    status: response.status(),
                    body: response.into_body(),
                }),
                Answer::Interrupted(why) => Err(failed(format_args!("{}: {why}", place(request)))),
                Answer::Failed(why) => Err(failed(format_args!("{}: {why}", place(request)))),
                Answer::Nothing | Answer::Text(_) => Err(unfit()),
            };
        }
    }
}

/// Variables of the environment, as they were found.
pub(super) struct Variables(Vec<(&'static str, Option<Zeroizing<String>>)>);

impl Variables {
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let (_, value) = self.0.iter().find(|(known, _)| *known == name)?;
        value.as_ref().map(|value| value.to_string())
    }
}

fn unfit() -> Stop {
    failed("was told something else than it had asked")
}

/// A request without a body.
pub(super) fn request(method: Method, uri: Uri) -> Result<Request<Bytes>, Stop> {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let host = HeaderValue::from_str(authority).map_err(failed)?;
    let mut request = Request::new(Bytes::new());
    request.headers_mut().insert(HOST, host);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    Ok(request)
}

/// Where a request goes, as far as it may be shown.
pub(super) fn place(request: &Request<Bytes>) -> String {
    let uri = request.uri();
    let scheme = uri.scheme_str().unwrap_or("http");
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    format!("{scheme}://{authority}{}", uri.path())
}
