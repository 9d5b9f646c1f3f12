//! Where Milliways keeps its files.

use std::path::PathBuf;

use crate::declare::settings;

settings! {
    /// Folder of the database, the local socket, the spool and the profiles.
    /// `PREFECT_HOME` moves it too, so that what a container mounts for Prefect is kept for Milliways.
    HOME: PathBuf = "home", default "~/.milliways";

    /// File of the profiles. Unset: `profiles.toml` in the home folder.
    PROFILES_PATH: Option<PathBuf> = "profiles_path";

    /// The `milliways` executable that programs start as their local server. Unset: the one installed beside Python, else the one on `PATH`.
    BIN: Option<PathBuf> = ours "bin";
}
