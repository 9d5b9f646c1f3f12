//! The fields of a process job. Pure: how template, deployment and run are laid over each other, and what comes out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use milliways_model::{Deployment, FlowRun};
use serde_json::{Map, Value};

use super::{Error, Found, dig, fill};

/// The fields that a pool without a template has.
const FIELDS: [&str; 6] = [
    "command",
    "env",
    "labels",
    "name",
    "stream_output",
    "working_dir",
];

/// What is to be started.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Configuration {
    /// The worker's own where there is none.
    pub(crate) command: Option<String>,
    /// Beside the worker's environment.
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) name: Option<String>,
    pub(crate) labels: BTreeMap<String, String>,
    /// Whether the worker prints what the process prints.
    pub(crate) stream_output: bool,
    /// A folder of its own where there is none.
    pub(crate) working_dir: Option<PathBuf>,
}

impl Configuration {
    /// Reads what the template has become.
    pub(crate) fn read(value: &Value) -> Result<Self, Error> {
        let stream_output = match &value["stream_output"] {
            Value::Null => true,
            Value::Bool(given) => *given,
            Value::String(text) if text.eq_ignore_ascii_case("true") => true,
            Value::String(text) if text.eq_ignore_ascii_case("false") => false,
            other => return Err(shape("stream_output", "true or false", other)),
        };
        Ok(Self {
            command: text(value, "command")?,
            env: texts(value, "env")?,
            name: text(value, "name")?,
            labels: texts(value, "labels")?,
            stream_output,
            working_dir: text(value, "working_dir")?.map(PathBuf::from),
        })
    }
}

/// The job variables of a run: those of its deployment, with its own over them. Of `env` both count.
pub(super) fn asked_for(deployment: Option<&Deployment>, run: &FlowRun) -> Map<String, Value> {
    let mut asked = deployment.map_or_else(Map::new, |found| found.job_variables.to_map());
    let own = run.job_variables.as_ref();
    for (name, value) in own.map_or_else(Map::new, |own| own.to_map()) {
        match (asked.get_mut(&name), value) {
            (Some(Value::Object(env)), Value::Object(own)) if name == ENV => env.extend(own),
            (_, value) => {
                asked.insert(name, value);
            }
        }
    }
    nested(asked)
}

const ENV: &str = "env";

/// `{"env.A": 1}` as `{"env": {"A": 1}}`. Where both are given the nested one counts.
fn nested(flat: Map<String, Value>) -> Map<String, Value> {
    let (dotted, mut plain): (Map<_, _>, Map<_, _>) =
        flat.into_iter().partition(|(name, _)| name.contains('.'));
    for (path, value) in dotted {
        let Some((first, rest)) = path.split_once('.') else {
            continue;
        };
        let place = plain
            .entry(first)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(fields) = place {
            let mut inner = nested(Map::from_iter([(rest.to_owned(), value)]));
            inner.append(fields);
            *fields = inner;
        }
    }
    plain
}

/// The job configuration of a template with its variables filled in: what was asked for over the defaults.
pub(super) fn populated(template: &Map<String, Value>, asked: Map<String, Value>) -> Value {
    let mut configuration = match template.get("job_configuration") {
        Some(Value::Object(given)) if !given.is_empty() => given.clone(),
        _ => FIELDS
            .iter()
            .map(|field| ((*field).to_owned(), format!("{{{{ {field} }}}}").into()))
            .collect(),
    };
    let mut variables = defaults(template);
    // A run's `env` adds to that of its pool and does not replace it.
    let usual = object(variables.get(ENV));
    if !usual.is_empty() {
        let mut env = object(configuration.get(ENV));
        env.extend(usual);
        configuration.insert(ENV.to_owned(), env.into());
    }
    variables.extend(asked);
    if let Some(Value::Object(env)) = configuration.get_mut(ENV) {
        env.extend(object(variables.get(ENV)));
    }
    let filled = fill(&configuration.into(), &mut |name| {
        if name.starts_with("prefect.") || name.starts_with('$') || name.starts_with("ctx.") {
            return Found::Later;
        }
        dig(&variables, name).map_or(Found::Nothing, |value| Found::Value(value.clone()))
    });
    filled.unwrap_or_default()
}

/// What the template says where nobody says anything.
fn defaults(template: &Map<String, Value>) -> Map<String, Value> {
    let properties = template
        .get("variables")
        .and_then(|variables| variables.get("properties"));
    object(properties)
        .into_iter()
        .filter_map(|(name, property)| Some((name, property.get("default")?.clone())))
        .collect()
}

fn object(value: Option<&Value>) -> Map<String, Value> {
    value
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

fn text(value: &Value, field: &'static str) -> Result<Option<String>, Error> {
    match &value[field] {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        other => Err(shape(field, "a text", other)),
    }
}

/// Names and texts; numbers are written out, and what is null is left out.
fn texts(value: &Value, field: &'static str) -> Result<BTreeMap<String, String>, Error> {
    let fields = match &value[field] {
        Value::Null => return Ok(BTreeMap::new()),
        Value::Object(fields) => fields,
        other => return Err(shape(field, "an object", other)),
    };
    let mut texts = BTreeMap::new();
    for (name, value) in fields {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            other => return Err(shape(field, "an object of texts", other)),
        };
        texts.insert(name.clone(), text);
    }
    Ok(texts)
}

fn shape(field: &'static str, expected: &'static str, found: &Value) -> Error {
    let found = found.to_string();
    Error::Shape {
        field,
        expected,
        found: found.chars().take(200).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Configuration, nested, populated};

    fn resolved(template: &Value, asked: &Value) -> Configuration {
        let asked = nested(asked.as_object().unwrap().clone());
        Configuration::read(&populated(template.as_object().unwrap(), asked)).unwrap()
    }

    #[test]
    fn what_is_asked_for_lies_over_the_defaults() {
        let template = json!({
            "job_configuration": {
                "command": "{{ command }}", "env": "{{ env }}", "working_dir": "/srv/{{ project }}",
                "stream_output": "{{ stream_output }}", "name": "{{ name }}",
            },
            "variables": {"properties": {
                "env": {"default": {"A": "1", "B": "2"}}, "project": {"default": "p"}, "command": {}, "name": {},
                "stream_output": {"default": true},
            }},
        });
        let usual = resolved(&template, &json!({}));
        assert_eq!((usual.command, usual.stream_output), (None, true));
        assert_eq!(usual.working_dir.unwrap().to_str(), Some("/srv/p"));
        let asked = json!({"env": {"B": 3, "C": null}, "env.D": "4", "command": "x y", "stream_output": false});
        let own = resolved(&template, &asked);
        let env: Vec<_> = own
            .env
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(env, ["A=1", "B=3", "D=4"]);
        assert_eq!(
            (own.command.as_deref(), own.stream_output),
            (Some("x y"), false)
        );
    }

    #[test]
    fn a_pool_without_a_template_takes_the_usual_fields() {
        let own = resolved(&json!({}), &json!({"command": "true", "env": {"A": "b"}}));
        assert_eq!(own.command.as_deref(), Some("true"));
        assert_eq!(own.env["A"], "b");
    }

    #[test]
    fn what_is_of_the_wrong_type_is_named() {
        let wrong = Configuration::read(&json!({"env": [1]})).unwrap_err();
        assert_eq!(wrong.to_string(), "the job's `env` is not an object: [1]");
    }
}
