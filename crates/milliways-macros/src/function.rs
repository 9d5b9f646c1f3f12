//! Takes a function apart, and says what it must not have.

use syn::spanned::Spanned;
use syn::{
    Error, FnArg, GenericArgument, GenericParam, Ident, ItemFn, Pat, PathArguments, Result,
    ReturnType, Type, parse_quote,
};

use crate::Kind;
use crate::options::Options;

/// An argument of the function.
pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) kind: Type,
}

/// What the function gives: the value, and whether it is in a `Result`.
pub(crate) struct Output {
    pub(crate) value: Type,
    pub(crate) is_result: bool,
}

/// The arguments, if they are of a kind that can be kept for another attempt.
pub(crate) fn arguments(kind: Kind, item: &ItemFn) -> Result<Vec<Argument>> {
    item.sig
        .inputs
        .iter()
        .map(|input| argument(kind, input))
        .collect()
}

fn argument(kind: Kind, input: &FnArg) -> Result<Argument> {
    let word = kind.word();
    let FnArg::Typed(typed) = input else {
        return Err(Error::new(
            input.span(),
            format!(
                "a {word} can't be a method: make it a function, and what it needs of `self` arguments"
            ),
        ));
    };
    match &*typed.ty {
        Type::Reference(reference)
            if reference
                .lifetime
                .as_ref()
                .is_none_or(|l| l.ident != "static") =>
        {
            return Err(Error::new(
                reference.span(),
                format!(
                    "a {word} can't borrow its arguments, because it keeps them for another attempt: take an owned \
                     type, such as `String` for `&str` and `Vec<T>` for `&[T]`, or an `Arc`"
                ),
            ));
        }
        Type::ImplTrait(written) => {
            return Err(Error::new(
                written.span(),
                format!(
                    "a {word} needs to name the types of its arguments: write a generic parameter, `<T: …>`"
                ),
            ));
        }
        _ => {}
    }
    match &*typed.pat {
        Pat::Ident(pattern) if pattern.subpat.is_none() && pattern.by_ref.is_none() => {
            Ok(Argument {
                name: pattern.ident.clone(),
                kind: (*typed.ty).clone(),
            })
        }
        pattern => Err(Error::new(
            pattern.span(),
            format!(
                "an argument of a {word} needs a name, under which it is recorded: take it apart in the body"
            ),
        )),
    }
}

/// Refuses functions of which no run can be made.
pub(crate) fn check(kind: Kind, options: &Options, item: &ItemFn) -> Result<()> {
    let word = kind.word();
    let signature = &item.sig;
    let refuse = |span, why: String| Err(Error::new(span, why));
    if let Some(unsafety) = &signature.unsafety {
        return refuse(
            unsafety.span(),
            format!("a {word} can't be unsafe: wrap the unsafe part in its body"),
        );
    }
    if let Some(constness) = &signature.constness {
        return refuse(constness.span(), format!("a {word} can't be const"));
    }
    if let Some(variadic) = &signature.variadic {
        return refuse(variadic.span(), format!("a {word} can't be variadic"));
    }
    if let Some(lifetime) = signature
        .generics
        .params
        .iter()
        .find(|parameter| matches!(parameter, GenericParam::Lifetime(_)))
    {
        return refuse(
            lifetime.span(),
            format!("a {word} can't have lifetimes: its arguments are owned"),
        );
    }
    if let (Some(span), None) = (options.timeout_span, &signature.asyncness) {
        return refuse(
            span,
            format!(
                "a synchronous {word} can't be stopped from outside: make it `async`, or bound what it waits for"
            ),
        );
    }
    if let Some(cache) = &options.cache
        && !signature.generics.params.is_empty()
    {
        return refuse(
            cache.span,
            "the results of a generic task can't be kept, because each type would need a store of its own".to_owned(),
        );
    }
    if let Some(unknown) = options.skip.iter().find(|skipped| !has(item, skipped)) {
        return refuse(
            unknown.span(),
            format!("the {word} has no argument `{unknown}`"),
        );
    }
    Ok(())
}

fn has(item: &ItemFn, name: &Ident) -> bool {
    item.sig.inputs.iter().any(|input| {
        matches!(input, FnArg::Typed(typed) if matches!(&*typed.pat, Pat::Ident(p) if p.ident == *name))
    })
}

/// A type whose last name is `Result` is taken for one: `Result<T, E>`, `io::Result<T>`, `anyhow::Result<T>`.
pub(crate) fn output(declared: &ReturnType) -> Output {
    let plain = |value: Type| Output {
        value,
        is_result: false,
    };
    let declared = match declared {
        ReturnType::Default => return plain(parse_quote!(())),
        ReturnType::Type(_, declared) => &**declared,
    };
    let Type::Path(path) = declared else {
        return plain(declared.clone());
    };
    let Some(last) = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Result")
    else {
        return plain(declared.clone());
    };
    let first = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(value) => Some(value.clone()),
                _ => None,
            })
        }
        _ => None,
    };
    Output {
        value: first.unwrap_or_else(|| parse_quote!(())),
        is_result: true,
    }
}
