//! The attributes `#[flow]` and `#[task]` of the Rust SDK; `milliways` exports and documents them.
//!
//! An attribute makes of a function another one of the same name and arguments, which gives a call that can be
//! awaited, run or submitted. What the call does is in the crate `milliways`; here is only what has to be known of the
//! function's text. To add an option: a field of `Options`, and what it becomes in `expand`.

mod duration;
mod expand;
mod function;
mod options;

use proc_macro::TokenStream;
use syn::{ItemFn, parse_macro_input};

use options::Options;

/// What a function is made into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Flow,
    Task,
}

impl Kind {
    /// The word for it, in errors.
    const fn word(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Task => "task",
        }
    }
}

/// Makes a flow of a function; see the crate `milliways`.
#[proc_macro_attribute]
pub fn flow(options: TokenStream, function: TokenStream) -> TokenStream {
    attribute(Kind::Flow, options, function)
}

/// Makes a task of a function; see the crate `milliways`.
#[proc_macro_attribute]
pub fn task(options: TokenStream, function: TokenStream) -> TokenStream {
    attribute(Kind::Task, options, function)
}

fn attribute(kind: Kind, options: TokenStream, function: TokenStream) -> TokenStream {
    let parse = |input: syn::parse::ParseStream<'_>| Options::parse(kind, input);
    let options = parse_macro_input!(options with parse);
    let item = parse_macro_input!(function as ItemFn);
    expand::expand(kind, &options, item)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
