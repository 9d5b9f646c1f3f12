//! Filters: which objects a list or a count is about.
//!
//! A filter holds criteria by field; an absent one lets everything through. `operator` says whether all of
//! them must hold or one is enough. The pieces that several resources share are here, each resource has a
//! file of its own.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

mod artifact;
mod automation;
mod block;
mod deployment;
mod event;
mod flow;
mod flow_run;
mod log;
mod task_run;
mod variable;
mod work_pool;
mod work_queue;
mod worker;

pub use artifact::*;
pub use automation::*;
pub use block::*;
pub use deployment::*;
pub use event::*;
pub use flow::*;
pub use flow_run::*;
pub use log::*;
pub use task_run::*;
pub use variable::*;
pub use work_pool::*;
pub use work_queue::*;
pub use worker::*;

/// Whether all criteria must hold, or one is enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Operator {
    /// All.
    #[default]
    #[serde(rename = "and_")]
    And,
    /// One.
    #[serde(rename = "or_")]
    Or,
}

/// One of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AnyOf<T> {
    /// One of these.
    #[serde(default = "absent")]
    pub any_: Option<Vec<T>>,
}

/// One of a list, none of another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AnyOrNot<T> {
    /// One of these.
    #[serde(default = "absent")]
    pub any_: Option<Vec<T>>,
    /// None of these.
    #[serde(default = "absent")]
    pub not_any_: Option<Vec<T>>,
}

/// One of a list, or nothing at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AnyOrNull<T> {
    /// All criteria, or one.
    #[serde(default)]
    pub operator: Operator,
    /// One of these.
    #[serde(default = "absent")]
    pub any_: Option<Vec<T>>,
    /// Whether it must be unset (true) or set (false).
    #[serde(default = "absent")]
    pub is_null_: Option<bool>,
}

/// A plain `#[serde(default)]` would ask for `T: Default`.
fn absent<T>() -> Option<T> {
    None
}

// Derived ones would ask for `T: Default`.
impl<T> Default for AnyOf<T> {
    fn default() -> Self {
        Self { any_: None }
    }
}
impl<T> Default for AnyOrNot<T> {
    fn default() -> Self {
        Self {
            any_: None,
            not_any_: None,
        }
    }
}
impl<T> Default for AnyOrNull<T> {
    fn default() -> Self {
        Self {
            operator: Operator::And,
            any_: None,
            is_null_: None,
        }
    }
}

macro_rules! pieces {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type),*
        }
    )*};
}
use pieces;

pieces! {
    /// Whether a field is set.
    IsNull {
        /// All criteria, or one.
        operator: Operator,
        /// Whether it must be unset (true) or set (false).
        is_null_: Option<bool>,
    }
    /// Names.
    NameFilter {
        /// One of these, exactly.
        any_: Option<Vec<String>>,
        /// Contains this text, whatever the case.
        like_: Option<String>,
    }
    /// Tags.
    TagsFilter {
        /// All criteria, or one.
        operator: Operator,
        /// Has all of these.
        all_: Option<Vec<String>>,
        /// Has one of these.
        any_: Option<Vec<String>>,
        /// Whether it must have none (true) or one at least (false).
        is_null_: Option<bool>,
    }
    /// Tags, where one of a list can't be asked for.
    AllTagsFilter {
        /// All criteria, or one.
        operator: Operator,
        /// Has all of these.
        all_: Option<Vec<String>>,
        /// Whether it must have none (true) or one at least (false).
        is_null_: Option<bool>,
    }
    /// A span of time, both ends included.
    TimeFilter {
        /// Not after this moment.
        before_: Option<Timestamp>,
        /// Not before this moment.
        after_: Option<Timestamp>,
    }
    /// A span of time, both ends included, or no time at all.
    TimeOrNullFilter {
        /// Not after this moment.
        before_: Option<Timestamp>,
        /// Not before this moment.
        after_: Option<Timestamp>,
        /// Whether it must be unset (true) or set (false).
        is_null_: Option<bool>,
    }
}

/// Words to find in text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TextFilter {
    /// At most 200 characters: see [`TextQuery`](crate::text_query::TextQuery).
    #[serde(deserialize_with = "short")]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub query: String,
}

/// The longest text search, in characters.
const MAX_TEXT_QUERY: usize = 200;

fn short<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let query = String::deserialize(deserializer)?;
    if query.chars().count() > MAX_TEXT_QUERY {
        let text = format!("String should have at most {MAX_TEXT_QUERY} characters");
        return Err(serde::de::Error::custom(text));
    }
    Ok(query)
}
