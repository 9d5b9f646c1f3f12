//! Blocks: which exist from the start, and how their secrets are kept.

use std::path::PathBuf;

use crate::Secret;
use crate::declare::settings;

settings! {
    /// Register the built-in types of blocks when the server starts.
    REGISTER_ON_START: bool = "server.register_blocks_on_start", default "true",
        also ["PREFECT_API_BLOCKS_REGISTER_ON_START"];

    /// Key that seals secrets at rest: 32 bytes in base64. Unset: the one in the file of `server.secrets.key_file`.
    SECRETS_KEY: Option<Secret> = ours "server.secrets.key";

    /// File of that key, made at the first start and readable by its owner alone. Unset: `secrets.key` in the home folder.
    SECRETS_KEY_FILE: Option<PathBuf> = ours "server.secrets.key_file";
}
