//! The one binary: parse, call, print.

fn main() {}
