//! Connections that the caller opens.

use std::fmt;
use std::io;
use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite};

/// Opens connections in place of the client: from a certain interface, with options of its own, over
/// something else than TCP. TLS, and the proxy's tunnel, are laid over them. It may take as long as
/// [`Timeouts::connect`](crate::Timeouts::connect) says, and is dropped then.
pub trait Connect: fmt::Debug + Send + Sync {
    /// A connection to `host`, a name or an address without brackets.
    fn connect<'a>(&'a self, host: &'a str, port: u16) -> Connecting<'a>;
}

/// A connection in the making.
pub type Connecting<'a> = Pin<Box<dyn Future<Output = io::Result<Box<dyn Stream>>> + Send + 'a>>;

/// What bytes go in and come out of.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}
