//! Writes the function that gives the call.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, ItemFn, Result};

use crate::Kind;
use crate::function::{self, Argument};
use crate::options::{Cache, Options};

pub(crate) fn expand(kind: Kind, options: &Options, item: ItemFn) -> Result<TokenStream> {
    function::check(kind, options, &item)?;
    let arguments = function::arguments(kind, &item)?;
    let output = function::output(&item.sig.output);
    let ItemFn {
        attrs,
        vis,
        sig,
        block,
    } = item;
    let (outside, inside): (Vec<Attribute>, Vec<Attribute>) =
        attrs.into_iter().partition(is_of_outside);
    let name = &sig.ident;
    let (generics, _, bounds) = sig.generics.split_for_impl();
    let value = &output.value;
    let names: Vec<_> = arguments.iter().map(|argument| &argument.name).collect();
    let types: Vec<_> = arguments.iter().map(|argument| &argument.kind).collect();

    let mut body = sig.clone();
    body.ident = format_ident!("__body");
    let (spec, call) = match kind {
        Kind::Flow => (quote!(FlowSpec), quote!(FlowCall)),
        Kind::Task => (quote!(TaskSpec), quote!(TaskCall)),
    };
    let checks = types.iter().map(|argument| {
        quote_spanned!(argument.span()=> ::milliways::__private::check_argument::<#argument>();)
    });
    let declared = declaration(options, &name.to_string());
    let (given, more, cached) = match kind {
        Kind::Flow => (
            parameters(&recorded(options, &arguments)),
            quote!(, __parameters),
            TokenStream::new(),
        ),
        Kind::Task => cached(options, &arguments, value),
    };
    let run_name = options.run_name.as_ref();
    let run_name = optional(run_name.map(|template| quote!(::std::format!(#template))));
    let convert = if output.is_result {
        quote_spanned!(sig.output.span()=> .map_err(::milliways::__private::boxed))
    } else {
        TokenStream::new()
    };
    let result = |called: TokenStream| {
        if output.is_result {
            quote!(#called #convert)
        } else {
            quote!(::core::result::Result::Ok(#called))
        }
    };
    let attempt = if sig.asyncness.is_some() {
        let result = result(quote!(__body(#(#names),*).await));
        quote!(::milliways::__private::Body::asynchronous(move |__last| {
            let __given = __arguments.next(__last);
            async move {
                let (#(#names,)*) = __given?;
                #result
            }
        }))
    } else {
        let result = result(quote!(__body(#(#names),*)));
        quote!(::milliways::__private::Body::synchronous(move |__last| {
            let (#(#names,)*) = __arguments.next(__last)?;
            #result
        }))
    };
    Ok(quote! {
        #(#outside)*
        #vis fn #name #generics (#(#names: #types),*) -> ::milliways::#call<#value> #bounds {
            #(#inside)*
            // Whoever writes a task can't choose to borrow.
            #[allow(clippy::needless_pass_by_value)]
            #body #block

            static __SPEC: ::milliways::__private::#spec =
                ::milliways::__private::#spec::new(#declared);
            #(#checks)*
            let __name = #run_name;
            #given
            let mut __arguments = ::milliways::__private::Arguments::new((#(#names,)*));
            ::milliways::#call::__new(&__SPEC, #attempt, __name #more) #cached
        }
    })
}

/// What belongs to the function that people call; the rest belongs to the one that they wrote.
fn is_of_outside(attribute: &Attribute) -> bool {
    ["doc", "cfg", "deprecated", "must_use"]
        .iter()
        .any(|name| attribute.path().is_ident(name))
}

/// The expression of type `Option` for what may have been written.
fn optional(value: Option<TokenStream>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

/// The constant that says what the flow or task is.
fn declaration(options: &Options, function: &str) -> TokenStream {
    let name = options
        .name
        .as_ref()
        .map_or_else(|| quote!(#function), |name| quote!(#name));
    let version = optional(options.version.as_ref().map(|version| quote!(#version)));
    let retries = optional(options.retries.as_ref().map(|retries| quote!(#retries)));
    let delays = options
        .retry_delay
        .clone()
        .unwrap_or_else(|| quote!(::milliways::__private::Delays::OfSettings));
    let jitter = options
        .retry_jitter
        .as_ref()
        .map_or_else(|| quote!(0.0), |jitter| quote!(#jitter));
    let retry_if = options.retry_if.as_ref();
    let retry_if = optional(retry_if.map(|condition| quote!(#condition)));
    let timeout = optional(options.timeout.clone());
    let tags = &options.tags;
    quote!(::milliways::__private::Declared {
        name: #name,
        key: ::core::concat!(::core::module_path!(), "::", #function),
        version: #version,
        tags: &[#(#tags),*],
        policy: ::milliways::__private::Policy {
            retries: #retries,
            delays: #delays,
            jitter: #jitter,
            retry_if: #retry_if,
            timeout: #timeout,
        },
    })
}

/// The arguments that are written down.
fn recorded<'a>(options: &Options, arguments: &'a [Argument]) -> Vec<&'a Argument> {
    let is_recorded = |argument: &&Argument| !options.skip.contains(&argument.name);
    arguments.iter().filter(is_recorded).collect()
}

/// Writes arguments as JSON into `__parameters`.
fn parameters(recorded: &[&Argument]) -> TokenStream {
    let each = recorded.iter().map(|Argument { name, kind }| {
        let text = name.to_string();
        let text = text.trim_start_matches("r#");
        quote_spanned!(kind.span()=> __parameters.add(#text, &#name);)
    });
    let mutable = (!recorded.is_empty()).then(|| quote!(mut));
    quote! {
        let #mutable __parameters = ::milliways::__private::Parameters::new();
        #(#each)*
    }
}

/// Where a task's result is looked for first: what is worked out before its arguments are moved, what its call is
/// made with, and what is said to the call.
fn cached(
    options: &Options,
    arguments: &[Argument],
    value: &syn::Type,
) -> (TokenStream, TokenStream, TokenStream) {
    let Some(Cache { key, lifetime, .. }) = &options.cache else {
        return Default::default();
    };
    let key = if let Some(template) = key {
        quote!(let __key = ::milliways::__private::CacheKey::of_text(::std::format!(#template));)
    } else {
        let parameters = parameters(&recorded(options, arguments));
        quote! {
            #parameters
            let __key = ::milliways::__private::CacheKey::of_parameters(__parameters);
        }
    };
    let lifetime = optional(lifetime.clone());
    let given = quote! {
        static __RESULTS: ::milliways::__private::Results<#value> =
            ::milliways::__private::Results::new();
        #key
    };
    (
        given,
        TokenStream::new(),
        quote!(.__cached(&__RESULTS, __key, #lifetime)),
    )
}
