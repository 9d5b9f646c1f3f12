//! The Python environment `.venv`, what is installed into it, and the wheel of the package.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::fresh::{Fingerprint, unless_fresh};
use crate::shell::{Run, on_path};
use crate::tree;

const REQUIREMENTS: &str = "python/requirements-dev.txt";

/// What the extension and the executable are made from; with any of it changed the wheel is built anew.
const WHEEL_INPUTS: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "crates",
    "python/milliways",
    "python/pyproject.toml",
    "python/prefect-compat",
];

/// How a wheel is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wheel {
    /// Quickly, for tests.
    Debug,
    /// For use.
    Release,
}

impl Wheel {
    fn folder(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }
}

/// The environment with what development of the package needs.
pub(crate) fn prepare() -> Result<()> {
    let version = version(Path::new("python3"))?;
    // An environment of another interpreter cannot be mended, only made anew.
    if version_of_environment() != Some(version.clone()) {
        Run::new("python3")
            .args(["-m", "venv", "--clear", ".venv"])
            .hint("on Debian: apt-get install python3-venv")
            .quiet("making the Python environment .venv")?;
    }
    let inputs = Fingerprint::new()
        .bytes(version.as_bytes())
        .path(REQUIREMENTS)?;
    unless_fresh("python-requirements", &inputs, &program("pytest"), || {
        pip(&["install", "--requirement", REQUIREMENTS])
            .hint("are the Python package registry and the network there?")
            .quiet("installing Python packages")
    })
}

fn version_of_environment() -> Option<String> {
    let python = program("python");
    python.exists().then(|| version(&python).ok()).flatten()
}

fn version(python: &Path) -> Result<String> {
    Run::new(python)
        .args(["-c", "import sys; print(sys.version)"])
        .read()
}

/// A program of the environment.
pub(crate) fn program(name: &str) -> PathBuf {
    tree::root().join(".venv/bin").join(name)
}

/// Builds the executable and the wheels with it, and installs them into the environment.
pub(crate) fn install_wheel(kind: Wheel) -> Result<()> {
    // What the wheel was made from, and whether this kind is the one that is installed.
    let inputs = WHEEL_INPUTS.iter().try_fold(
        Fingerprint::new().bytes(kind.folder().as_bytes()),
        |print, path| print.path(path),
    )?;
    unless_fresh(
        "wheel",
        &inputs.path("ui/dist/index.html")?,
        &program("milliways"),
        || {
            let folder = tree::target().join("wheels").join(kind.folder());
            build_wheels(kind, &folder)?;
            let wheels = wheels_in(&folder)?;
            pip(&["install", "--force-reinstall", "--no-deps"])
                .args(&wheels)
                .quiet("installing them into .venv")?;
            lay_into_tree()
        },
    )
}

/// Lays the extension that is installed into the source tree as well: a test that starts Python in `python/` finds the
/// package there before it finds the installed one.
fn lay_into_tree() -> Result<()> {
    const WHERE: &str = "import sysconfig; print(sysconfig.get_path('platlib'))";
    let site = Run::new(program("python")).args(["-c", WHERE]).read()?;
    let name = "milliways/_core.abi3.so";
    let installed = Path::new(&site).join(name);
    let placed = tree::root().join("python").join(name);
    // A process that has the old one loaded keeps it: its file must not be written over.
    let _ = fs::remove_file(&placed);
    fs::copy(&installed, &placed).with_context(|| format!("copying {}", installed.display()))?;
    Ok(())
}

fn pip(arguments: &[&str]) -> Run {
    let (command, rest) = arguments.split_at(1);
    Run::new(program("python"))
        .args(["-m", "pip"])
        .args(command)
        .args(["--quiet", "--disable-pip-version-check"])
        .args(rest)
}

/// Builds the wheels `milliways` and `milliways-prefect` into `folder`, which holds nothing else afterwards.
pub(crate) fn build_wheels(kind: Wheel, folder: &Path) -> Result<()> {
    build_executable(kind)?;
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    let profile = match kind {
        Wheel::Debug => "dev",
        Wheel::Release => "release",
    };
    Run::new(program("maturin"))
        .args(["build", "--locked", "--profile", profile, "--interpreter"])
        .arg(program("python"))
        .arg("--out")
        .arg(folder)
        .dir("python")
        .quiet("building the wheel `milliways`")?;
    pip(&["wheel", "--no-deps", "--wheel-dir"])
        .arg(folder)
        .arg("./prefect-compat")
        .dir("python")
        .quiet("building the wheel `milliways-prefect`")
}

/// Builds the native executable and lays it where the wheel takes it from.
fn build_executable(kind: Wheel) -> Result<()> {
    let mut build = Run::new("cargo").args(["build", "--locked", "--package", "milliways-cli"]);
    if kind == Wheel::Release {
        build = build.arg("--release");
    }
    build.loud()?;
    let executable = tree::target().join(kind.folder()).join("milliways");
    let scripts = tree::root().join("python/milliways.data/scripts");
    fs::create_dir_all(&scripts)?;
    let placed = scripts.join("milliways");
    fs::copy(&executable, &placed).with_context(|| format!("copying {}", executable.display()))?;
    // A debug build is mostly line tables, which would take longer to pack than to build.
    if kind == Wheel::Debug && on_path("strip").is_some() {
        Run::new("strip").arg("--strip-debug").arg(&placed).read()?;
    }
    Ok(())
}

fn wheels_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    Ok(paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "whl"))
        .collect())
}
