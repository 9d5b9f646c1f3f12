//! A disk that is full: nothing is acknowledged that is not on it, reads go on, and with room writes go on.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use milliways_tests::http::{Connection, Reply};
use milliways_tests::process::Home;
use serde_json::json;

use super::writers::RECOVERY;

/// A small file system of its own, which is gone with this value.
struct Disk<'p>(&'p Path);

impl<'p> Disk<'p> {
    fn mount(path: &'p Path) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=12m", "tmpfs"])
            .arg(path)
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then_some(Self(path))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        // Lazily: a server that has just been killed may still hold a file.
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

fn write(connection: &mut Connection, number: usize) -> Reply {
    let now = milliways_model::time::Clock::now(&milliways_model::time::SystemClock);
    let run = milliways_model::uuid7_now();
    let line = |part: usize| {
        json!({"name": format!("batch {number}"), "level": 20, "timestamp": now, "flow_run_id": run.to_string(),
            "message": format!("{part} {}", "x".repeat(20_000))})
    };
    let lines: Vec<_> = (0..10).map(line).collect();
    connection.post("/api/logs/", &json!(lines)).unwrap()
}

/// How many lines of each batch there are; a batch of ten is there whole or not at all.
fn counts(connection: &mut Connection, batches: usize) -> Vec<usize> {
    let mut counts = vec![0; batches];
    for offset in (0..).step_by(100) {
        let page = json!({"limit": 100, "offset": offset, "sort": "TIMESTAMP_ASC"});
        let page = connection.post("/api/logs/filter", &page).unwrap();
        assert_eq!(page.status, 200, "reads go on: {}", page.text());
        let lines = page.json();
        let lines = lines.as_array().unwrap();
        for line in lines {
            let name = line["name"].as_str().unwrap();
            counts[name.trim_start_matches("batch ").parse::<usize>().unwrap()] += 1;
        }
        if lines.len() < 100 {
            break;
        }
    }
    counts
}

#[test]
fn a_full_disk_takes_nothing_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path()) else {
        // Only root may mount. Where tests run as somebody else, they say what they leave out.
        eprintln!("left out: no file system can be mounted here");
        return;
    };
    let filler = disk.0.join("filler");
    std::fs::write(&filler, vec![0; 6 << 20]).unwrap();
    let url = format!("sqlite:///{}", disk.0.join("milliways.db").display());
    let home = Home::sqlite().with("MILLIWAYS_SERVER_DATABASE_CONNECTION_URL", &url);
    let server = home.start();
    let mut connection = server.connect();
    let mut acknowledged = Vec::new();
    let refused = loop {
        let reply = write(&mut connection, acknowledged.len());
        if reply.status != 201 {
            break reply;
        }
        acknowledged.push(10);
        assert!(acknowledged.len() < 1_000, "the disk is never full");
    };
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(!acknowledged.is_empty());
    assert_eq!(counts(&mut connection, acknowledged.len()), acknowledged);
    // With room it goes on by itself.
    std::fs::remove_file(&filler).unwrap();
    let start = Instant::now();
    while write(&mut connection, acknowledged.len()).status != 201 {
        assert!(start.elapsed() < RECOVERY, "{}", home.logged());
    }
    acknowledged.push(10);
    assert_eq!(counts(&mut connection, acknowledged.len()), acknowledged);
    drop(server);
}
