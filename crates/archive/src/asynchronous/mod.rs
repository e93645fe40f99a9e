//! What async clients have in common: to walk pages, to list, and to download.
//!
//! A client says how it [sends, reads, and waits](AsyncClient), and has the rest from here. Nothing
//! in here knows a runtime: what is returned are futures, which do something while they are polled.
//!
//! ```
//! use std::pin::Pin;
//! use std::time::{Duration, SystemTime};
//!
//! use kvs_archive::api::archived_media::{
//!     Exception, GetMediaForFragmentList, ListFragments, ListFragmentsOutput,
//! };
//! use kvs_archive::api::protocol::retry::RetryPolicy;
//! use kvs_archive::api::protocol::{Buffered, Bytes, Error, ErrorKind, Interruption, Operation};
//! use kvs_archive::asynchronous::{AsyncClient, Download, Payload};
//! use kvs_archive::{ExportOptions, Selection};
//!
//! /// A client that has no connection.
//! #[derive(Debug, Clone)]
//! struct Offline;
//!
//! struct Nothing;
//!
//! impl AsyncClient for Offline {
//!     type Payload = Nothing;
//!
//!     async fn send<O>(&self, _: O) -> Result<O::Output, Error<O::Error>>
//!     where
//!         O: Operation<Delivery = Buffered>,
//!     {
//!         Err(Error::unsent(O::NAME, ErrorKind::Credentials("there are none".to_owned())))
//!     }
//!
//!     async fn list_fragments(
//!         &self,
//!         list: ListFragments,
//!     ) -> Result<ListFragmentsOutput, Error<Exception>> {
//!         self.send(list).await
//!     }
//!
//!     async fn get_media(&self, _: GetMediaForFragmentList) -> Result<Nothing, Error<Exception>> {
//!         Ok(Nothing)
//!     }
//!
//!     fn now(&self) -> SystemTime {
//!         SystemTime::UNIX_EPOCH
//!     }
//!
//!     fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
//!         Box::pin(std::future::ready(()))
//!     }
//!
//!     fn retry(&self) -> RetryPolicy {
//!         RetryPolicy::default()
//!     }
//! }
//!
//! impl Payload for Nothing {
//!     async fn chunk(&mut self) -> Result<Option<Bytes>, Interruption> {
//!         Ok(None)
//!     }
//! }
//!
//! # async fn run() {
//! let numbers = Selection::numbers("door", vec!["1".parse().unwrap()]);
//! let mut download = Download::new(Offline, numbers, None, ExportOptions::default());
//! assert!(download.next().await.is_none());
//! assert_eq!(download.report().missing.len(), 1);
//! # }
//! # let mut run = std::pin::pin!(run());
//! # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//! # assert!(run.as_mut().poll(&mut context).is_ready());
//! ```

mod download;
mod pages;

use std::pin::Pin;
use std::time::{Duration, SystemTime};

use kvs_api::archived_media::{
    Exception, GetMediaForFragmentList, ListFragments, ListFragmentsOutput,
};
use kvs_api::protocol::retry::RetryPolicy;
use kvs_api::protocol::{Buffered, Bytes, Error, ErrorKind, Interruption, Operation, Timestamp};

use crate::listing::{Listed, Listing};
use crate::selection::TimestampOrigin;

pub use download::Download;
pub use pages::Pages;

/// An async client, as far as what stands on it needs one. Clones share what they have.
pub trait AsyncClient: Clone + Send + Sync + 'static {
    /// The payload of a streamed answer.
    type Payload: Payload;

    /// Sends an operation and gives its output, after as many attempts as it is worth. The future is
    /// `Send` where the operation is.
    fn send<O>(&self, operation: O) -> impl Future<Output = Result<O::Output, Error<O::Error>>>
    where
        O: Operation<Delivery = Buffered>;

    /// The same for a page of a listing.
    fn list_fragments(
        &self,
        list: ListFragments,
    ) -> impl Future<Output = Result<ListFragmentsOutput, Error<Exception>>> + Send;

    /// Asks for fragments and gives the payload of the answer, as it comes in.
    fn get_media(
        &self,
        get: GetMediaForFragmentList,
    ) -> impl Future<Output = Result<Self::Payload, Error<Exception>>> + Send;

    /// What time it is.
    fn now(&self) -> SystemTime;

    /// Is over after so much time.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// When calls are sent again.
    fn retry(&self) -> RetryPolicy;
}

/// The payload of a streamed answer.
pub trait Payload: Send + 'static {
    /// The next piece, `None` at the end. No piece is lost if the future is dropped before it is
    /// ready.
    ///
    /// # Errors
    /// [`Interruption`] when the payload broke off.
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, Interruption>> + Send;
}

/// What `stream`, its name or ARN, holds of a range of time, in order.
///
/// # Errors
/// Those of `ListFragments`.
pub async fn list(
    client: &impl AsyncClient,
    stream: &str,
    by: TimestampOrigin,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Listed>, Error<Exception>> {
    let mut listing = Listing::new(stream, by, from, to);
    while let Some(request) = listing.request() {
        let page = client.list_fragments(request.clone()).await?;
        listing.page(page).map_err(|malformed| {
            Error::unsent(ListFragments::NAME, ErrorKind::Malformed(malformed))
        })?;
    }
    Ok(listing.into_fragments())
}
