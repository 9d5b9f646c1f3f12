//! The tree is tidy, and each rule finds what it is there for.

use super::*;

fn findings_of(rule: Rule, path: &str, text: &str) -> Vec<String> {
    let sources = [Source {
        path: PathBuf::from(path),
        text: text.to_owned(),
    }];
    rule(&sources).iter().map(ToString::to_string).collect()
}

#[test]
fn the_tree_is_tidy() {
    let findings = findings(tree::root()).expect("the tree can be read");
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn imports_go_down() {
    let manifest = |name: &str, import: &str| {
        format!(
            "[package]\nname = \"{name}\"\n[lints]\nworkspace = true\n[dependencies]\n{import}.workspace = true\n"
        )
    };
    let check = |name: &str, import: &str| {
        findings_of(
            imports::check,
            "crates/x/Cargo.toml",
            &manifest(name, import),
        )
    };
    assert!(check("milliways-server", "milliways-storage").is_empty());
    assert_eq!(check("milliways-storage", "milliways-server").len(), 1);
    assert_eq!(
        check("milliways-engine", "milliways-orchestration").len(),
        1
    );
    assert_eq!(check("milliways-model", "tokio").len(), 1);
    assert_eq!(check("milliways-odds", "serde").len(), 1);
}

#[test]
fn manifests_inherit_lints_and_name_features() {
    let text = "[package]\nname = \"xtask\"\n[dependencies]\ntokio = { version = \"1\", features = [\"full\"] }\n";
    assert_eq!(
        findings_of(manifests::check, "xtask/Cargo.toml", text).len(),
        2
    );
}

#[test]
fn files_say_what_they_own() {
    let cases = [
        ("a.rs", "//! Owns a.\n", 0),
        ("a.rs", "use b;\n", 1),
        ("a.py", "#!/usr/bin/env python3\n\"\"\"Owns a.\"\"\"\n", 0),
        ("a.py", "import b\n", 1),
        ("a.tsx", "// Owns a.\n", 0),
        ("a.ts", "import b\n", 1),
        ("schema.gen.ts", "import b\n", 0),
    ];
    for (path, text, expected) in cases {
        assert_eq!(
            findings_of(headers::check, path, text).len(),
            expected,
            "{path}: {text}"
        );
    }
}

#[test]
fn words_have_one_home() {
    let statement = "let sql = \"SELECT id FROM flow\";\n";
    assert_eq!(
        findings_of(words::check, "crates/milliways-server/src/a.rs", statement).len(),
        1
    );
    assert!(findings_of(words::check, "crates/milliways-storage/src/a.rs", statement).is_empty());
    let database = "let kind = \"sqlite\";\n";
    assert_eq!(
        findings_of(
            words::check,
            "crates/milliways-storage/src/flow.rs",
            database
        )
        .len(),
        1
    );
    assert!(
        findings_of(
            words::check,
            "crates/milliways-storage/src/db/pool.rs",
            database
        )
        .is_empty()
    );
}

#[test]
fn paths_of_one_machine_are_found() {
    let path = concat!("see /wo", "rk/main\n");
    assert_eq!(findings_of(paths::check, "README.md", path).len(), 1);
    assert!(findings_of(paths::check, "README.md", concat!("docs/wo", "rk/queue\n")).is_empty());
}
