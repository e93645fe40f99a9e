//! Bodies of answers: counted as they go to the socket, and broken where that is asked for.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::faults::{Breaks, Plan};
use crate::log::Exchange;
use crate::media::Media;

/// The body of one answer.
#[derive(Debug)]
pub(crate) struct AnswerBody {
    content: Content,
    exchange: Arc<Exchange>,
    breakage: Option<Breakage>,
}

/// What an answer holds.
#[derive(Debug)]
pub(crate) enum Content {
    Whole(Bytes),
    Media(Media),
}

impl Content {
    /// Makes its fragments others, where it has any.
    pub(crate) fn disturb(&mut self, plan: &Plan) {
        if let Self::Media(media) = self {
            media.disturb(plan);
        }
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        match self {
            Self::Whole(bytes) => {
                let whole = std::mem::take(bytes);
                Poll::Ready(Some(whole).filter(|whole| !whole.is_empty()))
            }
            Self::Media(media) => media.poll_piece(cx),
        }
    }
}

impl AnswerBody {
    pub(crate) fn new(content: Content, exchange: Exchange, breaks: Option<Breaks>) -> Self {
        Self {
            content,
            exchange: Arc::new(exchange),
            breakage: breaks.map(Breakage::new),
        }
    }
}

impl Body for AnswerBody {
    type Data = Counted;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Counted>, io::Error>>> {
        let this = &mut *self;
        if let Some(breakage) = &mut this.breakage
            && breakage.left == 0
        {
            return breakage
                .poll_end(&this.exchange, cx)
                .map(|error| Some(Err(error)));
        }
        let next = ready!(this.content.poll_piece(cx));
        let counted = next.map(|mut bytes| {
            if let Some(breakage) = &mut this.breakage {
                breakage.let_through(&mut bytes);
            }
            Counted {
                bytes,
                exchange: Arc::clone(&this.exchange),
            }
        });
        Poll::Ready(counted.map(|piece| Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            // Sent in chunks, as the service does.
            Content::Media(_) => SizeHint::default(),
        }
    }
}

/// A body that breaks.
#[derive(Debug)]
struct Breakage {
    breaks: Breaks,
    left: u64,
    drained: Option<Pin<Box<Sleep>>>,
}

impl Breakage {
    /// What has been written is on its way after that, unless the client does not read.
    const DRAIN: Duration = Duration::from_millis(1);

    fn new(breaks: Breaks) -> Self {
        Self {
            left: breaks.after,
            breaks,
            drained: None,
        }
    }

    fn let_through(&mut self, bytes: &mut Bytes) {
        bytes.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left = self.left.saturating_sub(bytes.len() as u64);
    }

    /// Ends the connection when all has gone to the socket: hyper drops what has not.
    fn poll_end(&mut self, exchange: &Exchange, cx: &mut Context<'_>) -> Poll<io::Error> {
        if !self.breaks.ends {
            return Poll::Pending;
        }
        loop {
            let drained = self
                .drained
                .get_or_insert_with(|| Box::pin(sleep(Self::DRAIN)));
            ready!(drained.as_mut().poll(cx));
            self.drained = None;
            if exchange.has_written(self.breaks.after) {
                return Poll::Ready(io::Error::other("cut, as was asked for"));
            }
        }
    }
}

/// A piece of a body that counts what of it went to the socket: hyper advances it by as much as
/// the socket took.
#[derive(Debug)]
pub(crate) struct Counted {
    bytes: Bytes,
    exchange: Arc<Exchange>,
}

impl Buf for Counted {
    fn remaining(&self) -> usize {
        self.bytes.len()
    }

    fn chunk(&self) -> &[u8] {
        &self.bytes
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        self.exchange.wrote(count);
    }
}
