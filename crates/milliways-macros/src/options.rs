//! What stands between the brackets of an attribute.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Error, Expr, ExprArray, ExprCall, Ident, LitStr, Result, Token, parenthesized};

use crate::{Kind, duration};

/// The options of an attribute, as expressions where they are values.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) run_name: Option<LitStr>,
    pub(crate) version: Option<LitStr>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) retries: Option<Expr>,
    /// Of type `Delays`.
    pub(crate) retry_delay: Option<TokenStream>,
    pub(crate) retry_jitter: Option<Expr>,
    pub(crate) retry_if: Option<Expr>,
    /// Of type `Duration`.
    pub(crate) timeout: Option<TokenStream>,
    /// Where `timeout` was written.
    pub(crate) timeout_span: Option<Span>,
    pub(crate) cache: Option<Cache>,
    /// Parameters that are not recorded.
    pub(crate) skip: Vec<Ident>,
}

/// How results are kept.
pub(crate) struct Cache {
    pub(crate) span: Span,
    /// A template; without one the arguments are the key.
    pub(crate) key: Option<LitStr>,
    /// Of type `Duration`.
    pub(crate) lifetime: Option<TokenStream>,
}

const OF_BOTH: &str =
    "name, run_name, version, tags, retries, retry_delay, retry_jitter, retry_if, timeout, skip";
const OF_TASKS: &str = "cache, cache_key, cache_for";

impl Options {
    pub(crate) fn parse(kind: Kind, input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        let mut seen: Vec<Ident> = Vec::new();
        while !input.is_empty() {
            let option = input.call(Ident::parse_any)?;
            if seen.contains(&option) {
                return Err(Error::new(
                    option.span(),
                    format!("`{option}` is given twice"),
                ));
            }
            options.parse_one(kind, &option, input)?;
            seen.push(option);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }

    fn parse_one(&mut self, kind: Kind, option: &Ident, input: ParseStream<'_>) -> Result<()> {
        let is_task = kind == Kind::Task;
        match option.to_string().as_str() {
            "name" => self.name = Some(value(input)?),
            "run_name" => self.run_name = Some(value(input)?),
            "version" => self.version = Some(value(input)?),
            "tags" => self.tags = tags(input)?,
            "retries" => self.retries = Some(value(input)?),
            "retry_delay" => self.retry_delay = Some(delays(&value(input)?)?),
            "retry_jitter" => self.retry_jitter = Some(value(input)?),
            "retry_if" => self.retry_if = Some(value(input)?),
            "timeout" => {
                self.timeout = Some(duration::expression(&value(input)?)?);
                self.timeout_span = Some(option.span());
            }
            "skip" => self.skip = names(input)?,
            "cache" if is_task => drop(self.cache(option)),
            "cache_key" if is_task => self.cache(option).key = Some(value(input)?),
            "cache_for" if is_task => {
                self.cache(option).lifetime = Some(duration::expression(&value(input)?)?);
            }
            unknown => {
                let mut known = OF_BOTH.to_owned();
                if is_task {
                    known = format!("{known}, {OF_TASKS}");
                }
                let word = kind.word();
                return Err(Error::new(
                    option.span(),
                    format!("a {word} has no option `{unknown}`; there are: {known}"),
                ));
            }
        }
        Ok(())
    }

    fn cache(&mut self, option: &Ident) -> &mut Cache {
        self.cache.get_or_insert_with(|| Cache {
            span: option.span(),
            key: None,
            lifetime: None,
        })
    }
}

/// `= value`.
fn value<T: syn::parse::Parse>(input: ParseStream<'_>) -> Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `= ["a", "b"]`.
fn tags(input: ParseStream<'_>) -> Result<Vec<LitStr>> {
    input.parse::<Token![=]>()?;
    let items;
    syn::bracketed!(items in input);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&items)?
        .into_iter()
        .collect())
}

/// `(a, b)`.
fn names(input: ParseStream<'_>) -> Result<Vec<Ident>> {
    let items;
    parenthesized!(items in input);
    Ok(Punctuated::<Ident, Token![,]>::parse_terminated(&items)?
        .into_iter()
        .collect())
}

/// One length of time, a list of them, or `exponential(first)`.
fn delays(written: &Expr) -> Result<TokenStream> {
    match written {
        Expr::Array(ExprArray { elems, .. }) => {
            let each = elems
                .iter()
                .map(duration::expression)
                .collect::<Result<Vec<_>>>()?;
            Ok(quote!(::milliways::__private::Delays::Each(&[#(#each),*])))
        }
        Expr::Call(ExprCall { func, args, .. }) if is_exponential(func) && args.len() == 1 => {
            let first = duration::expression(&args[0])?;
            Ok(quote!(::milliways::__private::Delays::Exponential(#first)))
        }
        one => {
            let one = duration::expression(one)?;
            Ok(quote!(::milliways::__private::Delays::Each(&[#one])))
        }
    }
}

fn is_exponential(function: &Expr) -> bool {
    matches!(function, Expr::Path(path) if path.path.is_ident("exponential"))
}
