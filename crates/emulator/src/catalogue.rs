//! The streams of the account.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use http::StatusCode;
use kvs_api::protocol::Timestamp;
use kvs_api::video::{CreateStream, Status, StreamInfo};

use crate::entry::{Entry, Home, version};
use crate::recording::Recording;
use crate::refusal::Refusal;
use crate::store::{Found, Settings, Store};
use crate::stream::Stream;

/// Where the streams are said to be: the account that documentation uses.
const ARN_PREFIX: &str = "arn:aws:kinesisvideo:us-east-1:111122223333:stream";
const LONGEST_NAME: usize = 256;
/// How long the media of loaded streams is said to be kept: a year.
const RETENTION_HOURS: i32 = 24 * 365;

/// Streams by name.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    streams: BTreeMap<String, Entry>,
    /// Creation time of the newest stream: ARNs end in it, and must be of one stream only.
    newest: i64,
    store: Option<Store>,
}

impl Catalogue {
    /// Adds the stream that `request` describes, created at `now`, with nothing in it.
    pub(crate) fn create(
        &mut self,
        request: CreateStream,
        now: Timestamp,
    ) -> Result<&Entry, Refusal> {
        self.insert(request, None, now)
    }

    fn insert(
        &mut self,
        request: CreateStream,
        loaded: Option<Recording>,
        now: Timestamp,
    ) -> Result<&Entry, Refusal> {
        let is_loaded = loaded.is_some();
        let recording = loaded.unwrap_or_else(|| Recording::from(Stream::empty()));
        let name = request.stream_name.unwrap_or_default();
        check_name("StreamName", &name)?;
        let retention = request.data_retention_in_hours.unwrap_or(0);
        if retention < 0 {
            return Err(Refusal::invalid_argument(
                "DataRetentionInHours must be 0 or more.",
            ));
        }
        if self.streams.contains_key(&name) {
            return Err(Refusal::modelled(
                StatusCode::BAD_REQUEST,
                "ResourceInUseException",
                format!("The stream {name} already exists."),
            ));
        }
        self.newest = now.as_millis().max(self.newest.saturating_add(1));
        let arn = format!("{ARN_PREFIX}/{name}/{}", self.newest);
        let mut info = StreamInfo::default();
        info.device_name = request.device_name;
        info.stream_name = Some(name.clone());
        info.stream_arn = Some(arn.clone());
        info.media_type = request.media_type;
        info.kms_key_id = request.kms_key_id;
        info.version = Some(version(self.newest));
        info.status = Some(Status::Active);
        info.creation_time = Some(Timestamp::from_millis(self.newest));
        info.data_retention_in_hours = Some(retention);
        let settings = Settings {
            info,
            tags: request.tags.unwrap_or_default(),
            had: 0,
        };
        let home = match (&self.store, is_loaded) {
            (None, _) => Home::Memory,
            (Some(_), true) => Home::Guest,
            (Some(store), false) => {
                let folder = store.create(self.newest, &settings);
                Home::Folder(folder.map_err(|error| Refusal::not_kept(&error))?)
            }
        };
        let entry = Entry::new(recording, settings, home);
        Ok(self.streams.entry(name).or_insert(entry))
    }

    /// The streams of a folder, to which those are added that will be created.
    pub(crate) fn kept_in(folder: &Path) -> io::Result<Self> {
        let store = Store::open(folder)?;
        let mut streams = Self::default();
        for found in store.load()? {
            let Found {
                folder,
                settings,
                fragments,
            } = found;
            let created = settings.info.creation_time.unwrap_or_default();
            streams.newest = streams.newest.max(created.as_millis());
            let recording = Recording::restored(fragments, settings.had);
            let entry = Entry::new(recording, settings, Home::Folder(folder));
            streams.streams.insert(entry.name.clone(), entry);
        }
        streams.store = Some(store);
        Ok(streams)
    }

    /// Adds under `name` a recording that is loaded at `now`.
    pub(crate) fn add(
        &mut self,
        name: String,
        mut recording: Recording,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        recording.loaded_at(now);
        let created = recording.base();
        let request = CreateStream {
            stream_name: Some(name),
            data_retention_in_hours: Some(RETENTION_HOURS),
            ..CreateStream::default()
        };
        self.insert(request, Some(recording), created).map(|_| ())
    }

    /// The stream that a request names. An ARN goes before a name.
    pub(crate) fn find(&self, name: Option<&str>, arn: Option<&str>) -> Result<&Entry, Refusal> {
        let found = match (name, arn) {
            (_, Some(arn)) => self.streams.values().find(|entry| entry.arn == arn),
            (Some(name), None) => self.streams.get(name),
            (None, None) => return Err(nameless()),
        };
        found.ok_or_else(Refusal::no_such_stream)
    }

    /// The same, to be changed.
    pub(crate) fn find_mut(
        &mut self,
        name: Option<&str>,
        arn: Option<&str>,
    ) -> Result<&mut Entry, Refusal> {
        let found = match (name, arn) {
            (_, Some(arn)) => self.streams.values_mut().find(|entry| entry.arn == arn),
            (Some(name), None) => self.streams.get_mut(name),
            (None, None) => return Err(nameless()),
        };
        found.ok_or_else(Refusal::no_such_stream)
    }

    pub(crate) fn remove(&mut self, name: &str) -> Result<(), Refusal> {
        let Some(entry) = self.streams.get(name) else {
            return Err(Refusal::no_such_stream());
        };
        entry.discard()?;
        self.streams.remove(name);
        Ok(())
    }

    /// Streams whose names begin with `prefix` and come after `after`, by name.
    pub(crate) fn list<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Entry> {
        let wanted = move |entry: &&Entry| {
            entry.name.starts_with(prefix) && after.is_none_or(|after| entry.name.as_str() > after)
        };
        self.streams.values().filter(wanted)
    }
}

fn nameless() -> Refusal {
    Refusal::invalid_argument("Either StreamName or StreamARN must be given.")
}

/// Refuses what cannot be a stream's name.
pub(crate) fn check_name(member: &str, name: &str) -> Result<(), Refusal> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    if (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(fits) {
        return Ok(());
    }
    Err(Refusal::invalid_argument(format!(
        "{member} must be 1 to {LONGEST_NAME} letters, digits, dots, dashes or underscores."
    )))
}
