//! What the compiler says about programs that are wrong: a file of `tests/compile/` each, with what it has to say in
//! comments that begin with `//~`.

use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn mistakes_are_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile");
    let mut programs: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    programs.sort();
    for program in programs {
        let text = std::fs::read_to_string(&program).expect("a program");
        let said = compile(&program);
        for expected in text.lines().filter_map(|line| line.split_once("//~ ")) {
            let expected = expected.1;
            assert!(
                said.contains(expected),
                "{} should be answered with: {expected}\n\n{said}",
                program.display()
            );
        }
        let is_wrong = text.contains("//~ ");
        assert_eq!(said.contains("error"), is_wrong, "{said}");
    }
}

/// Compiles a program against the SDK that this test was built with.
fn compile(program: &Path) -> String {
    let test = std::env::current_exe().expect("this test");
    let built = test.parent().expect("its folder");
    // A folder of its own: the compiler puts a file in the place of whatever the output is called, a device included.
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new("rustc")
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
        .arg("--out-dir")
        .arg(folder.path())
        .arg("-L")
        .arg(format!("dependency={}", built.display()))
        .arg("--extern")
        .arg(format!("milliways={}", newest(built).display()))
        .arg(program)
        .output()
        .expect("rustc runs");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The library as it was built last: others lie there from before.
fn newest(built: &Path) -> PathBuf {
    let libraries = std::fs::read_dir(built)
        .expect("the folder")
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let is_ours = name.starts_with("libmilliways-")
                && entry.path().extension().is_some_and(|kind| kind == "rlib");
            is_ours.then_some((entry.metadata().ok()?.modified().ok()?, entry.path()))
        });
    libraries.max().expect("the library").1
}
