//! The one front door for every development command.

fn main() {}
