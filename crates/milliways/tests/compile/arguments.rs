//! Arguments that can't be kept or recorded.

use std::rc::Rc;

use milliways::{flow, task};

#[task]
fn borrowed(text: &str) -> usize { //~ a task can't borrow its arguments, because it keeps them for another attempt: take an owned type, such as `String` for `&str`
    text.len()
}

#[task]
fn shared(text: Rc<str>) { //~ `Rc<str>` can't be an argument of a flow or a task
    drop(text);
}

#[task]
fn taken_apart((one, other): (u32, u32)) -> u32 { //~ an argument of a task needs a name, under which it is recorded
    one + other
}

#[derive(Clone)]
struct Opaque;

#[flow]
fn unrecorded(value: Opaque) { //~ the trait bound `Opaque: serde::Serialize` is not satisfied
    drop(value);
}

struct Service;

impl Service {
    #[task]
    fn method(&self) {} //~ a task can't be a method: make it a function
}
