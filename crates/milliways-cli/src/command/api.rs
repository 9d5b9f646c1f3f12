//! `milliways api`: one request to the API, as it is.

use std::io::Read;

use anyhow::{Context as _, Result};
use clap::Args;
use milliways_client::Method;
use serde_json::Value;

use crate::connection::Connection;
use crate::context::Context;
use crate::failure::Failure;
use crate::output;

/// Make a request to the API and print the answer
#[derive(Debug, Args)]
#[command(after_help = "For example: milliways api POST /flow_runs/filter --data '{\"limit\": 1}'")]
pub(crate) struct Arguments {
    /// GET, POST, PUT, PATCH or DELETE
    method: String,

    /// Path below the API's root, such as /flows/filter
    path: String,

    /// Body as JSON; `-` reads it from standard input, `@FILE` from a file
    #[arg(long, value_name = "JSON")]
    data: Option<String>,

    /// Header to send along; may be repeated
    #[arg(short = 'H', long, value_name = "NAME: VALUE")]
    header: Vec<String>,

    /// Print status and headers as well
    #[arg(short = 'V', long)]
    verbose: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let method = method(&arguments.method)?;
    let body = arguments.data.as_deref().map(body).transpose()?;
    let headers = arguments
        .header
        .iter()
        .map(|text| header(text))
        .collect::<Result<Vec<_>, _>>()?;
    let path = format!("/{}", arguments.path.trim_start_matches('/'));
    let connection = Connection::with_headers(&context.settings()?, headers)?;
    let reply = connection.send(method.clone(), &path, body.as_ref())?;
    if arguments.verbose {
        output::note(format!("HTTP {}", reply.status));
        for (name, value) in &reply.headers {
            output::note(format!(
                "{name}: {}",
                String::from_utf8_lossy(value.as_bytes())
            ));
        }
    }
    show(&reply.body)?;
    if reply.status < 400 {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{method} {path} was answered with status {}",
        reply.status
    ))
    .into())
}

fn method(word: &str) -> Result<Method, Failure> {
    let known = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    let found = known
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(word));
    found.ok_or_else(|| {
        Failure::usage(format!("not a method: {word}")).hint("GET, POST, PUT, PATCH or DELETE")
    })
}

fn body(data: &str) -> Result<Value> {
    let text = match data.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file).with_context(|| format!("reading {file}"))?,
        None if data == "-" => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .context("reading standard input")?;
            text
        }
        None => data.to_owned(),
    };
    serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format!("the data is not JSON: {error}")).into())
}

fn header(text: &str) -> Result<(String, String), Failure> {
    let (name, value) = text.split_once(':').ok_or_else(|| {
        Failure::usage(format!("not a header: {text}")).hint("write it as NAME: VALUE")
    })?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// JSON is laid out for people; anything else is printed as it is.
fn show(body: &[u8]) -> Result<()> {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => output::json(&value),
        Err(_) if body.is_empty() => Ok(()),
        Err(_) => output::line(String::from_utf8_lossy(body)),
    }
}
