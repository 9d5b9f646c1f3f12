//! Installing Debian packages by name.

use anyhow::Result;

use crate::shell::{Run, on_path};

/// Whether packages can be installed without asking anybody: as root, where there is apt.
pub(super) fn is_possible() -> bool {
    on_path("apt-get").is_some()
        && Run::new("id")
            .arg("-u")
            .read()
            .is_ok_and(|user| user == "0")
}

/// Installs what is named.
pub(super) fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let hint = "install the packages by hand and run the command again";
    apt()
        .arg("update")
        .hint(hint)
        .quiet("refreshing the list of Debian packages")?;
    apt()
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages)
        .hint(hint)
        .quiet(&format!("installing {}", packages.join(", ")))
}

fn apt() -> Run {
    Run::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive")
}
