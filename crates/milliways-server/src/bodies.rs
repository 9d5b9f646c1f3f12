//! Bodies that hold several things at once: filters of several resources, a sort, a page.
//!
//! What they hold is of `milliways-model`; the envelopes are this API's alone. Keys that are not listed are
//! ignored, and null stands for a default, as Prefect's server does with these.

mod artifacts;
mod automations;
mod blocks;
mod bulk;
mod concurrency_limits;
mod deployments;
mod flow_runs;
mod flows;
mod other;
mod pages;
mod task_runs;
mod work_pools;

pub(crate) use artifacts::*;
pub(crate) use automations::*;
pub(crate) use blocks::*;
pub(crate) use bulk::*;
pub(crate) use concurrency_limits::*;
pub(crate) use deployments::*;
pub(crate) use flow_runs::*;
pub(crate) use flows::*;
pub(crate) use other::*;
pub(crate) use pages::*;
pub(crate) use task_runs::*;
pub(crate) use work_pools::*;

use milliways_model::filter::{
    ArtifactCollectionFilter, ArtifactFilter, WorkPoolFilter, WorkQueueFilter,
};
use milliways_storage::Filters;
use serde::Deserialize as _;

/// A filter of a body beside the ones that all bodies have.
pub(crate) trait Narrow {
    /// The others with it.
    fn narrow(self, filters: Filters) -> Filters;
}

impl Narrow for Option<ArtifactFilter> {
    fn narrow(self, filters: Filters) -> Filters {
        Filters {
            artifacts: self,
            ..filters
        }
    }
}

impl Narrow for Option<ArtifactCollectionFilter> {
    fn narrow(self, filters: Filters) -> Filters {
        Filters {
            artifact_collections: self,
            ..filters
        }
    }
}

impl Narrow for Option<WorkPoolFilter> {
    fn narrow(self, filters: Filters) -> Filters {
        Filters {
            work_pools: self,
            ..filters
        }
    }
}

impl Narrow for Option<WorkQueueFilter> {
    fn narrow(self, filters: Filters) -> Filters {
        Filters {
            work_queues: self,
            ..filters
        }
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

/// Declares bodies with filters: fields of their own, and after `beside` filters that not all bodies have.
macro_rules! filter_bodies {
    ($(
        $(#[$meta:meta])*
        $name:ident as $schema:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)?
        } beside { $($beyond:ident: $filter:ty),* }
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
                pub(crate) $beyond: Option<$filter>,
            )*
        }
        impl $name {
            /// The filters, taken out.
            pub(crate) fn filters(&mut self) -> milliways_storage::Filters {
                let filters = milliways_storage::Filters {
                    flows: self.flows.take(),
                    flow_runs: self.flow_runs.take(),
                    task_runs: self.task_runs.take(),
                    deployments: self.deployments.take(),
                    ..milliways_storage::Filters::default()
                };
                $(let filters = crate::bodies::Narrow::narrow(self.$beyond.take(), filters);)*
                filters
            }
        }
    )*};
}
use filter_bodies;
