//! Prints the API document, as `docs/api/openapi.json` holds it.
#![expect(clippy::print_stdout, reason = "printing is its purpose")]

fn main() {
    print!("{}", milliways_server::openapi_json());
}
