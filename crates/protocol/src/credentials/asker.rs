//! How sources ask: what they want to know, and when to ask again.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use zeroize::Zeroizing;

use super::search::{Answer, Ask, Exchange, Identity, lock};
use crate::error::InterruptionKind;
use crate::observe::Notice;

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
    pub(super) fn new(exchange: Arc<Mutex<Exchange>>) -> Self {
        Self(exchange)
    }

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

    /// Has a file written. Whether that worked changes nothing for the search, so whoever watches is
    /// told if it did not.
    pub(super) async fn store(&self, path: PathBuf, content: Zeroizing<Vec<u8>>) {
        let ask = Ask::Store {
            path: path.clone(),
            content,
        };
        if let Answer::Failed(why) = self.ask(ask).await {
            self.tell(Notice::NotStored { path, why }).await;
        }
    }

    pub(super) async fn tell(&self, notice: Notice) {
        self.ask(Ask::Tell(notice)).await;
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
    if authority.contains('@') {
        let host = uri.host().unwrap_or_default();
        let why = "must not hold a user name or password";
        return Err(failed(format_args!("the address at {host} {why}")));
    }
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
