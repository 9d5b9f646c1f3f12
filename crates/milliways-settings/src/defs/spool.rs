//! What a run keeps on disk until the server has it.

use std::time::Duration;

use crate::ByteSize;
use crate::declare::settings;

settings! {
    /// How much one run may keep on disk while the server is away. Past it logs are dropped first, and counted.
    MAX_SIZE: ByteSize = ours "spool.max_size", default "1GiB";

    /// How long the end of a run waits for the server to have all of it. What is left is sent by the next run.
    FLUSH_TIMEOUT: Duration = ours "spool.flush_timeout", default "10s";

    /// How long records may be gathered before they are written and sent. The first after a pause is written at once.
    LINGER: Duration = ours "spool.linger", default "1ms";

    /// How much is sent in one request.
    BATCH_SIZE: ByteSize = ours "spool.batch_size", default "1MiB";
}
