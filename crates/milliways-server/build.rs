//! Makes sure that the folder of the web page exists, so that the program builds without the page.

use std::path::Path;

fn main() {
    let page = Path::new("../../ui/dist");
    println!("cargo::rerun-if-changed={}", page.display());
    if let Err(error) = std::fs::create_dir_all(page) {
        println!("cargo::warning=can't make {}: {error}", page.display());
    }
}
