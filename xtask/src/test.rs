//! `cargo xtask test`: every test there is, by the runner of its language, and one line of counts at the end.

mod python;
mod rust;
mod tally;
mod ui;

use std::time::Instant;

use anyhow::{Result, bail};

use crate::setup::{self, Need};
use tally::Tally;

/// The tests of one language.
struct Part {
    name: &'static str,
    needs: &'static [Need],
    run: fn() -> Result<Tally>,
}

const PARTS: &[Part] = &[
    Part {
        name: "rust",
        needs: &[Need::Rust],
        run: rust::run,
    },
    Part {
        name: "python",
        needs: &[Need::Python, Need::Rust],
        run: python::run,
    },
    Part {
        name: "ui",
        needs: &[Need::Ui, Need::Browser],
        run: ui::run,
    },
];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let chosen = choose(arguments)?;
    let needs: Vec<Need> = chosen.iter().flat_map(|part| part.needs).copied().collect();
    setup::require(&needs)?;

    let mut total = Tally::default();
    let mut lines = Vec::new();
    for part in chosen {
        println!("\n=== {} ===", part.name);
        let start = Instant::now();
        let tally = (part.run)().unwrap_or_else(|error| {
            eprintln!("\nerror: {error:#}");
            // What could not run counts as one failure: nothing was shown to be right.
            Tally {
                failed: 1,
                ..Tally::default()
            }
        });
        lines.push(format!(
            "{:<8}{tally} in {:.0} s",
            part.name,
            start.elapsed().as_secs_f64()
        ));
        total = total.and(tally);
    }
    println!("\n{}\n\n{total}", lines.join("\n"));
    if total.failed > 0 {
        bail!(
            "{} tests failed\nhint: run one part alone: `cargo xtask test rust`",
            total.failed
        );
    }
    Ok(())
}

fn choose(arguments: &[String]) -> Result<Vec<&'static Part>> {
    match arguments {
        [] => Ok(PARTS.iter().collect()),
        [all] if all == "all" => Ok(PARTS.iter().collect()),
        names => names.iter().map(|name| find(name)).collect(),
    }
}

fn find(name: &str) -> Result<&'static Part> {
    match PARTS.iter().find(|part| part.name == name) {
        Some(part) => Ok(part),
        None => bail!("there are no tests called `{name}`\nhint: rust, python, ui, or all"),
    }
}
