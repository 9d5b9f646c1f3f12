//! The extension `milliways._core`: converts arguments, calls the engine, converts answers. It decides nothing.
//!
//! `python/milliways/_core.pyi` is its contract. Nothing here calls user code, and what waits for the server lets go
//! of Python's lock first.

mod convert;
mod definition;
mod error;
mod flow_run;
mod session;
mod settings;
mod state;
mod task_run;

use pyo3::prelude::*;

/// Everything that Python sees.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add(
        "MilliwaysError",
        module.py().get_type::<error::MilliwaysError>(),
    )?;
    module.add("ApiError", module.py().get_type::<error::ApiError>())?;
    module.add_class::<definition::FlowDef>()?;
    module.add_class::<definition::TaskDef>()?;
    module.add_class::<state::StateRecord>()?;
    module.add_class::<task_run::TaskRun>()?;
    module.add_class::<flow_run::FlowRun>()?;
    module.add_class::<session::Session>()?;
    module.add_function(wrap_pyfunction!(session::session, module)?)?;
    module.add_function(wrap_pyfunction!(session::generate_name, module)?)?;
    module.add_function(wrap_pyfunction!(session::uuid7, module)?)?;
    module.add_function(wrap_pyfunction!(settings::setting, module)?)?;
    module.add_function(wrap_pyfunction!(settings::settings_json, module)?)?;
    Ok(())
}
