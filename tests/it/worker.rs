//! The worker as a process, with processes as runs: on a real server, from the outside, on both databases.

mod cancels;
mod code;
mod crashes;
mod ends;
mod health;
mod kills;
mod memory;
mod settings;
mod starts;

/// Makes one test of a story for each database.
macro_rules! on_both {
    ($($story:ident)*) => {$(
        mod $story {
            #[test]
            fn sqlite() {
                super::$story(&milliways_tests::process::Home::sqlite());
            }
            #[test]
            fn postgres() {
                super::$story(&milliways_tests::process::Home::postgres());
            }
        }
    )*};
}
use on_both;

use milliways_tests::process::Home;
use milliways_tests::worker::{Shop, Worker};

/// How a run of such a script ends, with its message and log.
fn end_of(home: &Home, script: &str) -> (String, String, String) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let deployment = shop.deploy("ends", script);
    let run = shop.run(&deployment);
    let mut worker = Worker::start(home, &server, "--run-once");
    assert!(worker.wait().success(), "{}", home.logged());
    let ended = shop.read(&run);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    (
        text(&ended["state_type"]),
        text(&ended["state"]["message"]),
        shop.logs(&run),
    )
}

/// Waits until servers or workers of a home have logged something.
fn until_logged(home: &Home, text: &str) {
    while !home.logged().contains(text) {
        std::thread::yield_now();
    }
}

/// The kinds of a run's states, in their order.
fn kinds(shop: &mut Shop, run: &str) -> Vec<String> {
    let states = shop.states(run);
    let kinds = states.iter().map(|state| state["type"].as_str());
    kinds.map(|kind| kind.unwrap().to_owned()).collect()
}
