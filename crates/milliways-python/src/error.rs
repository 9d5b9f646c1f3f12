//! The engine's errors as Python's exceptions.

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;

create_exception!(
    milliways._core,
    MilliwaysError,
    PyException,
    "Base of the errors that the extension raises."
);
create_exception!(
    milliways._core,
    ApiError,
    MilliwaysError,
    "A request was refused or could not be made."
);

/// The exception for an error of the engine.
pub(crate) fn raise(error: milliways_engine::Error) -> PyErr {
    use milliways_engine::Error;
    match error {
        Error::Name { .. } | Error::Json { .. } => PyValueError::new_err(error.to_string()),
        Error::Client(error) => ApiError::new_err(error.to_string()),
        error => MilliwaysError::new_err(error.to_string()),
    }
}

/// The exception for an argument that is not what it should be.
pub(crate) fn invalid(what: &str, reason: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(format!("{what}: {reason}"))
}
