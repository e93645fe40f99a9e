//! Over `hyper`: each step is run to its end on a runtime of this thread.

use std::io;

use kvs_archive::api::archived_media::{Exception, GetImages, Image};
use kvs_archive::api::protocol::{Error, Origin, Timestamp};
use kvs_archive::api::video::{ListStreams, StreamInfo};
use kvs_archive::mkv::Fragment;
use kvs_archive::{ExportOptions, Listed, Plan, Report, Selection, TimestampOrigin};
use kvs_file::TemporaryFile;
use kvs_hyper::Client;
use tokio::runtime::{Builder, Runtime};

use super::notices::Notices;
use super::settings::Connection;
use super::{Download, Source, explain};
use crate::exit::Failure;

#[derive(Debug)]
pub(super) struct Hyper {
    client: Client,
    runtime: Runtime,
    connection: Connection,
}

impl Hyper {
    pub(super) fn new(connection: Connection) -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let failure = |error: io::Error| Failure::io("start the async runtime", &error);
        let client = Client::builder(&connection.settings)
            .retry(connection.retry.clone())
            .observer(Notices);
        Ok(Self {
            client: client.build().map_err(Failure::new)?,
            runtime: runtime.map_err(failure)?,
            connection,
        })
    }
}

impl Source for Hyper {
    fn region(&self) -> &str {
        self.connection.settings.region.as_ref()
    }

    fn endpoint(&self) -> Option<&Origin> {
        self.connection.settings.endpoint_url.as_ref()
    }

    fn streams(&self) -> Result<Vec<StreamInfo>, Failure> {
        let mut pages = self.client.pages(ListStreams::default());
        let mut streams = Vec::new();
        while let Some(page) = self.runtime.block_on(pages.next()) {
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
        let listed = self.client.list(stream, by, from, to);
        self.runtime.block_on(listed).map_err(explain)
    }

    fn images(
        &self,
        request: GetImages,
        take: &mut dyn FnMut(Image) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut pages = self.client.pages(request);
        while let Some(page) = self.runtime.block_on(pages.next()) {
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
        Box::new(Stepped {
            download: download.with_spool(spool),
            runtime: &self.runtime,
        })
    }
}

#[derive(Debug)]
struct Stepped<'a> {
    download: kvs_hyper::Download,
    runtime: &'a Runtime,
}

impl Download for Stepped<'_> {
    fn next(&mut self) -> Option<Result<Fragment, Error<Exception>>> {
        self.runtime.block_on(self.download.next())
    }

    fn plan(&self) -> Option<&Plan> {
        self.download.plan()
    }

    fn report(&self) -> &Report {
        self.download.report()
    }
}
