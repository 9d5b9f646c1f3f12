//! Which client proposes a transition: old ones are treated as they expect.

use milliways_model::version;

/// Three numbers of a version.
pub type Version = (u32, u32, u32);

/// The versions that a client announces; either may be unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Its version of Prefect, as in `User-Agent: prefect/3.4.11 (API 0.8.4)`.
    pub prefect: Option<Version>,
    /// The version of the API that it speaks, as in `X-PREFECT-API-VERSION: 0.8.4`.
    pub api: Option<Version>,
}

/// From this version on a client renews the lease of its deployment's slot while it runs.
const RENEWS_LEASES: Version = (3, 4, 11);
/// From this version on a client expects that a resumed flow run does not count as a new try.
const RESUMES_WITHOUT_COUNT: Version = (0, 8, 4);
/// From this version on a client resets the failed task runs of a retried flow itself.
const RESETS_TASK_RUNS: Version = (0, 8, 3);
/// Up to this version a client refuses a work pool's answer that names a place for results.
const REFUSES_RESULT_STORAGE: Version = (3, 3, 7);

impl Client {
    /// Our own clients and services: they can do all that the newest of Prefect's can.
    pub const CURRENT: Self = Self {
        prefect: Some((3, 9, 1)),
        api: Some((0, 8, 4)),
    };

    /// From the headers `User-Agent` and `X-PREFECT-API-VERSION`.
    pub fn from_headers(user_agent: Option<&str>, api_version: Option<&str>) -> Self {
        let agent = user_agent.unwrap_or_default();
        if agent.starts_with("milliways/") {
            return Self::CURRENT;
        }
        Self {
            prefect: agent.strip_prefix("prefect/").and_then(version::parse),
            api: api_version.and_then(version::parse),
        }
    }

    /// Whether it keeps the lease of its deployment's slot alive while the flow runs.
    pub fn renews_leases(&self) -> bool {
        self.prefect >= Some(RENEWS_LEASES)
    }

    /// Whether it takes its deployment's slot itself: the server must not take a second one.
    pub fn takes_deployment_slots(&self) -> bool {
        self.prefect
            .is_some_and(|version| ((3, 0, 0)..=(3, 0, 3)).contains(&version))
    }

    /// Whether it knows that a work pool has a place for results.
    pub fn knows_result_storage(&self) -> bool {
        self.prefect
            .is_none_or(|version| version > REFUSES_RESULT_STORAGE)
    }

    /// Whether a run that comes back from a pause keeps its count of starts.
    pub fn resumes_without_count(&self) -> bool {
        self.api
            .is_none_or(|version| version >= RESUMES_WITHOUT_COUNT)
    }

    /// Whether the server has to reset the failed task runs of a flow run that is retried.
    pub fn needs_task_runs_reset(&self) -> bool {
        self.api.is_some_and(|version| version < RESETS_TASK_RUNS)
    }
}
