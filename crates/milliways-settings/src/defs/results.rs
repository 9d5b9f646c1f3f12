//! Where results go.

use std::path::PathBuf;

use crate::declare::settings;

settings! {
    /// Keep the results of flows and tasks that do not say.
    PERSIST_BY_DEFAULT: bool = "results.persist_by_default", default "false";

    /// How results are written: `pickle`, `json`, or the name of another serializer.
    DEFAULT_SERIALIZER: String = "results.default_serializer", default "pickle";

    /// Block that results are written to. Unset: the local folder.
    DEFAULT_STORAGE_BLOCK: Option<String> = "results.default_storage_block",
        also ["PREFECT_DEFAULT_RESULT_STORAGE_BLOCK"];

    /// Folder for results. Unset: `storage` in the home folder.
    LOCAL_STORAGE_PATH: Option<PathBuf> = "results.local_storage_path",
        also ["PREFECT_LOCAL_STORAGE_PATH"];
}
