//! Answers that come in pages.

use kvs_archive::api::protocol::{Buffered, Error, ErrorKind, Malformed, Paginated};

use crate::client::Client;

/// The pages of an operation, one request each. It ends after the last page, or after an error.
///
/// ```no_run
/// use kvs_hyper::api::video::ListStreams;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let client = kvs_hyper::Client::from_env()?;
/// let mut pages = client.pages(ListStreams::default());
/// while let Some(page) = pages.next().await {
///     for stream in page?.stream_info_list.unwrap_or_default() {
///         println!("{}", stream.stream_name.unwrap_or_default());
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Pages<O> {
    client: Client,
    next: Option<Result<O, Malformed>>,
}

impl<O> Pages<O> {
    pub(crate) fn new(client: Client, first: O) -> Self {
        Self {
            client,
            next: Some(Ok(first)),
        }
    }
}

impl<O: Paginated<Delivery = Buffered>> Pages<O> {
    /// The next page. If the future is dropped before it is ready, the page is asked for again.
    ///
    /// # Errors
    /// Those of [`Client::send`], and [`Malformed`] when the page before has the very token that it
    /// was asked for with: there is more, and no way to it.
    pub async fn next(&mut self) -> Option<Result<O::Output, Error<O::Error>>> {
        let page = match self.next.as_ref()? {
            Ok(operation) => {
                let page = self.client.send(operation).await;
                page.map(|page| (operation.after(&page).transpose(), page))
            }
            Err(malformed) => Err(Error::unsent(
                O::NAME,
                ErrorKind::Malformed(malformed.clone()),
            )),
        };
        self.next = None;
        Some(page.map(|(next, page)| {
            self.next = next;
            page
        }))
    }
}
