#![allow(clippy::unwrap_used, reason = "what fails in a test fails the test")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration as Time;

use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::ResolvedSocketAddrs;

use super::super::{Guard, NoLookup, laid_over};
use super::*;

/// Knows one address for every name, and how often it was asked.
#[derive(Debug)]
struct Counting {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Resolver for Counting {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        assert!(!timeout.after.is_not_happening(), "it has no limit");
        let mut found = self.empty();
        found.push(self.address);
        Ok(found)
    }
}

#[test]
fn a_name_is_looked_up_for_a_connection_and_not_for_a_request() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = Counting {
        address: listener.local_addr().unwrap(),
        asked: Arc::clone(&asked),
    };
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            for _ in 0..3 {
                // The client may be gone already.
                let _ = stream.read(&mut [0; 4_096]);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            }
        }
    });
    let config = Config::builder().timeout_connect(Some(Time::from_secs(60)));
    let connector = laid_over(Dial::new(counting), Guard(Default::default()));
    let agent = Agent::with_parts(config.build(), connector, NoLookup);
    for connections in [1, 1, 1, 2] {
        let mut answer = agent.get("http://peer.test/").call().unwrap();
        assert_eq!(answer.body_mut().read_to_string().unwrap(), "ok");
        assert_eq!(asked.load(Ordering::SeqCst), connections);
    }
}

#[test]
fn what_the_look_up_takes_is_taken_from_the_time_to_connect() {
    let since = std::time::Instant::now();
    let timeout = NextTimeout {
        after: Time::from_secs(3).into(),
        reason: Timeout::Connect,
        ..NextTimeout::default()
    };
    let at = |seconds| Instant::Exact(since + Time::from_secs(seconds));
    let after = |seconds| left(timeout, at(0), at(seconds)).map(|timeout| timeout.after);
    assert_eq!(after(1).unwrap(), Duration::from_secs(2));
    assert!(matches!(after(3), Err(Error::Timeout(Timeout::Connect))));
    assert!(matches!(after(4), Err(Error::Timeout(Timeout::Connect))));
    let endless = NextTimeout::default();
    assert_eq!(left(endless, at(0), at(4)).unwrap(), endless);
}
