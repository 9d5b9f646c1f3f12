//! JSON from outside: looked over before it is parsed, and explained when it does not fit.

mod explain;
mod read;
mod scan;

pub(crate) use read::{read, read_filters};
pub(crate) use scan::scan;

#[cfg(test)]
mod tests;
