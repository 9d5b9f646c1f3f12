//! What is on disk is read back, whatever is cut off it.

use milliways_model::FlowRunId;

use super::*;
use crate::outbox::{Chunk, Run};

const RUN: Run = Run::Flow(FlowRunId(Uuid::nil()));

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn lines(numbers: std::ops::RangeInclusive<i64>) -> Vec<u8> {
    numbers
        .flat_map(|number| format!("{{\"flow_run_name\":\"{number}\"}}\n").into_bytes())
        .collect()
}

fn count(lines: &[u8]) -> usize {
    lines
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| line.ends_with(b"\n"))
        .count()
}

#[test]
fn what_is_added_is_read_back_by_its_place() {
    let root = tempfile::tempdir().unwrap();
    let spool = Spool::create(root.path(), id(1), "local").unwrap();
    let mut journal = spool.journal(Header::new(1, RUN, 1));
    let first = journal.append(&lines(1..=3), 1).unwrap();
    let second = journal.append(&lines(4..=4), 4).unwrap();
    assert_eq!(
        journal.read(first, lines(1..=3).len()).unwrap(),
        lines(1..=3)
    );
    assert_eq!(
        journal.read(second, lines(4..=4).len()).unwrap(),
        lines(4..=4)
    );
}

#[test]
fn a_journal_is_read_again_from_any_record() {
    let root = tempfile::tempdir().unwrap();
    let spool = Spool::create(root.path(), id(1), "local").unwrap();
    let mut journal = spool.journal(Header::new(1, RUN, 1));
    journal.append(&lines(1..=3), 1).unwrap();
    journal.append(&lines(4..=5), 4).unwrap();
    for begin in 1..=5 {
        let chunks = journal.reread(begin).unwrap().unwrap();
        let read: Vec<u8> = chunks
            .iter()
            .flat_map(|Chunk { place, size, .. }| journal.read(place.unwrap(), *size).unwrap())
            .collect();
        assert_eq!(read, lines(begin..=5));
        assert_eq!(
            chunks.iter().map(|chunk| chunk.count).sum::<usize>(),
            count(&lines(begin..=5))
        );
    }
    assert_eq!(journal.reread(0).unwrap(), None);
}

#[test]
fn a_file_cut_at_any_byte_gives_its_whole_records() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("1.1.jsonl");
    let mut whole = serde_json::to_vec(&Header {
        first_seq: 8,
        ..Header::new(1, RUN, 2)
    })
    .unwrap();
    whole.push(b'\n');
    let header = whole.len();
    whole.extend(lines(8..=12));
    for cut in 0..=whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let file = LeftoverFile::read(&path).unwrap();
        if cut < header {
            assert_eq!(file, None, "cut at {cut}");
            continue;
        }
        let file = file.unwrap();
        assert_eq!((file.header.first_seq, file.header.epoch), (8, 2));
        let records = count(&whole[header..cut]);
        let last = 7 + i64::try_from(records).unwrap();
        assert_eq!(file.lines, lines(8..=last), "cut at {cut}");
    }
}

#[test]
fn what_follows_a_damaged_line_is_not_believed() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("1.1.jsonl");
    let mut text = serde_json::to_vec(&Header::new(1, RUN, 1)).unwrap();
    text.push(b'\n');
    text.extend(lines(1..=2));
    text.extend(b"\0\0\0\0\n");
    text.extend(lines(3..=4));
    std::fs::write(&path, &text).unwrap();
    assert_eq!(
        LeftoverFile::read(&path).unwrap().unwrap().lines,
        lines(1..=2)
    );
}

#[test]
fn leftovers_are_those_of_the_same_server_in_the_order_of_their_journals() {
    let root = tempfile::tempdir().unwrap();
    for (number, server) in [(2, "local"), (1, "http://elsewhere/api"), (3, "local")] {
        let spool = Spool::create(root.path(), id(number), server).unwrap();
        for journal in [1, 10, 2] {
            spool
                .journal(Header::new(journal, RUN, 1))
                .append(&lines(1..=1), 1)
                .unwrap();
        }
    }
    let _in_use = Spool::create(root.path(), id(4), "local").unwrap();
    let found = leftovers(root.path(), "local");
    let [leftover, _] = found.as_slice() else {
        panic!("{found:?}")
    };
    let names: Vec<_> = leftover
        .files()
        .unwrap()
        .iter()
        .map(|path| path.file_name().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["1.1.jsonl", "2.1.jsonl", "10.1.jsonl"]);
    for path in leftover.files().unwrap() {
        delivered(&path);
    }
    found.into_iter().for_each(Leftover::finish);
    assert!(!root.path().join(id(2).simple().to_string()).exists());
}

#[test]
fn a_folder_goes_with_its_last_journal() {
    let root = tempfile::tempdir().unwrap();
    let spool = Spool::create(root.path(), id(1), "local").unwrap();
    let folder = spool.folder.clone();
    let mut journal = spool.journal(Header::new(1, RUN, 1));
    journal.append(&lines(1..=1), 1).unwrap();
    journal.remove();
    spool.remove();
    assert!(!folder.exists());
}
