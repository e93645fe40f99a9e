//! Answers that come in pages.

use kvs_archive::api::protocol::{Buffered, Error, Paginated};

use crate::client::Client;

/// The pages of an operation, one request each. It ends after the last page, or after an error.
///
/// ```no_run
/// use kvs_smithy::api::video::ListStreams;
///
/// # async fn run(config: aws_types::SdkConfig) -> Result<(), Box<dyn std::error::Error>> {
/// # let client = kvs_smithy::Client::new(&config)?;
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
    next: Option<O>,
}

impl<O> Pages<O> {
    pub(crate) fn new(client: Client, first: O) -> Self {
        Self {
            client,
            next: Some(first),
        }
    }
}

impl<O: Paginated<Delivery = Buffered>> Pages<O> {
    /// The next page. If the future is dropped before it is ready, the page is asked for again.
    ///
    /// # Errors
    /// Those of [`Client::send`].
    pub async fn next(&mut self) -> Option<Result<O::Output, Error<O::Error>>> {
        let operation = self.next.as_ref()?;
        let page = self.client.send(operation).await;
        self.next = match &page {
            Ok(page) => operation.after(page),
            Err(_) => None,
        };
        Some(page)
    }
}
