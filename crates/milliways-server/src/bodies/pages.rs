//! Answers that are a page of what matches, with its count.

use milliways_model::{Deployment, Flow, FlowRun, TaskRun};
use milliways_storage::Page;
use serde::Serialize;
use utoipa::ToSchema;

/// Declares them: they differ in what is on the page, and each has a name in the API's document.
macro_rules! pages {
    ($($(#[$meta:meta])* $name:ident of $item:ty;)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Serialize, ToSchema)]
        pub(crate) struct $name {
            /// The page.
            results: Vec<$item>,
            /// How many match in all.
            count: i64,
            /// How long pages are.
            limit: i64,
            /// How many pages there are.
            pages: i64,
            /// The number of this one.
            page: i64,
        }

        impl $name {
            /// The page of a number, of `count` in all.
            pub(crate) fn new(results: Vec<$item>, count: i64, page: Page, number: i64) -> Self {
                Self {
                    results,
                    count,
                    limit: page.limit,
                    pages: number_of_pages(count, page.limit),
                    page: number,
                }
            }
        }
    )*};
}

pages! {
    /// A page of deployments.
    DeploymentPaginationResponse of Deployment;
    /// A page of flows.
    FlowPaginationResponse of Flow;
    /// A page of flow runs.
    FlowRunPaginationResponse of FlowRun;
    /// A page of task runs.
    TaskRunPaginationResponse of TaskRun;
}

/// How many pages of `limit` hold `count`.
fn number_of_pages(count: i64, limit: i64) -> i64 {
    if limit == 0 {
        0
    } else {
        (count + limit - 1) / limit
    }
}
