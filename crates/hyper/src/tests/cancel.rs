//! Futures that are dropped at every point where they wait.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use kvs_archive::api::protocol::credentials::Sources;
use kvs_archive::{ExportOptions, Report};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::download::{everything, listed, media};
use super::peer::{chunked, ok, with_length};
use super::{Ask, Fetch, settings};
use crate::dial::{Connecting, Stream};
use crate::{Client, Connect};

const URL: &str = "http://peer.test";
/// Bytes that are on their way at most, so that all that is longer waits in the middle.
const NARROW: usize = 48;

/// A peer in memory that counts its connections, and those that it has a request of.
#[derive(Debug, Clone, Default)]
struct Memory {
    open: Arc<AtomicUsize>,
    busy: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
}

/// What counts for as long as it lives.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Connect for Memory {
    fn connect<'a>(&'a self, _: &'a str, _: u16) -> Connecting<'a> {
        Box::pin(async {
            yield_now().await;
            let (ours, theirs) = duplex(NARROW);
            let (peer, open) = (self.clone(), Counted::new(&self.open));
            tokio::spawn(async move {
                // That the client hangs up is what these tests are about.
                let _ = peer.serve(theirs).await;
                drop(open);
            });
            Ok(Box::new(ours) as Box<dyn Stream>)
        })
    }
}

impl Memory {
    async fn serve(&self, mut stream: DuplexStream) -> io::Result<()> {
        loop {
            let mut head = vec![stream.read_u8().await?];
            let _busy = Counted::new(&self.busy);
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await?);
            }
            let head = String::from_utf8(head).unwrap();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
            stream.read_exact(&mut body).await?;
            stream.write_all(&self.answer(&head)).await?;
        }
    }

    fn answer(&self, head: &str) -> Vec<u8> {
        let path = head.split(' ').nth(1).unwrap();
        let text = match path {
            // Each client has to ask twice.
            "/ask" if self.asked.fetch_add(1, Ordering::SeqCst) == 0 => {
                with_length("500 Oops", 0, "")
            }
            "/ask" => ok("yes"),
            "/fetch" => chunked("0123456789"),
            "/getDataEndpoint" => ok(&format!(r#"{{"DataEndpoint":"{URL}"}}"#)),
            "/listFragments" => listed(["7", "5"]),
            "/keys" => ok(r#"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T",
                "Expiration":"2100-01-01T00:00:00Z"}"#),
            "/getMediaForFragmentList" => {
                let body = [media("5"), media("7")].concat();
                let head = with_length("200 OK", body.len(), "");
                return [head.into_bytes(), body].concat();
            }
            _ => panic!("{path}"),
        };
        text.into_bytes()
    }

    /// Gives everybody time to notice, and expects as many connections then.
    async fn rests_with(&self, open: impl Fn(usize) -> bool) {
        for _ in 0..1_000 {
            yield_now().await;
        }
        let (found, busy) = (
            self.open.load(Ordering::SeqCst),
            self.busy.load(Ordering::SeqCst),
        );
        assert!(
            open(found) && busy == 0,
            "{found} open, {busy} of them busy"
        );
    }
}

/// Polls a future so often, then drops it; what has come of it, if it was done by then.
async fn cut<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// A client that has to search for its credentials.
fn client(memory: &Memory) -> Client {
    let mut settings = settings(URL);
    settings.credentials = None;
    settings.sources = Some(Sources::new("eu-west-1"));
    let variables = |name: &str| {
        let value = match name {
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" => "/keys",
            "AWS_CONFIG_FILE" | "AWS_SHARED_CREDENTIALS_FILE" => "none",
            _ => return None,
        };
        Some(value.to_owned())
    };
    let builder = Client::builder(&settings).environment(variables);
    builder.connector(memory.clone()).build().unwrap()
}

/// Does something, and drops it in the middle: at the first point where it waits, at the second,
/// and so on. Nothing stays open that is not whole, and the next call works.
async fn at_every_await<T>(act: impl AsyncFn(Client) -> T, check: impl Fn(T)) -> usize {
    for polls in 0.. {
        let memory = Memory::default();
        let client = client(&memory);
        let done = cut(act(client.clone()), polls).await;
        memory.rests_with(|open| open <= 4).await;
        let next = timeout(Duration::from_secs(600), client.send(Ask)).await;
        let next = next.unwrap_or_else(|_| panic!("stuck after {polls} polls"));
        assert_eq!(next.unwrap(), b"yes", "after {polls} polls");
        memory.rests_with(|open| (1..=4).contains(&open)).await;
        drop(client);
        memory.rests_with(|open| open == 0).await;
        if let Some(done) = done {
            check(done);
            return polls;
        }
    }
    unreachable!("it comes to its end")
}

#[tokio::test(start_paused = true)]
async fn a_call_may_be_dropped_wherever_it_waits() {
    let points = at_every_await(
        async |client| client.send(Ask).await.unwrap(),
        |answer| assert_eq!(answer, b"yes"),
    );
    let points = points.await;
    assert!(points > 10, "{points}");
}

#[tokio::test(start_paused = true)]
async fn a_body_may_be_dropped_wherever_it_waits() {
    let read = async |client: Client| {
        let mut body = client.open(Fetch).await.unwrap().body;
        let mut all = Vec::new();
        while let Some(piece) = body.chunk().await.unwrap() {
            all.extend_from_slice(&piece);
        }
        all
    };
    let points = at_every_await(read, |all| assert_eq!(all, b"0123456789"));
    let points = points.await;
    assert!(points > 10, "{points}");
}

async fn whole(download: &mut crate::Download) -> Vec<String> {
    let mut numbers = Vec::new();
    while let Some(fragment) = download.next().await {
        numbers.push(fragment.unwrap().number.unwrap().to_string());
    }
    numbers
}

#[tokio::test(start_paused = true)]
async fn a_download_may_be_dropped_wherever_it_waits() {
    let read = async |client: Client| {
        let mut download = client.download(everything(), ExportOptions::default());
        whole(&mut download).await
    };
    let points = at_every_await(read, |numbers| assert_eq!(numbers, ["5", "7"]));
    let points = points.await;
    assert!(points > 30, "{points}");
}

#[tokio::test(start_paused = true)]
async fn what_a_download_was_waiting_for_may_be_dropped_wherever_it_waits() {
    for polls in 0.. {
        let memory = Memory::default();
        let client = client(&memory);
        let mut download = client.download(everything(), ExportOptions::default());
        let first = cut(download.next(), polls).await;
        let is_done = first.is_some();
        let first = first
            .flatten()
            .map(|f| f.unwrap().number.unwrap().to_string());
        let rest = whole(&mut download).await;
        let numbers: Vec<String> = first.into_iter().chain(rest).collect();
        assert_eq!(numbers, ["5", "7"], "after {polls} polls");
        let report: Report = download.cancel();
        assert_eq!(
            (report.delivered, report.missing.len(), report.unasked),
            (2, 0, 0)
        );
        drop(client);
        memory.rests_with(|open| open == 0).await;
        if is_done {
            assert!(polls > 20, "{polls}");
            return;
        }
    }
}
