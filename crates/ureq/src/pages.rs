//! Answers that come in pages.

use kvs_archive::api::protocol::{Buffered, Error, ErrorKind, Malformed, Paginated};

use crate::client::Client;

/// The pages of an operation, one request each. It ends after the last page, or after an error. A
/// page with the very token that it was asked for with is followed by an error: there is more, and no
/// way to it.
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

impl<O: Paginated<Delivery = Buffered>> Iterator for Pages<O> {
    type Item = Result<O::Output, Error<O::Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        let operation = match self.next.take()? {
            Ok(operation) => operation,
            Err(malformed) => {
                return Some(Err(Error::unsent(O::NAME, ErrorKind::Malformed(malformed))));
            }
        };
        let page = self.client.send(&operation);
        if let Ok(page) = &page {
            self.next = operation.after(page).transpose();
        }
        Some(page)
    }
}
