//! JSON from outside: looked over before it is parsed, and explained when it does not fit.

mod explain;
mod lax;
mod read;
mod scan;

pub(crate) use lax::truth;
pub(crate) use read::{read, read_filters};
pub(crate) use scan::scan;

#[cfg(test)]
mod tests;
