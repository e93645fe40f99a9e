//! What compiled endpoint rule sets are made of.
//!
//! A service's model says by rules where its requests go. The generator writes them down as a
//! function of the parameters, which calls what is here: the [functions](partition) of the rule
//! language, and the types of its outcome.
//!
//! ```
//! use kvs_protocol::rules::{self, Endpoint, Unresolved};
//!
//! fn resolve(region: &str) -> Result<Endpoint, Unresolved> {
//!     if rules::is_valid_host_label(region, false) {
//!         let partition = rules::partition(region);
//!         return Ok(Endpoint::new(format!("https://demo.{region}.{}", partition.dns_suffix)));
//!     }
//!     Err(Unresolved::refused("Invalid region"))
//! }
//!
//! assert_eq!(resolve("cn-north-1")?.url(), "https://demo.cn-north-1.amazonaws.com.cn");
//! assert_eq!(resolve("no/region").unwrap_err().to_string(), "Invalid region");
//! # Ok::<(), Unresolved>(())
//! ```

mod arn;
mod by_prefix;
mod endpoint;
mod host;
mod partition;
mod partitions;
mod text;
mod url;

pub use arn::{Arn, parse_arn};
pub use by_prefix::by_prefix;
pub use endpoint::{BuiltIns, Endpoint, Property, Unresolved};
pub use host::{is_valid_host_label, is_virtual_hostable_s3_bucket};
pub use partition::{Partition, partition};
pub use text::{split, substring, uri_encode};
pub use url::{Url, parse_url};
