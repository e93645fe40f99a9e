//! The service, its network and its faults.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use kvs_ureq::api::protocol::http::response::Parts;
use kvs_ureq::api::protocol::http::{Request, Response};
use kvs_ureq::api::protocol::{Bytes, Interruption, InterruptionKind, Timestamp};
use kvs_ureq::mkv::payload::{self, PayloadOptions};
use kvs_ureq::mkv::{self, Fragments, InBandError};
use serde_json::{Value, json};

use super::dice::Dice;

/// When it all begins.
pub(super) const START: SystemTime = SystemTime::UNIX_EPOCH;
/// The service's clock then.
const BEGINNING: u64 = 1_800_000_000;
/// Bytes of a frame, and of a piece of a body, at most.
pub(super) const MOST_FRAME: usize = 700;
pub(super) const MOST_PIECE: usize = 512;
/// Bytes of what stands before the frames of a fragment, about.
const BEFORE_FRAMES: usize = 400;
/// A recording of one frame, whose data is put in its place.
const RECORDED: &[u8] = b"\x1A\x45\xDF\xA3\x8B\x42\x82\x88matroska\x18\x53\x80\x67\x93\
    \x1F\x43\xB6\x75\x8E\xE7\x81\x05\xA3\x89\x81\x00\x00\x80frame";

/// A fragment that the service has stored.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) payload: Bytes,
    pub(super) producer: i64,
    /// Seconds from the start before it is listed.
    pub(super) listed_from: u64,
    /// How often it is not found yet, and whether its key is out of reach.
    hidden: u64,
    locked: bool,
    /// By what its size is divided before it is told.
    pub(super) understated: usize,
    /// How often it was asked for and did not come whole.
    pub(super) harm: u32,
}

/// The service.
#[derive(Debug)]
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) stored: BTreeMap<u64, Stored>,
    /// Of how many requests in a hundred something becomes.
    trouble: u64,
    /// How much trouble there is at most.
    left: u64,
    pub(super) faults: BTreeMap<&'static str, u64>,
    pub(super) live: Arc<AtomicU64>,
    pub(super) peak: Arc<AtomicU64>,
    /// Which session token is honoured, and which endpoint serves.
    pub(super) token: u64,
    host: u64,
    /// What each listing from the beginning has shown.
    pub(super) listings: Vec<Vec<u64>>,
    pub(super) pages: u64,
}

/// What comes of a body, piece by piece.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) bytes: Vec<u8>,
    at: usize,
    end: Option<InterruptionKind>,
}

impl Flow {
    fn whole(bytes: Vec<u8>) -> Self {
        let (at, end) = (0, None);
        Self { bytes, at, end }
    }
}

pub(super) type Answer = Result<(Parts, Flow), Interruption>;

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let trouble = [0, 4, 12, 30, 70][dice.index(5)];
        let mut world = Self {
            stored: BTreeMap::new(),
            trouble,
            left: dice.below(40),
            faults: BTreeMap::new(),
            live: Arc::default(),
            peak: Arc::default(),
            token: 0,
            host: 0,
            listings: Vec::new(),
            pages: 0,
            dice,
        };
        let count = 1 + world.dice.below(60);
        for number in 1..=count {
            let stored = world.store(number);
            world.stored.insert(number, stored);
        }
        world
    }

    fn store(&mut self, number: u64) -> Stored {
        let dice = &mut self.dice;
        let rare = |dice: &mut Dice, chance| self.trouble > 0 && dice.percent(chance);
        let mut recording = Fragments::new();
        recording.push(RECORDED.into());
        recording.finish();
        let mut fragment = recording.next_fragment().expect("one").expect("whole");
        // Some are larger than most windows.
        let frames = if dice.percent(15) {
            5 + dice.index(40)
        } else {
            1
        };
        let pattern = fragment.frames.remove(0);
        for index in 0..frames {
            let mut frame = pattern.clone();
            frame.timestamp += index as i64 * 1_000_000;
            frame.data = vec![dice.draw() as u8; 1 + dice.index(MOST_FRAME)].into();
            fragment.frames.push(frame);
        }
        let producer = 1_000 + dice.below(40) as i64;
        let options = PayloadOptions {
            number: number.to_string().parse().expect("digits"),
            server_timestamp: mkv::Timestamp::from_millis(number as i64),
            producer_timestamp: mkv::Timestamp::from_millis(producer * 1_000),
            shift: 0,
        };
        Stored {
            payload: payload::encode(&fragment, &options).concat().into(),
            producer,
            listed_from: if rare(dice, 4) { 1 + dice.below(3) } else { 0 },
            hidden: if rare(dice, 5) { 1 + dice.below(4) } else { 0 },
            locked: rare(dice, 2),
            understated: if rare(dice, 4) { 8 } else { 1 },
            harm: 0,
        }
    }

    /// Whether something goes wrong now, and what it is to be called.
    fn fault(&mut self, name: &'static str, share: u64) -> bool {
        let strikes = self.left > 0 && self.dice.percent(self.trouble) && self.dice.percent(share);
        if strikes {
            self.left -= 1;
            self.count(name);
        }
        strikes
    }

    pub(super) fn count(&mut self, name: &'static str) {
        *self.faults.entry(name).or_default() += 1;
    }

    pub(super) fn answer(&mut self, request: &Request<Bytes>, now: SystemTime) -> Answer {
        for (name, kind) in [
            ("no connection", InterruptionKind::Connect),
            ("reset before the head", InterruptionKind::Broken),
            ("silence before the head", InterruptionKind::TimedOut),
        ] {
            if self.fault(name, 8) {
                return Err(Interruption::new(kind, name));
            }
        }
        if self.fault("server error", 15) {
            return refuse(500, "InternalFailure", now);
        }
        if self.fault("throttled", 25) {
            return refuse(400, "ClientLimitExceededException", now);
        }
        if self.fault("credentials expired", 10) {
            self.token += 1;
        }
        let header = |name| request.headers().get(name).and_then(|v| v.to_str().ok());
        let signed = header("x-amz-date").unwrap_or_default().to_owned();
        if is_skewed(&signed, now) {
            self.count("clock skewed");
            return refuse(403, "RequestTimeTooSkewed", now);
        }
        if header("x-amz-security-token") != Some(&format!("t{}", self.token)) {
            return refuse(403, "ExpiredTokenException", now);
        }
        let body: Value = serde_json::from_slice(request.body()).expect("JSON");
        let path = request.uri().path();
        if path == "/getDataEndpoint" {
            let host = format!(
                "https://b-{}.kinesisvideo.eu-west-1.amazonaws.com",
                self.host
            );
            return ok(json!({ "DataEndpoint": host }), now);
        }
        if self.fault("endpoint moved", 10) {
            self.host += 1;
        }
        let host = request.uri().host().unwrap_or_default();
        if !host.starts_with(&format!("b-{}.", self.host)) {
            return refuse(403, "AccessDeniedException", now);
        }
        match path {
            "/listFragments" => self.list(&body, now),
            _ => self.media(&body, now),
        }
    }

    fn list(&mut self, body: &Value, now: SystemTime) -> Answer {
        self.pages += 1;
        let since = now.duration_since(START).unwrap_or_default().as_secs();
        let (listing, from) = match body["NextToken"].as_str() {
            None => {
                let visible = self.stored.iter().filter(|(_, s)| s.listed_from <= since);
                let mut numbers: Vec<u64> = visible.map(|(number, _)| *number).collect();
                self.dice.shuffle(&mut numbers);
                self.listings.push(numbers);
                (self.listings.len() - 1, 0)
            }
            Some(_) if self.fault("page token expired", 30) => {
                return refuse(400, "InvalidArgumentException", now);
            }
            Some(token) => {
                let (listing, from) = token.split_once('/').expect("our token");
                (listing.parse().expect("ours"), from.parse().expect("ours"))
            }
        };
        let all = &self.listings[listing];
        let to = all.len().min(from + 1 + self.dice.index(20));
        let fragments: Vec<Value> = all[from..to].iter().map(|n| self.listed(*n)).collect();
        let next = (to < all.len()).then(|| format!("{listing}/{to}"));
        if next.is_some() {
            self.count("shuffled pages");
        }
        ok(json!({ "Fragments": fragments, "NextToken": next }), now)
    }

    fn listed(&self, number: u64) -> Value {
        let stored = &self.stored[&number];
        json!({
            "FragmentNumber": number.to_string(),
            "FragmentSizeInBytes": stored.payload.len() / stored.understated,
            "ProducerTimestamp": stored.producer,
            "ServerTimestamp": 2_000,
            "FragmentLengthInMilliseconds": 1_000,
        })
    }

    fn media(&mut self, body: &Value, now: SystemTime) -> Answer {
        let asked = body["Fragments"].as_array().expect("a list");
        let asked: Vec<u64> = asked
            .iter()
            .map(|n| n.as_str().and_then(|n| n.parse().ok()).expect("a number"))
            .collect();
        let mut bytes = Vec::new();
        let mut whole: Vec<(u64, usize, bool)> = Vec::new();
        for number in asked {
            let before = bytes.len();
            let is_there = self.send(number, &mut bytes);
            // Noise counts against the fragment that it follows, too: its end may be lost in it.
            if !is_there && bytes.ends_with(&[0; 64]) {
                let follows = whole.iter_mut().filter(|(_, end, _)| *end == before);
                follows.for_each(|(_, _, is_there)| *is_there = false);
            }
            whole.push((number, bytes.len(), is_there));
        }
        let mut flow = Flow::whole(bytes);
        for (name, end) in [
            ("body cut", Some(InterruptionKind::Broken)),
            ("body stalled", Some(InterruptionKind::TimedOut)),
            ("body ended early", None),
        ] {
            if self.fault(name, 30) {
                let cut = self.cut(&whole, flow.bytes.len());
                flow.bytes.truncate(cut);
                flow.end = end;
            }
        }
        for (number, end, is_there) in whole {
            if !is_there || end > flow.bytes.len() {
                self.harmed(number);
            }
        }
        let (head, ()) = Response::builder()
            .header("date", date(now))
            .body(())
            .expect("sound")
            .into_parts();
        Ok((head, flow))
    }

    /// Where a body of fragments with these ends is cut: anywhere, or in what stands before the
    /// frames of one, where it can pass for an empty fragment.
    fn cut(&mut self, fragments: &[(u64, usize, bool)], len: usize) -> usize {
        if self.dice.percent(50) {
            return self.dice.index(len + 1);
        }
        let before = self.dice.index(fragments.len() + 1).checked_sub(1);
        let begin = before.map_or(0, |before| fragments[before].1);
        len.min(begin + self.dice.index(BEFORE_FRAMES))
    }

    /// Writes a fragment, or what comes in its place; whether it is there.
    fn send(&mut self, number: u64, bytes: &mut Vec<u8>) -> bool {
        let stranger = self.stored.get(&number).map(|one| one.payload.clone());
        let Some(stored) = self.stored.get_mut(&number) else {
            return self.error(number, 3000, bytes);
        };
        if stored.locked {
            self.count("key out of reach");
            return self.error(number, 4500, bytes);
        }
        if stored.hidden > 0 {
            stored.hidden -= 1;
            self.count("not found yet");
            return self.error(number, 3000, bytes);
        }
        let payload = stored.payload.clone();
        if self.fault("fragment left out", 8) {
            return false;
        }
        if self.fault("fragment damaged", 8) {
            // Without checksums nobody notices other bytes inside a frame.
            bytes.extend(std::iter::repeat_n(0, payload.len()));
            return false;
        }
        bytes.extend_from_slice(&payload);
        if self.fault("fragment twice", 10) {
            bytes.extend_from_slice(&payload);
        }
        if self.fault("foreign fragment", 10)
            && let Some(other) = self.stored.values().next().map(|one| one.payload.clone())
        {
            // Usually one that another request asks for.
            bytes.extend_from_slice(&stranger.filter(|_| number == 1).unwrap_or(other));
        }
        true
    }

    fn error(&mut self, number: u64, id: u64, bytes: &mut Vec<u8>) -> bool {
        let error = InBandError {
            code: Some("FRAGMENT_NOT_FOUND".to_owned()).filter(|_| id == 3000),
            id: Some(id),
            message: None,
        };
        let number = number.to_string().parse().expect("digits");
        bytes.extend(payload::error(&number, &error).concat());
        false
    }

    fn harmed(&mut self, number: u64) {
        if let Some(stored) = self.stored.get_mut(&number) {
            stored.harm += 1;
        }
    }

    /// The next piece of a body.
    pub(super) fn piece(
        &mut self,
        flow: &mut Flow,
        max: usize,
    ) -> Result<Option<Bytes>, Interruption> {
        let rest = &flow.bytes[flow.at..];
        if rest.is_empty() {
            return match flow.end {
                Some(kind) => Err(Interruption::new(kind, "as it happens")),
                None => Ok(None),
            };
        }
        let most = if self.dice.percent(40) {
            16
        } else {
            MOST_PIECE
        };
        let len = rest.len().min(max).min(1 + self.dice.index(most));
        let piece = rest[..len].to_vec();
        flow.at += len;
        let live = self.live.fetch_add(len as u64, Ordering::Relaxed) + len as u64;
        self.peak.fetch_max(live, Ordering::Relaxed);
        let live = Arc::clone(&self.live);
        Ok(Some(Bytes::from_owner(Tracked { piece, live })))
    }
}

/// Bytes that are counted for as long as somebody holds them.
struct Tracked {
    piece: Vec<u8>,
    live: Arc<AtomicU64>,
}

impl AsRef<[u8]> for Tracked {
    fn as_ref(&self) -> &[u8] {
        &self.piece
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.live
            .fetch_sub(self.piece.len() as u64, Ordering::Relaxed);
    }
}

/// The time as the service sees it.
pub(super) fn service_time(now: SystemTime) -> SystemTime {
    now + Duration::from_secs(BEGINNING)
}

fn date(now: SystemTime) -> String {
    let now = Timestamp::from(service_time(now));
    now.to_http_date().expect("a year of four digits")
}

fn is_skewed(signed: &str, now: SystemTime) -> bool {
    // 20270115T080000Z
    let digits: Vec<char> = signed.chars().collect();
    let part = |from: usize, to: usize| digits[from..to].iter().collect::<String>();
    let text = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(9, 11),
        part(11, 13),
        part(13, 15)
    );
    let signed: Timestamp = text.parse().expect("a time");
    let ours = Timestamp::from(service_time(now)).seconds();
    signed.seconds().abs_diff(ours) > 300
}

fn ok(body: Value, now: SystemTime) -> Answer {
    reply(200, "", &body, now)
}

fn refuse(status: u16, code: &str, now: SystemTime) -> Answer {
    reply(status, code, &json!({ "message": "as it happens" }), now)
}

fn reply(status: u16, code: &str, body: &Value, now: SystemTime) -> Answer {
    let response = Response::builder()
        .status(status)
        .header("x-amzn-errortype", code)
        .header("date", date(now))
        .body(());
    let (head, ()) = response.expect("sound").into_parts();
    Ok((head, Flow::whole(body.to_string().into_bytes())))
}
