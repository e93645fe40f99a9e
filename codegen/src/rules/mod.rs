//! What endpoints are found by.

mod partitions;

pub(crate) use partitions::table;
