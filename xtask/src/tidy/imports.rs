//! Who may import whom: the table of ARCHITECTURE.md as data, held against every `Cargo.toml`.

use super::{Finding, Source};
use crate::tidy::manifests::{Manifest, manifests};

/// A crate with those of ours that it may import.
struct Room {
    name: &'static str,
    imports: &'static [&'static str],
}

const ROOMS: &[Room] = &[
    Room {
        name: "milliways-model",
        imports: &[],
    },
    Room {
        name: "milliways-schedule",
        imports: &[],
    },
    Room {
        name: "milliways-settings",
        imports: &[],
    },
    Room {
        name: "milliways-macros",
        imports: &[],
    },
    Room {
        name: "milliways-tls",
        imports: &[],
    },
    Room {
        name: "milliways-orchestration",
        imports: &["milliways-model", "milliways-schedule"],
    },
    Room {
        name: "milliways-client",
        imports: &["milliways-model", "milliways-settings", "milliways-tls"],
    },
    Room {
        name: "milliways-storage",
        imports: &[
            "milliways-model",
            "milliways-schedule",
            "milliways-orchestration",
            "milliways-tls",
        ],
    },
    Room {
        name: "milliways-engine",
        imports: &["milliways-model", "milliways-settings", "milliways-client"],
    },
    Room {
        name: "milliways-services",
        imports: SERVING,
    },
    Room {
        name: "milliways-server",
        imports: SERVING,
    },
    Room {
        name: "milliways-worker",
        imports: &[
            "milliways-model",
            "milliways-schedule",
            "milliways-settings",
            "milliways-client",
            "milliways-engine",
        ],
    },
    Room {
        name: "milliways",
        imports: &[
            "milliways-model",
            "milliways-settings",
            "milliways-macros",
            "milliways-client",
            "milliways-engine",
        ],
    },
    Room {
        name: "milliways-python",
        imports: &[
            "milliways-model",
            "milliways-schedule",
            "milliways-settings",
            "milliways-client",
            "milliways-engine",
        ],
    },
    Room {
        name: "milliways-cli",
        imports: &[
            "milliways-model",
            "milliways-schedule",
            "milliways-settings",
            "milliways-orchestration",
            "milliways-client",
            "milliways-storage",
            "milliways-engine",
            "milliways-services",
            "milliways-server",
            "milliways-worker",
        ],
    },
    // What crosses crates is tested and measured from outside.
    Room {
        name: "milliways-tests",
        imports: ANY,
    },
    // An example shows what a user has.
    Room {
        name: "milliways-examples",
        imports: &["milliways"],
    },
    Room {
        name: "milliways-benches",
        imports: ANY,
    },
    Room {
        name: "xtask",
        imports: &[],
    },
];

const SERVING: &[&str] = &[
    "milliways-model",
    "milliways-schedule",
    "milliways-settings",
    "milliways-orchestration",
    "milliways-storage",
];

const ANY: &[&str] = &[
    "milliways-model",
    "milliways-schedule",
    "milliways-settings",
    "milliways-macros",
    "milliways-orchestration",
    "milliways-client",
    "milliways-storage",
    "milliways-engine",
    "milliways-services",
    "milliways-server",
    "milliways-worker",
    "milliways",
    "milliways-tests",
];

/// What tests of any crate may use beside what the crate itself may.
const TEST_KIT: &str = "milliways-tests";

/// Crates that decide or describe: no I/O, no clock, no waiting.
const PURE: &[&str] = &[
    "milliways-model",
    "milliways-schedule",
    "milliways-orchestration",
];

/// What would bring I/O into a pure crate.
const IMPURE: &[&str] = &[
    "tokio",
    "hyper",
    "reqwest",
    "axum",
    "rusqlite",
    "tokio-postgres",
    "rustls",
    "rand",
];

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    manifests(sources)
        .iter()
        .flat_map(|manifest| check_manifest(manifest))
        .collect()
}

fn check_manifest(manifest: &Manifest<'_>) -> Vec<Finding> {
    let Some(name) = manifest.package() else {
        return Vec::new();
    };
    let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
        let problem =
            format!("crate `{name}` has no place in the import table (xtask/src/tidy/imports.rs)");
        return vec![Finding::file(manifest.path, problem)];
    };
    let ours = |import: &String| ROOMS.iter().any(|room| room.name == *import);
    let upward = manifest
        .dependencies()
        .into_iter()
        .chain(
            manifest
                .test_dependencies()
                .into_iter()
                .filter(|import| import != TEST_KIT),
        )
        .filter(|import| ours(import) && !room.imports.contains(&import.as_str()))
        .map(|import| {
            format!("`{name}` may not import `{import}`: imports go down, and never across")
        });
    let impure = manifest
        .dependencies()
        .into_iter()
        .filter(|import| PURE.contains(&name.as_str()) && IMPURE.contains(&import.as_str()))
        .map(|import| format!("`{name}` is pure and may not import `{import}`"));
    upward
        .chain(impure)
        .map(|problem| Finding::file(manifest.path, problem))
        .collect()
}
