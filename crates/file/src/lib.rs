//! What a download brings as a file that plays, whichever driver brings it, and that a later run goes
//! on with.
//!
//! A [`Recording`] grows beside its name and takes it when it is whole. What it has come to stands in
//! a journal beside it: when the program was killed, the connection lost or the machine switched
//! off, [`open`] finds that, and what was done is not fetched again. The file comes out as if nothing
//! had happened, byte for byte.
//!
//! With the blocking driver:
//!
//! ```no_run
//! use kvs_file::{Options, Rejected};
//! use kvs_ureq::Client;
//! use kvs_ureq::archive::{ExportOptions, Selection, TimestampOrigin};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::from_env()?;
//! let (from, to) = ("2026-11-24T10:00:00Z".parse()?, "2026-11-24T11:00:00Z".parse()?);
//! let selection = Selection::between("door", TimestampOrigin::Producer, from, to);
//! // Another request is refused where this one is half done.
//! let request = format!("{selection:?}");
//! let opened = kvs_file::open("door.mkv", Options::default())?;
//! let (mut recording, earlier) = opened.go_on(&request)?;
//! let done = recording.settled();
//! let mut download = match earlier {
//!     None => client.download(selection, ExportOptions::default()),
//!     Some(earlier) => client.resume(selection, earlier.plan, ExportOptions::default()),
//! };
//! while let Some(fragment) = download.next() {
//!     let fragment = fragment?;
//!     match recording.write(&fragment) {
//!         Err(Rejected::Fragment(why)) => eprintln!("fragment {:?}: {why}", fragment.number),
//!         written => written?,
//!     }
//!     recording.settle(download.plan(), done + download.report().settled, [])?;
//! }
//! let whole = recording.seal([])?;
//! whole.publish()?;
//! # Ok(())
//! # }
//! ```
//!
//! With the async driver it is the same but for `.await`. The file is written between two fragments,
//! which takes no longer than the system takes to remember the bytes, and every other second to sync
//! them; where that is too long for a task, give the recording to a thread.
//!
//! ```no_run
//! use kvs_file::Options;
//! use kvs_hyper::Client;
//! use kvs_hyper::archive::{ExportOptions, Selection};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::from_env()?;
//! let selection = Selection::numbers("door", vec!["91343852333181432392682062622220590765".parse()?]);
//! let opened = kvs_file::open("door.mkv", Options::default())?;
//! let (mut recording, earlier) = opened.go_on("one fragment of the door")?;
//! let done = recording.settled();
//! let mut download = match earlier {
//!     None => client.download(selection, ExportOptions::default()),
//!     Some(earlier) => client.resume(selection, earlier.plan, ExportOptions::default()),
//! };
//! while let Some(fragment) = download.next().await {
//!     let fragment = fragment?;
//!     recording.write(&fragment)?;
//!     recording.settle(download.plan(), done + download.report().settled, [])?;
//! }
//! recording.seal([])?.publish()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Large fragments
//! A fragment larger than the window of its download is held in memory, unless the download has a
//! place for it: [`TemporaryFile`].
//!
//! # What is promised
//! - Nothing half-written stands under the name: it is given to a file that is whole and on the disk.
//! - A run that is killed loses a mebibyte at most of what was written, and the fragment that was on
//!   its way. When the power fails, it is what came in the last two seconds, or 16 MiB.
//! - What the journal says the disk had is compared before anything is added. If it is changed,
//!   damaged or gone, or if the journal is, [`open`] or [`go_on`](Opened::go_on) refuses.
//! - One process at a time: a second one is refused for as long as the first one lives, as far as the
//!   file system knows locks.
#![forbid(unsafe_code)]

mod alone;
mod error;
mod names;
mod part;
mod record;
mod recording;
mod resume;
mod spool;

pub use alone::{create_alone, create_folder_alone};
pub use error::{Error, Rejected};
pub use names::{journal_path, part_path, sequel_path};
pub use recording::{Options, Recording, Sequel, Whole};
pub use resume::{Earlier, Opened, open};
pub use spool::TemporaryFile;

pub use kvs_archive as archive;
