//! Answers that come in pages.

use kvs_archive::api::protocol::{Buffered, Error, Paginated};

use crate::client::Client;

/// The pages of an operation, one request each. It ends after the last page, or after an error.
///
/// ```no_run
/// use kvs_ureq::api::video::ListStreams;
///
/// # let client = kvs_ureq::Client::from_env()?;
/// for page in client.pages(ListStreams::default()) {
///     for stream in page?.stream_info_list.unwrap_or_default() {
///         println!("{}", stream.stream_name.unwrap_or_default());
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
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

impl<O: Paginated<Delivery = Buffered>> Iterator for Pages<O> {
    type Item = Result<O::Output, Error<O::Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        let operation = self.next.take()?;
        let page = self.client.send(&operation);
        if let Ok(page) = &page {
            self.next = operation.after(page);
        }
        Some(page)
    }
}
