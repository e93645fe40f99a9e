//! Where streams are read: the service or an emulator, over one of the two transports.

mod hyper;
mod notices;
mod problem;
mod settings;
mod ureq;

use kvs_archive::api::archived_media::{self, GetImages, Image};
use kvs_archive::api::protocol::{Error, Origin, Timestamp};
use kvs_archive::api::video::StreamInfo;
use kvs_archive::mkv::Fragment;
use kvs_archive::{ExportOptions, Listed, Plan, Report, Selection, TimestampOrigin};
use kvs_file::TemporaryFile;

use crate::args::{Global, Transport};
use crate::exit::Failure;

pub(crate) use problem::explain;
pub(crate) use settings::attempts;

/// What commands ask of a transport.
pub(crate) trait Source {
    /// The region that is worked in.
    fn region(&self) -> &str;

    /// The control service's endpoint, unless it is the region's.
    fn endpoint(&self) -> Option<&Origin>;

    /// All streams of the account.
    fn streams(&self) -> Result<Vec<StreamInfo>, Failure>;

    /// What a stream holds of a range of time, in order.
    fn list(
        &self,
        stream: &str,
        by: TimestampOrigin,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Listed>, Failure>;

    /// Takes all images of a request, page after page.
    fn images(
        &self,
        request: GetImages,
        take: &mut dyn FnMut(Image) -> Result<(), Failure>,
    ) -> Result<(), Failure>;

    /// Begins to fetch fragments, or goes on with what an earlier run has planned.
    fn download(
        &self,
        selection: Selection,
        plan: Option<Plan>,
        options: ExportOptions,
        spool: TemporaryFile,
    ) -> Box<dyn Download + '_>;
}

/// Fragments on their way, in order.
pub(crate) trait Download {
    /// The next one, or a part of it; `None` after the last.
    fn next(&mut self) -> Option<Result<Fragment, Error<archived_media::Exception>>>;

    /// All that is to be fetched, once that is known.
    fn plan(&self) -> Option<&Plan>;

    /// What has been done so far.
    fn report(&self) -> &Report;
}

/// The transport that the command line asks for, with the settings of the command line, the
/// environment and the shared files.
pub(crate) fn open(global: &Global) -> Result<Box<dyn Source>, Failure> {
    let connection = settings::Connection::new(global)?;
    Ok(match global.transport {
        Transport::Ureq => Box::new(ureq::Ureq::new(connection)?),
        Transport::Hyper => Box::new(hyper::Hyper::new(connection)?),
    })
}
