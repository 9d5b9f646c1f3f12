//! `cargo xtask dist`: what users get, in `dist/`: the executable with the page in it, and the wheels.

use std::fs;

use anyhow::{Context, Result};

use crate::setup::{self, Need, Wheel};
use crate::tree;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    crate::flags(arguments, &[])?;
    setup::require(&[Need::Rust, Need::Python, Need::Ui])?;
    setup::build_ui()?;
    setup::prepare_python()?;
    let folder = tree::root().join("dist");
    setup::build_wheels(Wheel::Release, &folder)?;
    let built = tree::target().join("release/milliways");
    fs::copy(&built, folder.join("milliways"))
        .with_context(|| format!("copying {}", built.display()))?;
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        println!(
            "dist/{}  {} kB",
            entry.file_name().to_string_lossy(),
            entry.metadata()?.len() / 1000
        );
    }
    Ok(())
}
