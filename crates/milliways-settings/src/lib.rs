//! Every setting declared once, where its value comes from, and profiles.
//!
//! This crate owns the *declarations* (name, variables, type, default, explanation) and the *sources*
//! (environment, profile, default). It owns no behaviour: what a setting does is the business of whoever reads it.
//!
//! ```text
//! let settings = Settings::load()?;
//! let port = settings.get(defs::server::API_PORT)?;
//! ```
//!
//! # Names
//!
//! A setting has one name with dots, `server.api.port`, from which its variable follows: `MILLIWAYS_SERVER_API_PORT`.
//! Prefect's spelling of the same setting, `PREFECT_SERVER_API_PORT`, and its older spellings are understood beside it,
//! in the environment and in profiles alike. The first of these that is set to something other than nothing wins:
//!
//! 1. an override made by the program itself ([`Settings::with`]: a command-line option, a test);
//! 2. the environment, `MILLIWAYS_*` before `PREFECT_*`;
//! 3. files of the folder that the program is started in: `.env`, `milliways.toml`, `prefect.toml`, and the tables
//!    `[tool.milliways]` and `[tool.prefect]` of `pyproject.toml`;
//! 4. the active profile, `MILLIWAYS_*` before `PREFECT_*`;
//! 5. the default.
//!
//! # How to add a setting
//!
//! Add one entry to the file of its group in `defs/`. Its doc comment is the help text, the reference page and
//! the explanation of `milliways config view`; run `cargo xtask codegen` to refresh the page. A new type of value
//! implements [`Value`] in `value/`.

mod active;
mod database;
mod declare;
pub mod defs;
mod error;
mod paths;
mod profile_file;
mod profiles;
mod project;
mod setting;
mod settings;
mod source;
mod value;

pub use active::ActiveProfile;
pub use database::DatabaseUrl;
pub use error::{Error, Result};
pub use paths::Paths;
pub use profile_file::ProfileFile;
pub use profiles::{Origin, ProfileEntry, Profiles};
pub use project::ProjectFile;
pub use setting::{Key, Setting};
pub use settings::{Remark, Settings};
pub use source::{Found, Source, Sources};
pub use value::{
    ByteSize, Durability, DurationsByName, Headers, HttpUrl, LogFormat, LogLevel, MissingFlow,
    Numbers, Secret, Selection, StatusCodes, Value, Words,
};
