//! Skipping steps whose inputs are what they were: a stamp for each step holds a fingerprint of its inputs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::tree;

/// A fingerprint of what a step depends on. FNV-1a is enough: nobody forges build inputs here.
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        // An end mark keeps "ab" + "c" and "a" + "bc" apart.
        self.0 = (self.0 ^ 0xff).wrapping_mul(0x0100_0000_01b3);
        self
    }

    /// Name and content of a file, or of every source file in a folder. Nothing there counts as nothing.
    pub(crate) fn path(self, path: &str) -> Result<Self> {
        let whole = tree::root().join(path);
        if whole.is_dir() {
            return tree::files(&whole)?.iter().try_fold(self, |print, file| {
                let name = file.to_string_lossy();
                Ok(print
                    .bytes(name.as_bytes())
                    .bytes(&read(&whole.join(file))?))
            });
        }
        let content = if whole.is_file() {
            read(&whole)?
        } else {
            Vec::new()
        };
        Ok(self.bytes(path.as_bytes()).bytes(&content))
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {}", path.display()))
}

/// Runs `step` unless it ran before with the same inputs and `product` is still there.
pub(crate) fn unless_fresh(
    name: &str,
    inputs: &Fingerprint,
    product: &Path,
    step: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let stamp = stamp(name);
    let print = format!("{:016x}", inputs.0);
    let is_fresh = product.exists() && fs::read_to_string(&stamp).is_ok_and(|old| old == print);
    if is_fresh {
        return Ok(());
    }
    // A step that fails half-way must run again, whatever it had done before.
    let _ = fs::remove_file(&stamp);
    step()?;
    fs::create_dir_all(stamp.parent().unwrap_or(&stamp))?;
    fs::write(&stamp, print).with_context(|| format!("writing {}", stamp.display()))
}

fn stamp(name: &str) -> PathBuf {
    tree::target().join("xtask").join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_keeps_parts_apart() {
        let print = |parts: &[&str]| {
            parts
                .iter()
                .fold(Fingerprint::new(), |print, part| {
                    print.bytes(part.as_bytes())
                })
                .0
        };
        assert_eq!(print(&["ab", "c"]), print(&["ab", "c"]));
        assert_ne!(print(&["ab", "c"]), print(&["a", "bc"]));
        assert_ne!(print(&["a"]), print(&["b"]));
    }

    #[test]
    fn a_step_runs_again_after_a_failure_or_a_change() {
        let product = tempfile::NamedTempFile::new().expect("a temporary file");
        let name = format!("fresh-test-{}", std::process::id());
        let mut runs = 0;
        let mut attempt = |input: &str, outcome: Result<()>| {
            let inputs = Fingerprint::new().bytes(input.as_bytes());
            let _ = unless_fresh(&name, &inputs, product.path(), || {
                runs += 1;
                outcome
            });
            runs
        };
        let failure = || Err(anyhow::anyhow!("no"));
        assert_eq!(attempt("a", Ok(())), 1, "never ran");
        assert_eq!(attempt("a", Ok(())), 1, "fresh");
        assert_eq!(attempt("b", failure()), 2, "changed");
        assert_eq!(attempt("b", Ok(())), 3, "failed before");
        assert_eq!(attempt("b", Ok(())), 3, "fresh");
        let _ = fs::remove_file(stamp(&name));
    }
}
