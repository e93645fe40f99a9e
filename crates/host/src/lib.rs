//! What drivers for Amazon Kinesis Video Streams archives ask the machine that they run on: its variables,
//! its files and its programs.
//!
//! The machines of `kvs-protocol` [ask](credentials::Ask) for these, and get none of it themselves. A
//! driver of one's own, on another HTTP client, answers with what is here:
//!
//! ```
//! use kvs_host::Environment;
//! use kvs_host::credentials::{Answer, Ask};
//!
//! /// Everything but requests and waits, of which a driver has its own.
//! fn answer(ask: Ask, environment: &Environment) -> Option<Answer> {
//!     match ask {
//!         Ask::Env(name) => Some(environment.answer(name)),
//!         Ask::File(path) => Some(kvs_host::read(&path)),
//!         Ask::Run { program, arguments } => Some(kvs_host::run(&program, &arguments)),
//!         Ask::Store { path, content } => Some(kvs_host::store(&path, &content)),
//!         _ => None,
//!     }
//! }
//! let nothing = answer(Ask::File("/nowhere".into()), &Environment::default());
//! assert!(matches!(nothing, Some(Answer::Nothing)));
//! ```
//!
//! All of it blocks: an async driver leaves it to threads that are there for that.
#![forbid(unsafe_code)]

mod environment;
mod program;
mod read;
mod settings;
mod store;
#[cfg(feature = "tracing")]
mod tracing;

pub use environment::Environment;
pub use kvs_archive::api::protocol::credentials;
pub use program::run;
pub use read::read;
pub use settings::from_surroundings;
pub use store::store;
#[cfg(feature = "tracing")]
pub use tracing::Tracing;
