//! The options by which runs are listed, the same for flow runs and task runs.

use clap::Args;
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use milliways_model::StateType;

/// Which runs, and how many.
#[derive(Debug, Args)]
pub(crate) struct RunFilter {
    /// Most runs to list
    #[arg(long, default_value_t = 15)]
    pub(crate) limit: usize,

    /// Only runs whose state has this name, such as Completed; may be repeated
    #[arg(long, value_name = "NAME")]
    state: Vec<String>,

    /// Only runs whose state has this type, such as FAILED; may be repeated
    #[arg(long, value_name = "TYPE")]
    state_type: Vec<String>,
}

impl RunFilter {
    /// The criteria on states, as the API has them.
    ///
    /// # Errors
    /// When there is no such type of state.
    pub(crate) fn criteria(&self) -> Result<Map<String, Value>, Failure> {
        let mut state = Map::new();
        if !self.state.is_empty() {
            state.insert("name".to_owned(), json!({"any_": self.state}));
        }
        if !self.state_type.is_empty() {
            let types = self.state_type.iter().map(|word| state_type(word));
            let types = types.collect::<Result<Vec<_>, _>>()?;
            state.insert("type".to_owned(), json!({"any_": types}));
        }
        let mut criteria = Map::new();
        if !state.is_empty() {
            criteria.insert("state".to_owned(), Value::Object(state));
        }
        Ok(criteria)
    }
}

fn state_type(word: &str) -> Result<&'static str, Failure> {
    let known = StateType::parse(&word.to_ascii_uppercase());
    known.map(StateType::as_str).ok_or_else(|| {
        let all: Vec<&str> = StateType::ALL.iter().map(|known| known.as_str()).collect();
        Failure::usage(format!("unknown type of state: {word}"))
            .hint(format!("there are: {}", all.join(", ")))
    })
}
