//! How a client repeats requests, and what it adds to them.

use crate::declare::settings;
use crate::{Headers, StatusCodes};

settings! {
    /// How often a request is repeated after an answer that invites it (408, 429, 502, 503, 504) or none at all.
    MAX_RETRIES: u32 = "client.max_retries", default "5";

    /// How much waits between repeats vary, as a share of the wait.
    RETRY_JITTER_FACTOR: f64 = "client.retry_jitter_factor", default "0.2";

    /// Further status codes after which a request is repeated.
    RETRY_EXTRA_CODES: Option<StatusCodes> = "client.retry_extra_codes";

    /// Headers added to every request.
    CUSTOM_HEADERS: Option<Headers> = "client.custom_headers";

    /// Fetch a CSRF token and send it along, where the server asks for one.
    CSRF_SUPPORT_ENABLED: bool = "client.csrf_support_enabled", default "true";
}
