//! Endpoint rule sets: from the rules of a model to a function that reads as if written by hand.
//!
//! ```text
//! JSON ──parse──▶ RuleSet ──lower──▶ typed Rust expressions ──emit──▶ one module
//! ```
//!
//! Types are checked on the way: what a rule set may leave unset must have been tested before it
//! is used, so that the function needs no interpreter and nothing in it can fail. A rule set that
//! does not keep to that is refused with the path of the rule and the name of the function.

mod ast;
mod attribute;
mod emit;
mod expression;
mod functions;
mod parameters;
mod parse;
mod partitions;
mod problem;
mod scope;
mod template;

pub use ast::RuleSet;
pub(crate) use parameters::Argument;
pub(crate) use partitions::table;
