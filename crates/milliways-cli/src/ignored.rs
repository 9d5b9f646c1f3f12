//! Settings that a long-lived process was given and does not follow.

use milliways_settings::{Remark, Settings};

/// Says in the log which settings this process was given and does not follow, so that nobody relies on one.
pub(crate) fn name_in_log(settings: &Settings) {
    for remark in settings.check() {
        match remark {
            Remark::Invalid(error) => tracing::warn!(%error, "a setting is not valid"),
            Remark::WithoutEffect { variable, reason } => {
                tracing::warn!(%variable, reason, "a setting of Prefect has no effect here");
            }
            Remark::Unknown { variable, closest } => {
                tracing::warn!(%variable, closest = closest.as_deref(), "a setting is unknown");
            }
        }
    }
}
