//! Searches in a world that is made up.

mod chain;
mod characters;
mod hosts;
mod profiles;
mod secrets;
mod sso;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use zeroize::Zeroizing;

use super::{Answer, Ask, Credentials, NoCredentials, Sources, Step};
use crate::error::{Interruption, InterruptionKind};

/// What there is in the world, and what of it was asked for.
#[derive(Default)]
struct World {
    env: BTreeMap<&'static str, String>,
    files: BTreeMap<PathBuf, String>,
    /// What a program writes, or why it does not.
    program: Option<Result<String, String>>,
    /// Answers to requests, in order; nobody answers after the last one.
    replies: VecDeque<(u16, String)>,
    requests: Vec<Request<Bytes>>,
    commands: Vec<Vec<String>>,
    identities: Vec<String>,
    waits: Vec<Duration>,
    /// Why files cannot be written.
    is_read_only: Option<String>,
    stored: Vec<PathBuf>,
    notices: Vec<String>,
}

impl World {
    /// With variables, and a home.
    fn with(env: &[(&'static str, &str)]) -> Self {
        let mut world = Self::default();
        world.env.insert("HOME", "/home/x".to_owned());
        for (name, value) in env {
            world.env.insert(name, (*value).to_owned());
        }
        world
    }

    /// With a config file, and without instance metadata.
    fn with_config(config: &str) -> Self {
        let world = Self::with(&[("AWS_EC2_METADATA_DISABLED", "true")]);
        world.file("/home/x/.aws/config", config)
    }

    fn file(mut self, path: &str, content: &str) -> Self {
        self.files.insert(PathBuf::from(path), content.to_owned());
        self
    }

    fn set(mut self, name: &'static str, value: &str) -> Self {
        self.env.insert(name, value.to_owned());
        self
    }

    fn reply(mut self, status: u16, body: &str) -> Self {
        self.replies.push_back((status, body.to_owned()));
        self
    }

    fn search(&mut self) -> Result<Credentials, NoCredentials> {
        self.search_in(Sources::new("eu-west-1"))
    }

    fn search_in(&mut self, sources: Sources) -> Result<Credentials, NoCredentials> {
        self.search_at(sources, now())
    }

    fn search_at(
        &mut self,
        sources: Sources,
        now: SystemTime,
    ) -> Result<Credentials, NoCredentials> {
        let mut step = sources.search(now);
        loop {
            step = match step {
                Step::Ask(ask, search) => search.answer(self.answer(ask), now),
                Step::Done(found) => return found,
            }
        }
    }

    fn answer(&mut self, ask: Ask) -> Answer {
        match ask {
            Ask::Env(name) => self.env.get(name).map_or(Answer::Nothing, Answer::text),
            Ask::File(path) => self.files.get(&path).map_or(Answer::Nothing, Answer::text),
            Ask::Run { program, arguments } => {
                let mut words = vec![program];
                words.extend(arguments);
                self.commands.push(words);
                match self.program.clone() {
                    Some(Ok(written)) => Answer::text(written),
                    Some(Err(why)) => Answer::Failed(why),
                    None => Answer::Failed("cannot be run".to_owned()),
                }
            }
            Ask::Http { request, .. } => self.fetch(request),
            Ask::HttpMtls {
                request, identity, ..
            } => {
                let [certificate, key] = [&identity.certificate, &identity.private_key];
                self.identities
                    .push(format!("{} {}", certificate.as_str(), key.as_str()));
                self.fetch(request)
            }
            Ask::Wait(duration) => {
                self.waits.push(duration);
                Answer::Nothing
            }
            Ask::Store { path, content } => match &self.is_read_only {
                Some(why) => Answer::Failed(why.clone()),
                None => {
                    let content = String::from_utf8(content.to_vec()).unwrap();
                    self.files.insert(path.clone(), content);
                    self.stored.push(path);
                    Answer::Nothing
                }
            },
            Ask::Tell(notice) => {
                self.notices.push(notice.to_string());
                Answer::Nothing
            }
        }
    }

    fn fetch(&mut self, request: Request<Bytes>) -> Answer {
        self.requests.push(request);
        match self.replies.pop_front() {
            Some((status, body)) => {
                let body = Zeroizing::new(body.into_bytes());
                let response = Response::builder().status(status).body(body);
                Answer::Response(response.unwrap())
            }
            None => {
                let detail = "nobody is there";
                Answer::Interrupted(Interruption::new(InterruptionKind::Connect, detail))
            }
        }
    }

    /// The requests, as `GET http://host/path`.
    fn requested(&self) -> Vec<String> {
        let requests = self.requests.iter();
        requests
            .map(|request| format!("{} {}", request.method(), request.uri()))
            .collect()
    }

    fn header(&self, request: usize, name: &str) -> Option<&str> {
        self.requests[request].headers().get(name)?.to_str().ok()
    }

    fn body(&self, request: usize) -> String {
        String::from_utf8(self.requests[request].body().to_vec()).unwrap()
    }
}

/// 24 November 2026, 12:00.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_521_600)
}

const EXPIRATION: &str = "2026-11-24T18:00:00Z";

fn expiration() -> SystemTime {
    now() + Duration::from_secs(6 * 3_600)
}

/// The document of containers and instances.
fn document(id: &str) -> String {
    format!(
        r#"{{"Code":"Success","AccessKeyId":"{id}","SecretAccessKey":"s3cret","Token":"t0ken","Expiration":"{EXPIRATION}"}}"#
    )
}

/// What STS answers with.
fn assumed(action: &str, id: &str) -> String {
    format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>\n\
         <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser>\n\
         <Credentials>\n<AccessKeyId>{id}</AccessKeyId>\n\
         <SecretAccessKey>s3cret</SecretAccessKey>\n<SessionToken>t0ken</SessionToken>\n\
         <Expiration>{EXPIRATION}</Expiration>\n</Credentials></{action}Result></{action}Response>"
    )
}

/// What all of the temporary credentials in these tests are.
fn temporary(id: &str) -> Credentials {
    Credentials::new(id, "s3cret")
        .with_session_token("t0ken")
        .expiring_at(expiration())
}

fn told(found: Result<Credentials, NoCredentials>) -> String {
    found.unwrap_err().to_string()
}
