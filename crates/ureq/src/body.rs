//! The body of an answer.

use std::fmt;
use std::io::{self, Read};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use kvs_archive::api::protocol::Interruption;

use crate::transport::interrupted_io;

/// Many small pieces share one block, so that a piece that is kept pins little more than itself.
const BLOCK: usize = 64 << 10;
/// What is left of a block is given up when it is less than one of so many parts of it.
const PARTS: usize = 16;
/// What is announced is a claim: of more than that, as much is believed as has come.
const MOST_RESERVED: usize = 1 << 20;

/// The payload of a streamed answer, as it comes in.
///
/// Dropping it before its end closes the connection; at its end the connection serves the next
/// request.
pub struct Body {
    reader: ureq::BodyReader<'static>,
    /// How long it is said to be, or 0.
    announced: usize,
    block: BytesMut,
    block_size: usize,
    /// When all that is no payload has to be there.
    until: Option<Instant>,
}

impl Body {
    /// One whose pieces are of the size of a buffer at most, if there is a limit for those.
    pub(crate) fn new(body: ureq::Body, buffer: Option<usize>, until: Option<Instant>) -> Self {
        let announced = body.content_length().unwrap_or(0);
        Self {
            announced: usize::try_from(announced).unwrap_or(usize::MAX),
            reader: body.into_reader(),
            block: BytesMut::new(),
            block_size: buffer.unwrap_or(BLOCK).clamp(1, BLOCK),
            until,
        }
    }

    /// The next piece, `None` at the end.
    ///
    /// # Errors
    /// [`Interruption`] when the peer closes the connection before the end, or is silent for too
    /// long.
    pub fn chunk(&mut self) -> Result<Option<Bytes>, Interruption> {
        self.chunk_up_to(usize::MAX)
    }

    /// The same, of that many bytes at most.
    pub(crate) fn chunk_up_to(&mut self, max: usize) -> Result<Option<Bytes>, Interruption> {
        if self.block.is_empty() || self.block.len() < self.block_size / PARTS {
            self.block = BytesMut::zeroed(self.block_size);
        }
        let end = max.min(self.block.len());
        let len = loop {
            let free = self.block.get_mut(..end).unwrap_or_default();
            match self.reader.read(free) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read.map_err(|error| interrupted_io(&error))?,
            }
        };
        Ok((len > 0).then(|| self.block.split_to(len).freeze()))
    }

    /// The body up to its end, or up to `limit` bytes.
    pub(crate) fn read_up_to(&mut self, limit: usize) -> Result<Vec<u8>, Interruption> {
        let mut read = Vec::new();
        self.read_into(&mut read, limit)?;
        Ok(read)
    }

    /// The same, as far as it comes, and comes in time.
    pub(crate) fn prefix(&mut self, limit: usize) -> Vec<u8> {
        let mut read = Vec::new();
        while read.len() < limit && self.until.is_none_or(|until| Instant::now() < until) {
            // Why it breaks off is of no interest: the head has told what matters.
            let Ok(Some(piece)) = self.chunk_up_to(limit.saturating_sub(read.len())) else {
                break;
            };
            read.extend_from_slice(&piece);
        }
        read
    }

    /// The same, to the end of what there is.
    pub(crate) fn read_into(
        &mut self,
        read: &mut Vec<u8>,
        limit: usize,
    ) -> Result<(), Interruption> {
        read.reserve_exact(self.announced.min(limit).min(MOST_RESERVED));
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        let whole = (&mut self.reader).take(limit).read_to_end(read);
        whole.map(drop).map_err(|error| interrupted_io(&error))
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_tells_of_a_refusal_is_read_in_time_or_not() {
        let prefix = |until, limit| {
            let body = ureq::Body::builder().data("why not");
            Body::new(body, None, until).prefix(limit)
        };
        let now = Instant::now();
        assert_eq!(prefix(None, 100), b"why not");
        assert_eq!(prefix(None, 3), b"why");
        assert_eq!(
            prefix(Some(now + Duration::from_secs(3600)), 100),
            b"why not"
        );
        assert_eq!(prefix(Some(now), 100), b"");
    }
}
