//! Media on its way: written piece by piece, in the sizes in which the service writes it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use kvs_api::protocol::Timestamp;
use kvs_mkv::{FragmentNumber, InBandError, payload};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::faults::Plan;
use crate::quotas::Connection;
use crate::recording::{self, Recording};
use crate::shuffle::Random;

/// Where media is from that is yet to be written.
#[derive(Debug)]
enum Source {
    Listed {
        recording: Arc<Recording>,
        /// What was stored then or earlier is not there.
        expired: Timestamp,
        wanted: VecDeque<Wanted>,
    },
    /// What somebody sends, until they end.
    Sent(mpsc::Receiver<Vec<Bytes>>),
    Nowhere,
}

/// A fragment, or what is sent in its place.
#[derive(Debug, Clone)]
enum Wanted {
    Fragment(FragmentNumber),
    Error(FragmentNumber, InBandError),
}

/// The media of a list of fragments. Each is written when its turn comes.
#[derive(Debug)]
pub(crate) struct Media {
    source: Source,
    written: VecDeque<Bytes>,
    /// Of pieces; as they come where there are none.
    sizes: Option<Sizes>,
    pace: Option<Pace>,
    /// Counted for as long as the body is under way.
    _connection: Option<Connection>,
}

impl Media {
    /// The media of the fragments `wanted`, in that order, at `rate` bytes a second at most.
    pub(crate) fn new(
        recording: Arc<Recording>,
        expired: Timestamp,
        wanted: Vec<FragmentNumber>,
        rate: Option<u64>,
    ) -> Self {
        let wanted = wanted.into_iter().map(Wanted::Fragment).collect();
        let source = Source::Listed {
            recording,
            expired,
            wanted,
        };
        Self::of(source, VecDeque::new(), rate)
    }

    /// Media that is written already.
    pub(crate) fn written(pieces: VecDeque<Bytes>, rate: Option<u64>) -> Self {
        Self::of(Source::Nowhere, pieces, rate)
    }

    /// Media as it is sent.
    pub(crate) fn sent(pieces: mpsc::Receiver<Vec<Bytes>>, rate: Option<u64>) -> Self {
        Self::of(Source::Sent(pieces), VecDeque::new(), rate)
    }

    /// Lines as they are told.
    pub(crate) fn told(lines: mpsc::Receiver<Vec<Bytes>>) -> Self {
        Self {
            sizes: None,
            ..Self::sent(lines, None)
        }
    }

    fn of(source: Source, written: VecDeque<Bytes>, rate: Option<u64>) -> Self {
        Self {
            source,
            written,
            sizes: Some(Sizes(Random::new(0))),
            pace: rate.map(Pace::new),
            _connection: None,
        }
    }

    /// The same, counted as a connection.
    pub(crate) fn over(self, connection: Option<Connection>) -> Self {
        Self {
            _connection: connection,
            ..self
        }
    }

    pub(crate) fn disturb(&mut self, plan: &Plan) {
        let Source::Listed { wanted, .. } = &mut self.source else {
            return;
        };
        let mut dice = Random::new(plan.dice);
        let count = wanted.len();
        let mut draw = |most: usize| {
            let drawn = dice.draw().checked_rem(most as u64).unwrap_or(0);
            usize::try_from(drawn).unwrap_or(0)
        };
        if plan.shuffled {
            for index in (1..count).rev() {
                wanted.swap(index, draw(index.saturating_add(1)));
            }
        }
        if let Some(error) = &plan.in_band
            && let Some(wanted) = wanted.get_mut(draw(count))
            && let Wanted::Fragment(number) = wanted
        {
            *wanted = Wanted::Error(number.clone(), error.clone());
        }
        if plan.duplicated {
            let index = draw(count);
            if let Some(twice) = wanted.get(index).cloned() {
                wanted.insert(index, twice);
            }
        }
    }

    pub(crate) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(pace) = &mut self.pace {
            ready!(pace.poll_due(cx));
        }
        while self.written.is_empty() {
            let Some(next) = ready!(self.source.poll_next(cx)) else {
                return Poll::Ready(None);
            };
            self.written = next.into();
            self.written.retain(|piece| !piece.is_empty());
        }
        let largest = self.pace.as_ref().map_or(usize::MAX, Pace::largest_piece);
        let size = self.sizes.as_mut().map_or(usize::MAX, Sizes::draw);
        let piece = take(&mut self.written, size.min(largest));
        if let Some(pace) = &mut self.pace {
            pace.sent(piece.len());
        }
        Poll::Ready(Some(piece))
    }
}

impl Source {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<Bytes>>> {
        match self {
            Self::Listed {
                recording,
                expired,
                wanted,
            } => {
                let next = wanted.pop_front();
                Poll::Ready(next.map(|wanted| wanted.payload(recording, *expired)))
            }
            Self::Sent(pieces) => pieces.poll_recv(cx),
            Self::Nowhere => Poll::Ready(None),
        }
    }
}

impl Wanted {
    fn payload(&self, recording: &Recording, expired: Timestamp) -> Vec<Bytes> {
        let number = match self {
            Self::Error(number, error) => return payload::error(number, error),
            Self::Fragment(number) => number,
        };
        let found = recording.find(number);
        match found.filter(|found| found.stored_at() > expired) {
            Some(found) => found.payload(),
            None => recording::not_found(number),
        }
    }
}

/// The next `size` bytes, or all that is left. Copied only where they lie across pieces.
fn take(pieces: &mut VecDeque<Bytes>, size: usize) -> Bytes {
    let Some(front) = pieces.front_mut() else {
        return Bytes::new();
    };
    if front.len() > size {
        return front.split_to(size);
    }
    let whole = pieces.pop_front().unwrap_or_default();
    if whole.len() == size || pieces.is_empty() {
        return whole;
    }
    let mut joined = BytesMut::with_capacity(size);
    joined.extend_from_slice(&whole);
    while let Some(front) = pieces.front_mut().filter(|_| joined.len() < size) {
        let missing = size.saturating_sub(joined.len());
        joined.extend_from_slice(&front.split_to(missing.min(front.len())));
        if front.is_empty() {
            pieces.pop_front();
        }
    }
    joined.freeze()
}

/// Sizes of pieces. The service sends many tiny ones, and some large ones that carry most bytes.
#[derive(Debug)]
struct Sizes(Random);

impl Sizes {
    const TINY: u64 = 16;
    const SMALL: u64 = 4 << 10;
    const LARGE: u64 = 64 << 10;

    fn draw(&mut self) -> usize {
        let most = match self.0.draw() % 100 {
            0..44 => Self::TINY,
            44..60 => Self::SMALL,
            _ => Self::LARGE,
        };
        usize::try_from(self.0.draw() % most + 1).unwrap_or(1)
    }
}

/// Holds a body back to its rate.
#[derive(Debug)]
struct Pace {
    rate: u64,
    begun: Instant,
    sent: u64,
    due: Pin<Box<Sleep>>,
}

impl Pace {
    fn new(rate: u64) -> Self {
        let begun = Instant::now();
        Self {
            rate: rate.max(1),
            begun,
            sent: 0,
            due: Box::pin(sleep_until(begun)),
        }
    }

    /// A piece lasts a twentieth of a second at most, so that slow bodies flow.
    fn largest_piece(&self) -> usize {
        usize::try_from(self.rate / 20).unwrap_or(usize::MAX).max(1)
    }

    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.due.as_mut().poll(cx)
    }

    fn sent(&mut self, bytes: usize) {
        self.sent = self.sent.saturating_add(bytes as u64);
        let whole = Duration::from_secs(self.sent / self.rate);
        #[expect(clippy::cast_precision_loss, reason = "a pace need not be exact")]
        let rest = Duration::from_secs_f64((self.sent % self.rate) as f64 / self.rate as f64);
        if let Some(due) = self.begun.checked_add(whole.saturating_add(rest)) {
            self.due.as_mut().reset(due);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stream;
    use crate::shuffle::Shuffle;
    use std::future::poll_fn;

    #[test]
    fn pieces_are_cut_and_joined_to_size() {
        let mut pieces: VecDeque<Bytes> = ["ab", "c", "defgh", "", "ij"].map(Bytes::from).into();
        let sizes = [1, 4, 2, 9];
        let taken: Vec<Bytes> = sizes.map(|size| take(&mut pieces, size)).into();
        assert_eq!(taken, ["a", "bcde", "fg", "hij"]);
        assert!(pieces.is_empty());
    }

    async fn drain(media: &mut Media) -> Vec<Bytes> {
        let mut pieces = Vec::new();
        while let Some(piece) = poll_fn(|cx| media.poll_piece(cx)).await {
            pieces.push(piece);
        }
        pieces
    }

    fn demo(rate: Option<u64>) -> Media {
        let recording = Arc::new(Recording::from(Stream::demo()));
        let order = Shuffle::new(recording.len());
        let ordinals = (0..recording.len()).map(|i| order.at(i));
        let wanted = ordinals.filter_map(|ordinal| recording.at(ordinal)?.number());
        Media::new(
            Arc::clone(&recording),
            Timestamp::default(),
            wanted.collect(),
            rate,
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_is_kept() {
        let unlimited = drain(&mut demo(None)).await.concat();
        for rate in [1_000, 77_777, 10_000_000] {
            let begun = Instant::now();
            let pieces = drain(&mut demo(Some(rate))).await;
            let took = begun.elapsed().as_secs_f64();
            let expected = unlimited.len() as f64 / rate as f64;
            assert!((took - expected).abs() < 0.06, "{took} for {expected}");
            let largest = pieces.iter().map(Bytes::len).max().unwrap();
            assert!(largest as u64 <= rate / 20, "{largest}");
            assert!(pieces.concat() == unlimited, "the same bytes");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_slowest_rate_makes_progress() {
        let mut media = demo(Some(0));
        let first = poll_fn(|cx| media.poll_piece(cx)).await;
        assert_eq!(first.unwrap().len(), 1);
    }
}
