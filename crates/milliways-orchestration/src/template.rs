//! Templates that users write (Jinja): whether one may be stored, and what it renders to.
//!
//! Both have budgets: the length of the source, loops, the depth of their nesting, steps, recursion, and the
//! length of what comes out, and the weight of every value on the way to it: [`guard`] puts a meter before
//! each instruction that can make something large out of something small. A template sees nothing but the
//! context that it is given: the moment and the lots that it draws are part of that.

mod chance;
mod constants;
mod guard;
mod humanize;
mod jinja;
mod lex;
mod urlize;

use milliways_model::Timestamp;
use minijinja::machinery::{self, CodeGenerator, ast};
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};
use serde_json::Map;

use lex::Block;

/// Bytes of a template.
const MAX_SOURCE: usize = 64 << 10;
/// Loops of a template.
const MAX_LOOPS: usize = 10;
/// Loops within loops.
const MAX_LOOP_DEPTH: usize = 2;
/// Steps of one rendering, those of the meter among them.
const FUEL: u64 = 100_000;
/// Calls within calls.
const MAX_RECURSION: usize = 32;

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

/// What a template is rendered with.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// What it can name.
    pub context: &'a Map<String, serde_json::Value>,
    /// The moment at which it is rendered.
    pub now: Timestamp,
    /// 128 random bits, for what it draws by lot.
    pub random: u128,
}

/// Checks a template without rendering it.
pub fn check(source: &str) -> Result<(), Flaw> {
    parse(source).map(|_| ())
}

/// Which of these names a template uses.
pub fn names_used<'n>(source: &str, names: &[&'n str]) -> Result<Vec<&'n str>, Flaw> {
    let used = constants::names(&parse(source)?);
    Ok(names
        .iter()
        .copied()
        .filter(|name| used.contains(name))
        .collect())
}

/// Renders a template. Text without any `{{` or `{%` is given back as it is.
pub fn render(source: &str, given: &Given<'_>) -> Result<String, RenderError> {
    if !is_template(source) {
        return Ok(source.to_owned());
    }
    let tree = parse(source)?;
    let mut generator = CodeGenerator::new(NAME, source);
    generator.compile_stmt(&tree);
    let (mut program, mut blocks) = generator.finish();
    guard::install(&mut program);
    blocks.values_mut().for_each(guard::install);
    let environment = environment(given);
    let mut text = String::new();
    let mut output = machinery::make_string_output(&mut text);
    let root = Value::from(Serde(given.context));
    machinery::eval(
        &environment,
        &program,
        root,
        &blocks,
        &mut output,
        AutoEscape::None,
    )
    .map_err(|error| match error.kind() {
        ErrorKind::OutOfFuel => RenderError::Budget,
        _ if guard::is_budget(&error) => RenderError::Budget,
        _ => RenderError::Failed(error.to_string()),
    })?;
    Ok(text)
}

/// Whether a text has anything to render.
pub fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// What errors call a template.
const NAME: &str = "template";

fn parse(source: &str) -> Result<ast::Stmt<'_>, Flaw> {
    if source.len() > MAX_SOURCE {
        return Err(whole(format!(
            "Contains {} bytes. Templates can contain no more than {MAX_SOURCE} bytes.",
            source.len()
        )));
    }
    loops(&lex::blocks(source)?)?;
    let syntax = minijinja::syntax::SyntaxConfig::default();
    let tree = machinery::parse(source, NAME, syntax).map_err(|error| Flaw {
        line: error.line().unwrap_or(0),
        message: error
            .detail()
            .map_or_else(|| error.to_string(), str::to_owned),
    })?;
    constants::check(&tree)?;
    Ok(tree)
}

/// A fresh one for each rendering: the meter counts what one rendering costs.
fn environment(given: &Given<'_>) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_recursion_limit(MAX_RECURSION);
    environment.set_fuel(Some(FUEL));
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.remove_global("debug");
    guard::add_functions(&mut environment);
    jinja::add(&mut environment);
    chance::add(&mut environment, given.random);
    humanize::add_filters(&mut environment, given.now);
    environment
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

#[cfg(test)]
mod tests;
