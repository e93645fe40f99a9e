//! Answers that come in pages.

use kvs_api::protocol::{Buffered, Error, ErrorKind, Malformed, Paginated};

use super::AsyncClient;

/// The pages of an operation, one request each. It ends after the last page, or after an error.
#[derive(Debug)]
pub struct Pages<C, O> {
    client: C,
    next: Option<Result<O, Malformed>>,
}

impl<C, O> Pages<C, O> {
    /// The pages from the one that `first` asks for.
    pub fn new(client: C, first: O) -> Self {
        Self {
            client,
            next: Some(Ok(first)),
        }
    }
}

impl<C, O> Pages<C, O>
where
    C: AsyncClient,
    O: Paginated<Delivery = Buffered>,
{
    /// The next page. If the future is dropped before it is ready, the page is asked for again.
    ///
    /// # Errors
    /// Those of [sending](AsyncClient::send), and [`Malformed`] when the page before has the very token that it
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
