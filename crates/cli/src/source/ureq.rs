//! Over `ureq`.

use kvs_archive::api::archived_media::{Exception, GetImages, Image};
use kvs_archive::api::protocol::{Error, Origin, Timestamp};
use kvs_archive::api::video::{ListStreams, StreamInfo};
use kvs_archive::mkv::Fragment;
use kvs_archive::{ExportOptions, Listed, Plan, Report, Selection, TimestampOrigin};
use kvs_file::TemporaryFile;
use kvs_ureq::Client;

use super::notices::Notices;
use super::settings::Connection;
use super::{Download, Source, explain};
use crate::exit::Failure;

#[derive(Debug)]
pub(super) struct Ureq {
    client: Client,
    connection: Connection,
}

impl Ureq {
    pub(super) fn new(connection: Connection) -> Result<Self, Failure> {
        let client = Client::builder(&connection.settings)
            .retry(connection.retry.clone())
            .observer(Notices);
        Ok(Self {
            client: client.build().map_err(Failure::new)?,
            connection,
        })
    }
}

impl Source for Ureq {
    fn region(&self) -> &str {
        self.connection.settings.region.as_ref()
    }

    fn endpoint(&self) -> Option<&Origin> {
        self.connection.settings.endpoint_url.as_ref()
    }

    fn streams(&self) -> Result<Vec<StreamInfo>, Failure> {
        let mut streams = Vec::new();
        for page in self.client.pages(ListStreams::default()) {
            let page = page.map_err(explain)?;
            streams.extend(page.stream_info_list.unwrap_or_default());
        }
        Ok(streams)
    }

    fn list(
        &self,
        stream: &str,
        by: TimestampOrigin,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Listed>, Failure> {
        self.client.list(stream, by, from, to).map_err(explain)
    }

    fn images(
        &self,
        request: GetImages,
        take: &mut dyn FnMut(Image) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        for page in self.client.pages(request) {
            let images = page.map_err(explain)?.images.unwrap_or_default();
            images.into_iter().try_for_each(&mut *take)?;
        }
        Ok(())
    }

    fn download(
        &self,
        selection: Selection,
        plan: Option<Plan>,
        options: ExportOptions,
        spool: TemporaryFile,
    ) -> Box<dyn Download + '_> {
        let download = match plan {
            Some(plan) => self.client.resume(selection, plan, options),
            None => self.client.download(selection, options),
        };
        Box::new(download.with_spool(spool))
    }
}

impl Download for kvs_ureq::Download {
    fn next(&mut self) -> Option<Result<Fragment, Error<Exception>>> {
        Iterator::next(self)
    }

    fn plan(&self) -> Option<&Plan> {
        self.plan()
    }

    fn report(&self) -> &Report {
        self.report()
    }
}
