//! Blocks put together: schemas with what is nested in them, documents with the documents that stand for
//! some of their values.

pub(crate) mod documents;
pub(crate) mod schemas;
pub(crate) mod system;
