//! An error that is none.

use milliways::task;

struct Failure;

#[task]
fn fails() -> Result<(), Failure> { //~ the trait bound `Failure: std::error::Error` is not satisfied
    Err(Failure)
}
