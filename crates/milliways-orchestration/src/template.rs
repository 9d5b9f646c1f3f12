//! Templates that users write (Jinja): whether one may be stored, and what it renders to.
//!
//! Both have budgets: the length of the source, loops, the depth of their nesting, steps, recursion, and the
//! length of what comes out. A template sees nothing but the context that it is given.

mod lex;

use std::io::Write;
use std::sync::LazyLock;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};
use serde_json::Map;

use lex::{Block, Token};

/// Bytes of a template.
const MAX_SOURCE: usize = 64 << 10;
/// Loops of a template.
const MAX_LOOPS: usize = 10;
/// Loops within loops.
const MAX_LOOP_DEPTH: usize = 2;
/// How often a text or list may be repeated by a number that stands in the template.
const MAX_REPEAT: u64 = 64 << 10;
/// Steps of one rendering.
const FUEL: u64 = 50_000;
/// Calls within calls.
const MAX_RECURSION: usize = 32;
/// Bytes that one rendering gives.
const MAX_OUTPUT: usize = 1 << 20;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_recursion_limit(MAX_RECURSION);
    environment.set_fuel(Some(FUEL));
    environment
});

/// Why a template can't be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Flaw {
    /// The line, counted from 1; 0 where it is about the whole.
    pub line: usize,
    /// What is wrong, in Jinja's words where Jinja has some.
    pub message: String,
}

/// Why nothing came of a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// It is none.
    #[error(transparent)]
    Flaw(#[from] Flaw),
    /// It took more steps, or gave more text, than it may.
    #[error("the template takes more steps, or gives more text, than it may")]
    Budget,
    /// It asks for what can't be done with the values that it was given.
    #[error("the template can't be rendered: {0}")]
    Failed(String),
}

/// Checks a template without rendering it.
pub fn check(source: &str) -> Result<(), Flaw> {
    if source.len() > MAX_SOURCE {
        return Err(whole(format!(
            "Contains {} bytes. Templates can contain no more than {MAX_SOURCE} bytes.",
            source.len()
        )));
    }
    let blocks = lex::blocks(source)?;
    loops(&blocks)?;
    repeats(&blocks)?;
    match ENVIRONMENT.template_from_str(source) {
        Ok(_) => Ok(()),
        Err(error) => Err(Flaw {
            line: error.line().unwrap_or(0),
            message: error
                .detail()
                .map_or_else(|| error.to_string(), str::to_owned),
        }),
    }
}

/// Renders a template. Text without any `{{` or `{%` is given back as it is.
pub fn render(
    source: &str,
    context: &Map<String, serde_json::Value>,
) -> Result<String, RenderError> {
    if !is_template(source) {
        return Ok(source.to_owned());
    }
    check(source)?;
    let failed = |error: minijinja::Error| match error.kind() {
        ErrorKind::OutOfFuel | ErrorKind::WriteFailure => RenderError::Budget,
        _ => RenderError::Failed(error.to_string()),
    };
    let template = ENVIRONMENT.template_from_str(source).map_err(failed)?;
    let mut out = Capped(Vec::new());
    template
        .render_captured_to(Value::from(Serde(context)), &mut out)
        .map_err(failed)?;
    String::from_utf8(out.0).map_err(|error| RenderError::Failed(error.to_string()))
}

/// Whether a text has anything to render.
pub fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

fn whole(message: String) -> Flaw {
    Flaw { line: 0, message }
}

fn loops(blocks: &[Block]) -> Result<(), Flaw> {
    let (mut count, mut depth, mut deepest) = (0, 0_usize, 0);
    for block in blocks {
        match block.keyword() {
            Some("for") => {
                count += 1;
                depth += 1;
                deepest = deepest.max(depth);
            }
            Some("endfor") => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if count > MAX_LOOPS {
        return Err(whole(format!(
            "Contains {count} for loops. Templates can contain no more than {MAX_LOOPS} for loops."
        )));
    }
    if deepest > MAX_LOOP_DEPTH {
        return Err(whole(format!(
            "Contains nested for loops at a depth of {deepest}. Templates can nest for loops no more than \
             {MAX_LOOP_DEPTH} loops deep."
        )));
    }
    Ok(())
}

/// A text or list that is repeated by a large number is a bomb, and nothing that anybody means.
fn repeats(blocks: &[Block]) -> Result<(), Flaw> {
    let is_long =
        |token: Option<&Token>| matches!(token, Some(Token::Integer(n)) if *n > MAX_REPEAT);
    let is_sequence = |token: Option<&Token>| {
        matches!(
            token,
            Some(Token::Text | Token::Operator("]" | ")" | "[" | "("))
        )
    };
    for block in blocks {
        for (at, token) in block.tokens.iter().enumerate() {
            if *token != Token::Operator("*") || at == 0 {
                continue;
            }
            let (left, right) = (block.tokens.get(at - 1), block.tokens.get(at + 1));
            if (is_sequence(left) && is_long(right)) || (is_long(left) && is_sequence(right)) {
                return Err(Flaw {
                    line: block.line,
                    message: format!("Repeats a text or list more than {MAX_REPEAT} times."),
                });
            }
        }
    }
    Ok(())
}

/// A writer that takes so much and no more.
struct Capped(Vec<u8>);

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
