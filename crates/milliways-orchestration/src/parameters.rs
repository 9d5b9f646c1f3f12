//! Parameters and job variables: made of what a caller wrote, and held against their schemas.
//!
//! [`hydrate`] puts values in the place of the objects that stand for them (JSON texts, templates,
//! variables). A [`Schema`] says what is wrong with the result: every failure as a tree for a form
//! ([`explain`]), or the one that matters most as a sentence ([`Schema::enforce`]). [`JobVariables`] does
//! the same for the variables of a work pool's template and what deployments and runs put over them.
//!
//! The dialect is JSON Schema 2020-12 with what Prefect's clients rely on: messages as Python's validator
//! words them, optional properties that accept null, lists of item schemas as tuples, blocks by reference.
//! Nothing is fetched, and every call is bounded: in depth, in steps, and in what patterns may cost.

mod best;
mod canonical;
mod check;
mod document;
mod explain;
mod failure;
mod format;
mod hydrate;
mod job_variables;
mod json_text;
mod keywords;
mod pattern;
mod prepare;
mod repr;
mod schema;
mod unevaluated;

pub use explain::{Explanation, Trouble, explain};
pub use failure::{Failure, Step};
pub use hydrate::{Hydrated, Hydration, HydrationError, hydrate, mentions_variables};
pub use job_variables::{JobVariables, JobVariablesError};
pub(crate) use repr::float;
pub use repr::repr;
pub use schema::{Preparation, Refused, Schema, Unusable};

#[cfg(test)]
mod tests;
