//! `cargo xtask bench`: one benchmark by name, with the release build and the wheel that it measures.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::setup::{self, Need, Wheel};
use crate::shell::Run;
use crate::tree;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let benchmarks = benchmarks()?;
    let asked = arguments
        .split_first()
        .filter(|(name, _)| !["--help", "-h"].contains(&name.as_str()));
    let Some((name, rest)) = asked else {
        println!("usage: cargo xtask bench NAME [ARGUMENTS]\n");
        for benchmark in &benchmarks {
            println!("  {}", benchmark.name());
        }
        return Ok(());
    };
    match benchmarks
        .iter()
        .find(|benchmark| benchmark.name() == *name)
    {
        Some(benchmark) => benchmark.run(rest),
        None => bail!("there is no benchmark `{name}`\nhint: `cargo xtask bench` lists them"),
    }
}

/// Rust programs that start the real server, which they look for beside themselves.
const WITH_SERVER: &[&str] = &["events", "http", "rust_tasks", "scale"];

/// A program of `benches/` that prints a ratio.
enum Benchmark {
    Rust(String),
    Python(PathBuf),
}

impl Benchmark {
    fn name(&self) -> String {
        match self {
            Self::Rust(name) => name.clone(),
            Self::Python(path) => stem(path),
        }
    }

    fn run(&self, arguments: &[String]) -> Result<()> {
        match self {
            Self::Rust(name) => {
                setup::require(&[Need::Rust])?;
                if WITH_SERVER.contains(&name.as_str()) {
                    Run::new("cargo")
                        .args([
                            "build",
                            "--locked",
                            "--release",
                            "--package",
                            "milliways-cli",
                        ])
                        .loud()?;
                }
                Run::new("cargo")
                    .args([
                        "run",
                        "--locked",
                        "--release",
                        "--package",
                        "milliways-benches",
                        "--bin",
                        name,
                        "--",
                    ])
                    .args(arguments)
                    .loud()
            }
            Self::Python(path) => {
                setup::require(&[Need::Python, Need::Ui])?;
                setup::prepare_python()?;
                setup::build_ui()?;
                setup::install_wheel(Wheel::Release)?;
                Run::new(setup::python_program("python"))
                    .arg(path)
                    .args(arguments)
                    .loud()
            }
        }
    }
}

fn benchmarks() -> Result<Vec<Benchmark>> {
    let files = tree::files(&tree::root().join("benches"))?;
    Ok(files
        .into_iter()
        .filter_map(|file| {
            let ending = file.extension()?.to_str()?.to_owned();
            match ending.as_str() {
                "rs" if file.parent()?.ends_with("bin") => Some(Benchmark::Rust(stem(&file))),
                "py" if !stem(&file).starts_with('_') => {
                    Some(Benchmark::Python(tree::root().join("benches").join(&file)))
                }
                _ => None,
            }
        })
        .collect())
}

fn stem(path: &std::path::Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
