//! Bytes in, fragments out.
//!
//! ```text
//!           ┌──────────────── next head ◀───────────────┐
//!           ▼                                           │
//! Start ─▶ Head ─┬─ master opened ──────────────────────┤
//!                ├─ Payload, until it is whole ─────────┤  a block is held until a head that may
//!                ├─ Collect, until what cannot be in it ─┤
//!                ├─ Skip ───────────────────────────────┘  follow it shows that its size is right
//!                │
//!                └─ fault ─▶ Lost ─ a place to begin ─▶ Head
//! ```

mod additions;
mod apply;
mod block;
mod checksum;
mod collect;
mod decoder;
mod doctype;
mod encoding;
mod ends;
mod event;
mod fragments;
mod gather;
mod header;
mod input;
mod intake;
mod level;
mod limits;
mod lost;
mod next;
mod open;
mod parts;
mod raw;
mod run;
mod scan;
mod tags;

#[cfg(test)]
mod build;
#[cfg(test)]
mod tests;

pub use self::decoder::Decoder;
pub use self::event::{Damage, Event, Fault, FragmentBegin, FragmentEnd};
pub use self::fragments::Fragments;
pub use self::limits::Limits;
pub use self::parts::{ChangedInput, Parts};
