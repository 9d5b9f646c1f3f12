//! `cargo xtask dev`: a server, and the page with live reload in front of it, until ctrl-c.

use anyhow::Result;

use crate::net;
use crate::setup::{self, Need, npm};
use crate::shell::Run;
use crate::tree;

const API_PORT: u16 = 4200;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    crate::flags(arguments, &[])?;
    setup::require(&[Need::Ui])?;
    setup::prepare_ui()?;
    Run::new("cargo")
        .args(["build", "--package", "milliways-cli"])
        .loud()?;
    let port = net::free_port(API_PORT)?;
    let api = format!("http://127.0.0.1:{port}");
    let _server = Run::new(tree::target().join("debug/milliways"))
        .args(["server", "start", "--port", &port.to_string()])
        .env("MILLIWAYS_HOME", tree::target().join("dev-home"))
        .start()?;
    println!("the API is at {api}/api; the page with live reload follows");
    // npm stays in front; when it is interrupted the server's handle goes and ends the server.
    npm(&["run", "dev:server"])
        .env("MILLIWAYS_UI_SERVER", &api)
        .start()?
        .wait()
}
