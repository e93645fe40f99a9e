//! Fragments, fetched as they are asked for.

use kvs_archive::api::archived_media::Exception;
use kvs_archive::api::protocol::Error;
use kvs_archive::mkv::Fragment;
use kvs_archive::{Export, Report, Step};

use crate::body::Body;
use crate::client::Client;

/// The fragments of a selection, in order, each once and whole; see [`Client::download`].
///
/// It ends after the last fragment, or after an error. Fragments that could not be had are no
/// error: [`report`](Self::report) names them.
#[derive(Debug)]
pub struct Download {
    client: Client,
    export: Export,
    /// The body that is being read.
    body: Option<Body>,
    failed: bool,
}

impl Download {
    pub(crate) fn new(client: Client, export: Export) -> Self {
        Self {
            client,
            export,
            body: None,
            failed: false,
        }
    }

    /// What has been done so far, and, after the last fragment, in all.
    pub fn report(&self) -> &Report {
        self.export.report()
    }

    fn advance(&mut self) -> Result<Option<Fragment>, Error<Exception>> {
        loop {
            match self.export.step() {
                Step::List(list) => self.export.listed(self.client.send(list))?,
                Step::Open(get) => {
                    let opened = self.client.open(get);
                    let opened = opened.map(|opened| self.body = Some(opened.body));
                    self.export.opened(opened)?;
                }
                Step::Read => {
                    let piece = match &mut self.body {
                        Some(body) => body.chunk(),
                        None => Ok(None),
                    };
                    if !matches!(piece, Ok(Some(_))) {
                        self.body = None;
                    }
                    self.export.read(piece)?;
                }
                Step::Wait(duration) => self.client.clock().sleep(duration),
                Step::Deliver(fragment) => return Ok(Some(*fragment)),
                Step::Done => return Ok(None),
            }
        }
    }
}

impl Iterator for Download {
    type Item = Result<Fragment, Error<Exception>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.advance().transpose();
        self.failed = matches!(next, Some(Err(_)));
        next
    }
}
