//! A stream of the account.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use http::StatusCode;
use kvs_api::protocol::Timestamp;
use kvs_api::video::StreamInfo;
use kvs_mkv::FragmentNumber;
use kvs_mkv::payload::{self, PayloadOptions};

use crate::arrivals::Arrival;
use crate::ingest::Fault;
use crate::load::Stored;
use crate::recording::{self, Recorded, Recording};
use crate::refusal::Refusal;
use crate::shuffle::Random;
use crate::store::{Folder, Settings};

const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;
const HOUR: i64 = 3_600_000;
/// Numbers that are written down as given at a time, before the first of them is.
const RESERVED: u64 = 64;
/// What is not archived can be read for five minutes.
const BUFFERED: i64 = 300_000;

/// A stream and what is recorded of it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) recording: Arc<Recording>,
    info: StreamInfo,
    tags: BTreeMap<String, String>,
    home: Home,
}

/// Where what arrives is kept.
#[derive(Debug)]
pub(crate) enum Home {
    Memory,
    Folder(Folder),
    /// In memory, beside streams that are in a folder: what was loaded from a file.
    Guest,
}

impl Entry {
    pub(crate) fn new(recording: Recording, settings: Settings, home: Home) -> Self {
        let Settings { info, tags, .. } = settings;
        Self {
            name: info.stream_name.clone().unwrap_or_default(),
            arn: info.stream_arn.clone().unwrap_or_default(),
            recording: Arc::new(recording),
            info,
            tags,
            home,
        }
    }

    fn settings(&self) -> Settings {
        let had = self.recording.arrivals().len().saturating_add(1);
        Settings {
            info: self.info.clone(),
            tags: self.tags.clone(),
            had: had.checked_next_multiple_of(RESERVED).unwrap_or(had),
        }
    }

    /// Changes its settings, all of them or none.
    pub(crate) fn update(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let before = self.settings();
        change(self)?;
        if let Home::Folder(folder) = &self.home
            && let Err(error) = folder.save(&self.settings())
        {
            self.info = before.info;
            self.tags = before.tags;
            return Err(Refusal::not_kept(&error));
        }
        Ok(())
    }

    /// Takes all of it off the disk, if it is there.
    pub(crate) fn discard(&self) -> Result<(), Refusal> {
        match &self.home {
            Home::Folder(folder) => folder.remove().map_err(|error| Refusal::not_kept(&error)),
            Home::Memory | Home::Guest => Ok(()),
        }
    }

    /// Adds a fragment: its number, and whether it is kept as it should be.
    pub(crate) fn take(
        &self,
        stored: Arc<Stored>,
        producer: i64,
        now: Timestamp,
    ) -> Result<(FragmentNumber, bool), Fault> {
        self.forget(now).map_err(|_| Fault::Archival)?;
        let number = self.recording.next_number().ok_or(Fault::Archival)?;
        let is_archived = self.retention_hours() > 0;
        let server = recording::nanos(now);
        if let Home::Folder(folder) = &self.home {
            let kept = if is_archived {
                let options = PayloadOptions {
                    number: number.clone(),
                    server_timestamp: kvs_mkv::Timestamp::from_nanos(server),
                    producer_timestamp: kvs_mkv::Timestamp::from_nanos(producer),
                    shift: 0,
                };
                let payload = payload::encode(&stored.fragment, &options);
                folder.put(&number, &payload)
            } else {
                self.reserve(folder)
            };
            kept.map_err(|_| Fault::Archival)?;
        }
        self.recording.push(Arrival {
            stored,
            producer,
            server,
        });
        Ok((number, is_archived && !matches!(self.home, Home::Guest)))
    }

    /// Writes down that the next number may be given, if it is not yet, for one that no file will be
    /// named by.
    fn reserve(&self, folder: &Folder) -> io::Result<()> {
        if self.recording.arrivals().len().is_multiple_of(RESERVED) {
            folder.save(&self.settings())?;
        }
        Ok(())
    }

    /// Drops what nobody can read any more. How much there was is written down first, so that no
    /// number is given twice.
    fn forget(&self, now: Timestamp) -> io::Result<()> {
        let forgotten = self.recording.forget(self.forgotten(now));
        if let Home::Folder(folder) = &self.home
            && !forgotten.is_empty()
        {
            folder.save(&self.settings())?;
            for number in forgotten {
                // Of what was not archived there is no file.
                let _ = folder.forget(&number);
            }
        }
        Ok(())
    }

    pub(crate) fn info(&self) -> StreamInfo {
        self.info.clone()
    }

    pub(crate) fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    pub(crate) fn retention_hours(&self) -> i32 {
        self.info.data_retention_in_hours.unwrap_or(0)
    }

    /// What was stored then or earlier has expired, and is not in the archive.
    pub(crate) fn expired(&self, now: Timestamp) -> Timestamp {
        before(now, i64::from(self.retention_hours()).saturating_mul(HOUR))
    }

    /// What was stored then or earlier cannot be read by GetMedia either.
    pub(crate) fn forgotten(&self, now: Timestamp) -> Timestamp {
        self.expired(now).min(before(now, BUFFERED))
    }

    /// What is recorded of it and has not expired.
    pub(crate) fn stored(&self, now: Timestamp) -> impl Iterator<Item = Recorded<'_>> {
        let expired = self.expired(now);
        let all = self.recording.ordinals();
        all.filter_map(|ordinal| self.recording.at(ordinal))
            .filter(move |recorded| recorded.stored_at() > expired)
    }

    /// Refuses what needs an archive where none is kept.
    pub(crate) fn check_retention(&self) -> Result<(), Refusal> {
        if self.retention_hours() > 0 {
            return Ok(());
        }
        Err(Refusal::modelled(
            StatusCode::BAD_REQUEST,
            "NoDataRetentionException",
            format!("The stream {} has no data retention.", self.name),
        ))
    }

    /// Refuses what was meant for another version.
    pub(crate) fn check_version(&self, expected: Option<&str>) -> Result<(), Refusal> {
        let expected =
            expected.ok_or_else(|| Refusal::invalid_argument("CurrentVersion must be given."))?;
        let version = self.info.version.as_deref().unwrap_or_default();
        if expected == version {
            return Ok(());
        }
        Err(Refusal::modelled(
            StatusCode::BAD_REQUEST,
            "VersionMismatchException",
            format!("The stream is at version {version}."),
        ))
    }

    /// Changes its settings, if they are those of that version.
    pub(crate) fn change(
        &mut self,
        expected: Option<&str>,
        change: impl FnOnce(&mut StreamInfo),
    ) -> Result<(), Refusal> {
        self.check_version(expected)?;
        change(&mut self.info);
        let before = self.info.version.as_deref().unwrap_or_default();
        let seed = u64::from_str_radix(before, 16).unwrap_or_default();
        self.info.version = Some(format!("{:016x}", Random::new(seed).draw()));
        Ok(())
    }

    /// Adds tags, or gives those that are there other values.
    pub(crate) fn tag(&mut self, tags: BTreeMap<String, String>) -> Result<(), Refusal> {
        if tags.is_empty() {
            return Err(Refusal::invalid_argument("Tags must hold a tag."));
        }
        let fits = |(key, value): (&String, &String)| {
            (1..=LONGEST_KEY).contains(&key.chars().count())
                && value.chars().count() <= LONGEST_VALUE
        };
        if !tags.iter().all(fits) {
            return Err(Refusal::invalid_argument(format!(
                "A tag has a key of 1 to {LONGEST_KEY} characters and a value of up to \
                 {LONGEST_VALUE}."
            )));
        }
        let added = tags.keys().filter(|key| !self.tags.contains_key(*key));
        if self.tags.len().saturating_add(added.count()) > MOST_TAGS {
            return Err(Refusal::modelled(
                StatusCode::BAD_REQUEST,
                "TagsPerResourceExceededLimitException",
                format!("A stream has {MOST_TAGS} tags at most."),
            ));
        }
        self.tags.extend(tags);
        Ok(())
    }

    pub(crate) fn untag(&mut self, keys: &[String]) {
        self.tags.retain(|key, _| !keys.contains(key));
    }
}

/// The version of a stream that is created then.
pub(crate) fn version(created: i64) -> String {
    let mut random = Random::new(created.unsigned_abs());
    format!("{:016x}", random.draw())
}

fn before(at: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(at.as_millis().saturating_sub(millis))
}
