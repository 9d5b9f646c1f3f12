//! What a flow does where its decorator does not say.

use crate::Numbers;
use crate::declare::settings;

settings! {
    /// How often a flow is retried.
    DEFAULT_RETRIES: u32 = "flows.default_retries", default "0",
        also ["PREFECT_FLOW_DEFAULT_RETRIES"];

    /// Seconds between the attempts of a flow; several numbers stand for the first, second, … wait.
    DEFAULT_RETRY_DELAY_SECONDS: Numbers = "flows.default_retry_delay_seconds", default "0",
        also ["PREFECT_FLOW_DEFAULT_RETRY_DELAY_SECONDS"];
}
