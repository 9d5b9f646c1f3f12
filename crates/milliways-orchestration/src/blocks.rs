//! Blocks, purely: the checksum of a schema, the definitions in it, and what is hidden of a document.

mod checksum;
mod definitions;
mod secrets;

pub use checksum::checksum;
pub use definitions::{
    Nested, References, assemble, child_fields, definitions_to_store, references,
};
pub use secrets::{conceal, restore, secret_fields};

#[cfg(test)]
mod tests;
