//! The commands, one file for each noun.

pub(crate) mod completion;
pub(crate) mod config;
pub(crate) mod profile;
pub(crate) mod reference;
pub(crate) mod version;
