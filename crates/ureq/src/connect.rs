//! Connections that the caller opens.

use std::fmt;
use std::io;
use std::net::TcpStream;
use std::time::Duration;

/// Opens connections in place of the client: from a certain interface, with options of its own, by a
/// name service of its own. TLS, and the proxy's tunnel, are laid over them.
pub trait Connect: fmt::Debug + Send + Sync {
    /// A connection to `host`, a name or an address without brackets.
    ///
    /// # Errors
    /// When there is none `within` that time. The kind of the error decides whether it is tried
    /// again, as for the client's own connections.
    fn connect(&self, host: &str, port: u16, within: Duration) -> io::Result<TcpStream>;
}
