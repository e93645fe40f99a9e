use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::Channel;
use tokio::join;
use tokio::time::{Instant, sleep};

use crate::Timeouts;
use crate::body::Body;

/// The runtime's time, which moves on by itself when everybody waits.
#[derive(Debug, Clone, Copy)]
struct Time(Instant);

impl AsyncSleep for Time {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(sleep(duration))
    }
}

impl TimeSource for Time {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.0.elapsed()
    }
}

/// What a body ends in that brings so many bytes each second, and when.
async fn ending(bytes: usize, seconds: usize) -> (String, u64) {
    let time = Time(Instant::now());
    let (mut sender, channel) = Channel::<Bytes, Infallible>::new(1);
    let mut body = Body::new(
        SdkBody::from_body_1_x(channel),
        SharedAsyncSleep::new(time),
        SharedTimeSource::new(time),
        &Timeouts::default(),
    );
    let serve = async move {
        for _ in 0..seconds {
            sleep(Duration::from_secs(1)).await;
            if sender.send_data(vec![0; bytes].into()).await.is_err() {
                return;
            }
        }
        sleep(Duration::from_secs(45)).await;
    };
    let read = async move {
        loop {
            match body.chunk().await {
                Ok(Some(piece)) => assert_eq!(piece.len(), bytes),
                Ok(None) => return ("whole".to_owned(), time.0.elapsed().as_secs()),
                Err(why) => return (why.to_string(), time.0.elapsed().as_secs()),
            }
        }
    };
    join!(read, serve).0
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_ends_and_so_does_a_silent_one() {
    let slow = "timed out: less than 128 bytes a second came over 60s";
    assert_eq!(ending(1, 1_000).await, (slow.to_owned(), 60));
    let silent = "timed out: nothing came for 30s";
    assert_eq!(ending(128, 100).await, (silent.to_owned(), 130));
}
