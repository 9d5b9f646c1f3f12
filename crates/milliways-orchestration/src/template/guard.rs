//! The meter: what may become large is weighed before and after it is made.
//!
//! The engine counts instructions, and one instruction can double a text. So each instruction that makes
//! something out of its operands is replaced by a jump to a short piece at the end of the program, which
//! shows the operands to a function here, runs the instruction, shows the result, and jumps back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use minijinja::machinery::{Instruction, Instructions};
use minijinja::value::{Object, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State};

/// No value is larger, in bytes of text and 16 for each node.
pub(super) const MAX_VALUE: usize = 1 << 20;

/// What a whole rendering may write.
const MAX_OUTPUT: usize = 1 << 20;

/// What a whole rendering may weigh in all its values, one after the other.
const MAX_WORK: usize = 64 << 20;

/// The largest number that says how wide, deep or many something is to be.
const MAX_WIDTH: i64 = 1_000;

const MAX_RANGE: usize = 100;

// A space keeps a template from naming these.
const OPERANDS: &str = " operands";
const FACTORS: &str = " factors";
const ASSIGNED: &str = " assigned";
const RESULT: &str = " result";
const WRITTEN: &str = " written";
const RAW: &str = " raw";
const ARGUMENTS: &str = " arguments";

/// Puts the meter before what can grow.
#[expect(
    clippy::match_same_arms,
    reason = "calls whose arguments are counted come before those that are not"
)]
pub(super) fn install(program: &mut Instructions<'_>) {
    let mut length = 0;
    while program.get(length).is_some() {
        length += 1;
    }
    // A program ends where there is no further instruction: over the pieces that follow it.
    let mut end = program.add(Instruction::Jump(0)) + 1;
    for at in 0..length {
        let Some(instruction) = program.get(at).cloned() else {
            continue;
        };
        // What looks at the operands (and how many there are), and what looks at the result.
        let (before, after) = match &instruction {
            Instruction::Mul => (Some((FACTORS, 2)), Some(RESULT)),
            Instruction::Add | Instruction::StringConcat | Instruction::Pow | Instruction::Rem => {
                (Some((OPERANDS, 2)), Some(RESULT))
            }
            Instruction::Eq
            | Instruction::Ne
            | Instruction::Gt
            | Instruction::Gte
            | Instruction::Lt
            | Instruction::Lte
            | Instruction::In
            | Instruction::CompareAndPreserve(_) => (Some((OPERANDS, 2)), None),
            Instruction::SetAttr(_) => (Some((ASSIGNED, 2)), None),
            Instruction::BuildList(_)
            | Instruction::BuildMap(_)
            | Instruction::BuildTuple(_)
            | Instruction::Slice
            | Instruction::CallFunction(..)
            | Instruction::CallObject(_)
            | Instruction::EndCapture => (None, Some(RESULT)),
            Instruction::ApplyFilter(_, Some(count), _)
            | Instruction::CallMethod(_, Some(count)) => (Some((ARGUMENTS, *count)), Some(RESULT)),
            Instruction::ApplyFilter(..) | Instruction::CallMethod(..) => (None, Some(RESULT)),
            Instruction::PerformTest(_, Some(count), _) => (Some((OPERANDS, *count)), None),
            Instruction::Emit => (Some((WRITTEN, 1)), None),
            Instruction::EmitRaw(text) => {
                let here = program.add(Instruction::LoadConst(Value::from(text.len())));
                program.add(Instruction::CallFunction(RAW, Some(1)));
                program.add(Instruction::DiscardTop);
                program.add(instruction.clone());
                end = replace(program, at, here);
                continue;
            }
            _ => continue,
        };
        let mut start = None;
        if let Some((function, count)) = before {
            if let Instruction::ApplyFilter(name, ..) | Instruction::CallMethod(name, _) =
                &instruction
            {
                start = Some(program.add(Instruction::LoadConst(Value::from(*name))));
                program.add(Instruction::CallFunction(function, Some(count + 1)));
            } else {
                start = Some(program.add(Instruction::CallFunction(function, Some(count))));
            }
            program.add(Instruction::UnpackList(usize::from(count)));
        }
        let here = program.add(instruction);
        if let Some(function) = after {
            program.add(Instruction::CallFunction(function, Some(1)));
        }
        end = replace(program, at, start.unwrap_or(here));
    }
    if let Some(jump) = program.get_mut(length) {
        *jump = Instruction::Jump(end);
    }
}

/// Jumps from the instruction's old place to its new one, and back behind the old place; says where the program
/// ends then.
fn replace(program: &mut Instructions<'_>, at: u32, here: u32) -> u32 {
    let back = program.add(Instruction::Jump(at + 1));
    if let Some(old) = program.get_mut(at) {
        *old = Instruction::Jump(here);
    }
    back + 1
}

/// The functions that look, and those of the language that have limits of their own.
pub(super) fn add_functions(environment: &mut Environment<'_>) {
    let spent = Arc::new(Spent::default());
    for (name, look) in LOOKS {
        let meter = Meter {
            look,
            spent: Arc::clone(&spent),
        };
        environment.add_global(name, Value::from_object(meter));
    }
    environment.add_function("range", range);
}

type Look = fn(&[Value], &Spent) -> Result<Value, Error>;

/// What each function does with what it is shown, and what it leaves in its place.
const LOOKS: [(&str, Look); 7] = [
    (OPERANDS, |values, spent| {
        spent.weigh(values)?;
        Ok(handed_back(values))
    }),
    (FACTORS, |values, spent| {
        spent.weigh(values)?;
        for (value, times) in values.iter().zip(values.iter().rev()) {
            if value.kind() != ValueKind::Number {
                bound(weight(value).saturating_mul(times.as_usize().unwrap_or(1)))?;
            }
        }
        Ok(handed_back(values))
    }),
    (ASSIGNED, |values, spent| {
        // A namespace that is put into itself would be printed without end.
        if values.first().is_some_and(holds_objects) {
            return Err(refusal("a namespace can hold only plain values"));
        }
        spent.weigh(values)?;
        Ok(handed_back(values))
    }),
    (ARGUMENTS, |values, spent| {
        let Some((name, values)) = values.split_last() else {
            return Ok(Value::UNDEFINED);
        };
        spent.weigh(values)?;
        arguments(name.as_str().unwrap_or_default(), values)?;
        Ok(handed_back(values))
    }),
    (RESULT, |values, spent| {
        spent.weigh(values)?;
        Ok(values.first().cloned().unwrap_or_default())
    }),
    (WRITTEN, |values, spent| {
        spent.write(values.iter().map(weight).sum())?;
        Ok(handed_back(values))
    }),
    (RAW, |values, spent| {
        spent.write(values.first().and_then(Value::as_usize).unwrap_or(0))?;
        Ok(Value::UNDEFINED)
    }),
];

/// One of these functions; it takes whatever lies on the stack, named arguments among it.
#[derive(Debug)]
struct Meter {
    look: Look,
    spent: Arc<Spent>,
}

impl Object for Meter {
    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, values: &[Value]) -> Result<Value, Error> {
        (self.look)(values, &self.spent)
    }
}

/// What one rendering has cost so far.
#[derive(Debug, Default)]
struct Spent {
    work: AtomicUsize,
    output: AtomicUsize,
}

impl Spent {
    fn weigh(&self, values: &[Value]) -> Result<(), Error> {
        for value in values {
            let weight = weight(value);
            bound(weight)?;
            charge(&self.work, weight, MAX_WORK)?;
        }
        Ok(())
    }

    fn write(&self, bytes: usize) -> Result<(), Error> {
        charge(&self.output, bytes, MAX_OUTPUT)
    }
}

fn range(first: i64, last: Option<i64>, step: Option<i64>) -> Result<Vec<i64>, Error> {
    let (start, end) = last.map_or((0, first), |last| (first, last));
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(refusal("range() arg 3 must not be zero"));
    }
    let is_before_end = |n: &i64| if step > 0 { *n < end } else { *n > end };
    let numbers: Vec<i64> = std::iter::successors(Some(start), |n| n.checked_add(step))
        .take_while(is_before_end)
        .take(MAX_RANGE + 1)
        .collect();
    if numbers.len() > MAX_RANGE {
        return Err(refusal(
            "Range too big. The sandbox blocks ranges larger than MAX_TEMPLATE_RANGE=100.",
        ));
    }
    Ok(numbers)
}

/// Operands in the order that puts them back on the stack as they lay.
fn handed_back(values: &[Value]) -> Value {
    values.iter().rev().cloned().collect()
}

/// Filters and methods whose result can be much larger than what they are given.
fn arguments(name: &str, values: &[Value]) -> Result<(), Error> {
    let Some((subject, rest)) = values.split_first() else {
        return Ok(());
    };
    match name {
        "indent" | "batch" | "slice" | "tojson" | "round" | "center" | "ljust" | "rjust"
        | "zfill" | "truncate" | "wordwrap" | "expandtabs" => {
            let is_wide = |value: &Value| value.as_i64().is_some_and(|n| n.abs() > MAX_WIDTH);
            for value in rest {
                let inner = value.is_kwargs().then(|| value.try_iter().ok()).flatten();
                let named = inner
                    .into_iter()
                    .flatten()
                    .filter_map(|key| value.get_item(&key).ok());
                if is_wide(value) || named.into_iter().any(|value| is_wide(&value)) {
                    return Err(refusal("a width or count is too large"));
                }
            }
            let lines = subject.as_str().map_or(1, |text| text.lines().count());
            let widest = rest.iter().filter_map(Value::as_usize).max().unwrap_or(4);
            bound(lines.saturating_mul(widest))
        }
        "replace" => {
            let (Some(text), Some(from), Some(to)) = (
                subject.as_str(),
                rest.first().and_then(Value::as_str),
                rest.get(1),
            ) else {
                return Ok(());
            };
            let times = if from.is_empty() {
                text.len() + 1
            } else {
                text.len() / from.len()
            };
            bound(times.saturating_mul(weight(to)))
        }
        "join" => {
            let (list, glue) = match rest.first() {
                // As a method it is the glue that comes first.
                Some(list)
                    if subject.as_str().is_some()
                        && list.len().is_some()
                        && list.as_str().is_none() =>
                {
                    (list, subject)
                }
                Some(glue) => (subject, glue),
                None => return Ok(()),
            };
            bound(list.len().unwrap_or(0).saturating_mul(weight(glue)))
        }
        "format" => {
            if subject.as_str().is_some_and(is_wide_format) {
                return Err(refusal("a width in a format is too large"));
            }
            // Each place of the format may show any of the arguments.
            let places = subject
                .as_str()
                .map_or(0, |text| text.matches(['%', '{']).count());
            bound(places.saturating_mul(rest.iter().map(weight).sum()))
        }
        _ => Ok(()),
    }
}

/// Whether a format asks for a width of more than three digits, or takes one from what it is given.
pub(super) fn is_wide_format(format: &str) -> bool {
    let longest = format
        .split(|c: char| !c.is_ascii_digit())
        .map(str::len)
        .max();
    longest.unwrap_or(0) > 3 || format.contains('*')
}

fn bound(bytes: usize) -> Result<(), Error> {
    if bytes > MAX_VALUE {
        Err(too_large())
    } else {
        Ok(())
    }
}

fn charge(meter: &AtomicUsize, bytes: usize, most: usize) -> Result<(), Error> {
    if meter
        .fetch_add(bytes, Ordering::Relaxed)
        .saturating_add(bytes)
        > most
    {
        return Err(refusal(TOO_MUCH));
    }
    Ok(())
}

/// Bytes of text, and 16 for each node; counting ends soon after the largest that is allowed.
fn weight(value: &Value) -> usize {
    let mut total = 0;
    add_weight(value, 0, &mut total);
    total
}

fn add_weight(value: &Value, depth: usize, total: &mut usize) {
    *total += 16;
    if *total > MAX_VALUE {
        return;
    }
    if depth > 64 {
        *total = usize::MAX / 2;
        return;
    }
    match value.kind() {
        ValueKind::String | ValueKind::Bytes => {
            *total += value
                .as_str()
                .map_or_else(|| value.len().unwrap_or(0), str::len);
        }
        ValueKind::Seq | ValueKind::Map => {
            for key in value.try_iter().into_iter().flatten() {
                if value.kind() == ValueKind::Map {
                    add_weight(&value.get_item(&key).unwrap_or_default(), depth + 1, total);
                }
                add_weight(&key, depth + 1, total);
                if *total > MAX_VALUE {
                    return;
                }
            }
        }
        _ => {}
    }
}

/// Whether there is an object in it that can be changed, or an iteration that has not happened yet.
fn holds_objects(value: &Value) -> bool {
    match value.kind() {
        ValueKind::Plain | ValueKind::Iterable => true,
        ValueKind::Map if is_namespace(value) => true,
        ValueKind::Seq => value
            .try_iter()
            .into_iter()
            .flatten()
            .any(|item| holds_objects(&item)),
        ValueKind::Map => value
            .try_iter()
            .into_iter()
            .flatten()
            .any(|key| value.get_item(&key).is_ok_and(|item| holds_objects(&item))),
        _ => false,
    }
}

fn is_namespace(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|object| object.type_name().contains("Namespace"))
}

/// Whether a rendering was ended here because it grew too large.
pub(super) fn is_budget(error: &Error) -> bool {
    matches!(error.detail(), Some(TOO_LARGE | TOO_MUCH))
}

const TOO_LARGE: &str = "a value is too large";
const TOO_MUCH: &str = "the template makes more than there is room for";

fn too_large() -> Error {
    refusal(TOO_LARGE)
}

fn refusal(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}
