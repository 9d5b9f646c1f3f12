//! The stories that writers tell under faults are true without any: each step is acknowledged, and shows what it says.

use std::thread;

use milliways_tests::process::Home;

use super::writers::{STORIES, StoryWriter, Writer as _};

#[test]
fn every_story_is_true_sqlite() {
    tell_all(&Home::sqlite());
}

#[test]
fn every_story_is_true_postgres() {
    tell_all(&Home::postgres());
}

fn tell_all(home: &Home) {
    let server = home.start();
    thread::scope(|scope| {
        for (title, story) in STORIES {
            let mut connection = server.connect();
            scope.spawn(move || {
                let mut writer = StoryWriter::new(title, *story);
                loop {
                    writer.write(&mut connection).unwrap();
                    writer.check(&mut connection);
                    if writer.is_at_an_end() {
                        break;
                    }
                }
            });
        }
    });
}
