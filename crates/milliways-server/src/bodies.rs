//! Bodies that hold several things at once: filters of several resources, a sort, a page.
//!
//! What they hold is of `milliways-model`; the envelopes are this API's alone. Keys that are not listed are
//! ignored, and null stands for a default, as Prefect's server does with these.

mod bulk;
mod deployments;
mod flow_runs;
mod flows;
mod other;
mod task_runs;

pub(crate) use bulk::*;
pub(crate) use deployments::*;
pub(crate) use flow_runs::*;
pub(crate) use flows::*;
pub(crate) use other::*;
pub(crate) use task_runs::*;

use milliways_model::FlowRunId;
use milliways_model::filter::{
    AnyOrNot, DeploymentFilter, FlowFilter, FlowRunFilter, TaskRunFilter,
};
use milliways_storage::Filters;
use serde::Deserialize as _;

/// The filters of a body. Where it asks for pools or queues (`is_beyond`), which this store has none of, nothing
/// can match.
fn filters(
    flows: Option<FlowFilter>,
    flow_runs: Option<FlowRunFilter>,
    task_runs: Option<TaskRunFilter>,
    deployments: Option<DeploymentFilter>,
    is_beyond: bool,
) -> Filters {
    let nothing = || FlowRunFilter {
        id: Some(AnyOrNot {
            any_: Some(Vec::<FlowRunId>::new()),
            not_any_: None,
        }),
        ..FlowRunFilter::default()
    };
    let flow_runs = if is_beyond {
        Some(nothing())
    } else {
        flow_runs
    };
    Filters {
        flows,
        flow_runs,
        task_runs,
        deployments,
    }
}

/// Reads a field of a body; null is its default, as if it were not there: clients send it for what their users
/// have not said.
pub(crate) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Declares bodies with filters: fields of their own, and after `beside` filters of what there is none of.
macro_rules! filter_bodies {
    ($(
        $(#[$meta:meta])*
        $name:ident as $schema:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)?
        } beside { $($beyond:ident),* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Default, serde::Deserialize, utoipa::ToSchema)]
        #[serde(default)]
        #[schema(as = $schema)]
        pub(crate) struct $name {
            $(
                $(#[$field_meta])*
                #[serde(deserialize_with = "crate::bodies::null_is_default")]
                pub(crate) $field: $type,
            )*
            /// By flow.
            pub(crate) flows: Option<milliways_model::filter::FlowFilter>,
            /// By flow run.
            pub(crate) flow_runs: Option<milliways_model::filter::FlowRunFilter>,
            /// By task run.
            pub(crate) task_runs: Option<milliways_model::filter::TaskRunFilter>,
            /// By deployment.
            pub(crate) deployments: Option<milliways_model::filter::DeploymentFilter>,
            $(
                /// By what runs belong to; with it only runs that belong to one match.
                pub(crate) $beyond: Option<milliways_model::JsonObject>,
            )*
        }
        impl $name {
            /// The filters, taken out.
            pub(crate) fn filters(&mut self) -> milliways_storage::Filters {
                let is_beyond = false $(|| self.$beyond.is_some())*;
                crate::bodies::filters(self.flows.take(), self.flow_runs.take(), self.task_runs.take(), self.deployments.take(), is_beyond)
            }
        }
    )*};
}
use filter_bodies;
