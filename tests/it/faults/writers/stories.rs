//! Stories: what is done to one thing after another, each step one request, and what can be seen once it is
//! acknowledged. A story is data; [`StoryWriter`] tells it, and keeps the ledger.

mod blocks;
mod deployments;
mod limits;
mod loose;
mod pools;
mod runs;
mod storage;
mod tasks;

use std::io;

use milliways_tests::http::Connection;
use serde_json::{Value, json};

use super::{Writer, acknowledged, new_id, read_if_there};

/// In what is expected: anything but null.
const SOMETHING: &str = "{something}";

/// What is done to one thing.
pub(crate) type Story = fn() -> Vec<Step>;

/// Every story, with its name.
pub(crate) const STORIES: &[(&str, Story)] = &[
    ("deployments", deployments::of_a_deployment),
    ("scheduled work", deployments::of_work_that_is_handed_out),
    ("flow runs", runs::of_a_flow_run),
    ("many flow runs", runs::of_many_flow_runs),
    ("pools", pools::of_a_pool),
    ("queues of agents", pools::of_a_queue_of_agents),
    ("limits", limits::of_a_limit),
    ("tag limits", limits::of_a_tag_limit),
    ("blocks", blocks::of_a_block),
    ("automations", loose::of_an_automation),
    ("artifacts", loose::of_artifacts_of_a_key),
    ("variables", loose::of_a_variable),
    ("saved searches", loose::of_a_saved_search),
    ("owned automations", loose::of_owned_automations),
    ("result storage", storage::of_the_result_storage),
    ("tasks outside flows", tasks::of_a_task_outside_flows),
];

/// A request, and what it makes visible. In every text `{n}` is the name of the thing that the story is about, and
/// other names in braces are what answers before have given.
pub(crate) struct Step {
    method: &'static str,
    path: String,
    body: Value,
    keeps: Vec<(&'static str, &'static str)>,
    sights: Vec<Sight>,
    leaves: Vec<&'static str>,
    is_piecemeal: bool,
}

/// Something that is seen at a place.
#[derive(Clone, Debug, PartialEq)]
struct Sight {
    path: String,
    /// What is asked there: nothing, for a GET.
    body: Value,
    /// A part of what is shown; null where nothing is there.
    shows: Value,
}

impl Step {
    pub(super) fn new(method: &'static str, path: &str, body: Value) -> Self {
        Self {
            method,
            path: path.to_owned(),
            body,
            keeps: Vec::new(),
            sights: Vec::new(),
            leaves: Vec::new(),
            is_piecemeal: false,
        }
    }

    /// Whether it is a request to this route of the API document.
    pub(crate) fn goes_to(&self, method: &str, route: &str) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        let (route, path) = (route.split('/'), path.split('/'));
        self.method == method
            && route.clone().count() == path.clone().count()
            && route
                .zip(path)
                .all(|(named, given)| named == given || named.starts_with('{'))
    }

    pub(super) fn post(path: &str, body: Value) -> Self {
        Self::new("POST", path, body)
    }

    pub(super) fn patch(path: &str, body: Value) -> Self {
        Self::new("PATCH", path, body)
    }

    pub(super) fn delete(path: &str) -> Self {
        Self::new("DELETE", path, Value::Null)
    }

    /// Keeps what the answer has at a JSON pointer, for later steps.
    pub(super) fn keeps(mut self, name: &'static str, pointer: &'static str) -> Self {
        self.keeps.push((name, pointer));
        self
    }

    /// Afterwards this is to be read there.
    pub(super) fn shows(mut self, path: &str, shows: Value) -> Self {
        self.sights.push(Sight {
            path: path.to_owned(),
            body: Value::Null,
            shows,
        });
        self
    }

    /// Afterwards this is what a filter finds.
    pub(super) fn finds(mut self, path: &str, filter: Value, shows: Value) -> Self {
        self.sights.push(Sight {
            path: path.to_owned(),
            body: filter,
            shows,
        });
        self
    }

    /// Afterwards nothing is there.
    pub(super) fn hides(self, path: &str) -> Self {
        self.shows(path, Value::Null)
    }

    /// Afterwards this place is somebody else's: what was seen there says nothing any more.
    pub(super) fn leaves(mut self, path: &'static str) -> Self {
        self.leaves.push(path);
        self
    }

    /// It does several things one after another: a fault may come between them.
    pub(super) fn piecemeal(mut self) -> Self {
        self.is_piecemeal = true;
        self
    }
}

/// Tells a story of one thing after another.
pub(crate) struct StoryWriter {
    title: &'static str,
    story: Story,
    things: Vec<Thing>,
    /// The steps of the last thing that are still to come, the next one last.
    ahead: Vec<Step>,
    checked: usize,
    acknowledged: usize,
}

/// The ledger of one thing.
struct Thing {
    known: Vec<(&'static str, String)>,
    /// What was acknowledged.
    seen: Vec<Sight>,
    /// What was asked for and not answered.
    asked: Option<Asked>,
}

/// A step without an answer.
struct Asked {
    /// What can be seen if it was done.
    sights: Vec<Sight>,
    may_be_in_part: bool,
    /// Whether later steps need what it would have answered.
    is_needed: bool,
}

/// What a look says of a step without an answer.
#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Done,
    NotDone,
    /// In part, or what can be seen is the same either way.
    Unclear,
}

impl StoryWriter {
    pub(crate) fn new(title: &'static str, story: Story) -> Self {
        Self {
            title,
            story,
            things: Vec::new(),
            ahead: Vec::new(),
            checked: 0,
            acknowledged: 0,
        }
    }

    /// Whether the story of the last thing has come to its end.
    pub(crate) fn is_at_an_end(&self) -> bool {
        self.ahead.is_empty()
    }
}

impl Writer for StoryWriter {
    fn write(&mut self, server: &mut Connection) -> io::Result<()> {
        // A thing of which it is not known how it is, before somebody looks, is left as it is.
        let is_left = self.things.last().is_none_or(|thing| thing.asked.is_some());
        if is_left || self.ahead.is_empty() {
            self.ahead = (self.story)();
            self.ahead.reverse();
            self.things.push(Thing::new());
        }
        let (Some(step), Some(thing)) = (self.ahead.last(), self.things.last_mut()) else {
            return Ok(());
        };
        thing.live(step, server, self.title)?;
        self.ahead.pop();
        self.acknowledged += 1;
        Ok(())
    }

    fn check(&mut self, server: &mut Connection) {
        let mut last = None;
        for thing in &self.things[self.checked..] {
            last = Some(thing.check(server, self.title));
        }
        if let (Some(verdict), Some(thing)) = (last, self.things.last_mut())
            && thing.goes_on(verdict)
        {
            self.ahead.pop();
        }
        // The last thing is looked at again when more has been done to it.
        self.checked = self.things.len().saturating_sub(1);
    }

    fn forget_looks(&mut self) {
        self.checked = 0;
    }

    fn acknowledged(&self) -> usize {
        self.acknowledged
    }
}

impl Thing {
    fn new() -> Self {
        Self {
            known: vec![("{n}", format!("n{}", new_id().replace('-', "")))],
            seen: Vec::new(),
            asked: None,
        }
    }

    fn live(&mut self, step: &Step, server: &mut Connection, title: &str) -> io::Result<()> {
        let path = self.filled(&step.path);
        let body = match &step.body {
            Value::Null => Vec::new(),
            body => self.filled(&body.to_string()).into_bytes(),
        };
        self.asked = Some(Asked {
            sights: self.seen_after(step),
            may_be_in_part: step.is_piecemeal,
            is_needed: !step.keeps.is_empty(),
        });
        let reply = server.send(step.method, &format!("/api{path}"), &[], &body)?;
        assert!(
            reply.status < 300 || reply.status == 503,
            "{title}: {} {path}: {} {}",
            step.method,
            reply.status,
            reply.text()
        );
        let answer = acknowledged(reply)?.json();
        for (name, pointer) in &step.keeps {
            let kept = answer.pointer(pointer).and_then(Value::as_str);
            let kept = kept.unwrap_or_else(|| panic!("{title}: {path}: no {pointer} in {answer}"));
            self.known.push((name, kept.to_owned()));
        }
        self.asked = None;
        // What is seen may be named by what the answer gave.
        self.seen = self.seen_after(step);
        Ok(())
    }

    /// Takes note of what became of a step without an answer, so that the story goes on: by the same step, or, if this
    /// says yes, by the next one. It ends where an answer is missing that later steps need.
    fn goes_on(&mut self, verdict: Verdict) -> bool {
        let Some(asked) = &self.asked else {
            return false;
        };
        match (asked.is_needed, verdict) {
            (false, Verdict::Done) => {
                self.seen.clone_from(&asked.sights);
                self.asked = None;
                true
            }
            // Done in part: what is there is neither what it was nor what it was to be.
            (false, Verdict::Unclear) if asked.may_be_in_part => false,
            (false, _) | (true, Verdict::NotDone) => {
                self.asked = None;
                false
            }
            (true, _) => false,
        }
    }

    fn check(&self, server: &mut Connection, title: &str) -> Verdict {
        let places = self
            .asked
            .as_ref()
            .map_or(&self.seen, |asked| &asked.sights);
        let shown: Vec<Option<Value>> = places.iter().map(|sight| look(server, sight)).collect();
        let before = |sight: &Sight| {
            let seen = self.seen.iter().find(|one| one.is_same_place(sight));
            seen.map_or(&Value::Null, |one| &one.shows)
        };
        let is_before = |at: usize| matches(shown[at].as_ref(), before(&places[at]));
        let is_after = |at: usize| matches(shown[at].as_ref(), &places[at].shows);
        let all = 0..places.len();
        let (undone, done) = (all.clone().all(is_before), all.clone().all(is_after));
        let is_right = match &self.asked {
            Some(asked) if asked.may_be_in_part => {
                all.clone().all(|at| is_before(at) || is_after(at))
            }
            _ => undone || done,
        };
        let tell = |at: usize| {
            let Sight { path, body, shows } = &places[at];
            let (before, shown) = (before(&places[at]), json!(shown[at]));
            format!(
                "{path} {body}\n  acknowledged: {before}\n  asked for: {shows}\n  shown: {shown}\n"
            )
        };
        let wrong = all.filter(|at| !is_before(*at) || !is_after(*at));
        assert!(
            is_right,
            "{title}:\n{}",
            wrong.map(tell).collect::<String>()
        );
        match (undone, done) {
            (true, false) => Verdict::NotDone,
            (false, true) => Verdict::Done,
            _ => Verdict::Unclear,
        }
    }

    /// What can be seen once a step is done.
    fn seen_after(&self, step: &Step) -> Vec<Sight> {
        let mut seen = merged(&self.seen, &self.sights_of(step));
        seen.retain(|sight| !step.leaves.contains(&&*sight.path));
        seen
    }

    /// What a step makes visible. What is named by its own answer can't be looked for before there is one.
    fn sights_of(&self, step: &Step) -> Vec<Sight> {
        let fill = |sight: &Sight| Sight {
            path: self.filled(&sight.path),
            body: self.filled_value(&sight.body),
            shows: self.filled_value(&sight.shows),
        };
        let is_known = |sight: &Sight| {
            let all = format!("{} {} {}", sight.path, sight.body, sight.shows);
            !all.contains("{_")
        };
        step.sights.iter().map(fill).filter(is_known).collect()
    }

    fn filled(&self, text: &str) -> String {
        let fill = |text: String, (name, value): &(&str, String)| text.replace(name, value);
        self.known.iter().fold(text.to_owned(), fill)
    }

    fn filled_value(&self, value: &Value) -> Value {
        serde_json::from_str(&self.filled(&value.to_string())).unwrap()
    }
}

impl Sight {
    fn is_same_place(&self, other: &Self) -> bool {
        (&self.path, &self.body) == (&other.path, &other.body)
    }
}

/// What is seen after something new was. Of an object the parts that are not spoken of stay as they were.
fn merged(before: &[Sight], now: &[Sight]) -> Vec<Sight> {
    let mut all = before.to_vec();
    for sight in now {
        match all.iter_mut().find(|old| old.is_same_place(sight)) {
            None => all.push(sight.clone()),
            Some(old) => match (&mut old.shows, &sight.shows) {
                (Value::Object(old), Value::Object(new)) => old.extend(new.clone()),
                (old, new) => *old = new.clone(),
            },
        }
    }
    all
}

/// What is to be read at a place; none where there is nothing.
fn look(server: &mut Connection, sight: &Sight) -> Option<Value> {
    let path = format!("/api{}", sight.path);
    let shown = read_if_there(|| match &sight.body {
        Value::Null => server.get(&path),
        body => server.post(&path, body),
    });
    Some(shown).filter(|shown| !shown.is_null() && *shown != json!([]))
}

/// Whether what is shown has all that is expected. Lists are as long as expected, in any order.
fn matches(shown: Option<&Value>, expected: &Value) -> bool {
    match (shown, expected) {
        (None, expected) => expected.is_null() || *expected == json!([]),
        (Some(shown), expected) => includes(shown, expected),
    }
}

fn includes(shown: &Value, expected: &Value) -> bool {
    match (shown, expected) {
        (Value::Object(shown), Value::Object(expected)) => expected.iter().all(|(key, value)| {
            let found = shown.get(key).unwrap_or(&Value::Null);
            includes(found, value)
        }),
        (Value::Array(shown), Value::Array(expected)) => {
            shown.len() == expected.len()
                && expected
                    .iter()
                    .all(|one| shown.iter().any(|other| includes(other, one)))
        }
        (shown, Value::String(expected)) if expected == SOMETHING => !shown.is_null(),
        (Value::Number(shown), Value::Number(expected)) => shown.as_f64() == expected.as_f64(),
        (shown, expected) => shown == expected,
    }
}
