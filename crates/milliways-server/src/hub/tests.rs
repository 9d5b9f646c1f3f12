//! Channels without a store: cursors, matching, slow subscribers.

use milliways_model::Log;

use super::topic::{Channel, Subscriber, Topic};
use super::*;

fn log(message: &str, level: i32) -> Log {
    serde_json::from_value(serde_json::json!({
        "id": "018f0000-0000-7000-8000-000000000001", "created": null, "updated": null,
        "name": "test", "level": level, "message": message, "timestamp": "2026-01-01T00:00:00Z"
    }))
    .unwrap()
}

fn subscribe(
    channel: &mut Channel<LogMatcher>,
    head: i64,
    filter: &str,
    queue: usize,
) -> (i64, mpsc::Receiver<Utf8Bytes>) {
    let (sender, frames) = mpsc::channel(queue);
    let matcher = LogMatcher::new(serde_json::from_str(filter).unwrap());
    (
        channel.enter(
            head,
            Subscriber {
                matcher,
                sender,
                waiting: Arc::default(),
            },
        ),
        frames,
    )
}

#[test]
fn each_subscriber_gets_what_it_asked_for() {
    let mut topic = Topic::at(10);
    let (from, mut all) = subscribe(&mut topic.logs, 10, "{}", 8);
    let (_, mut errors) = subscribe(&mut topic.logs, 10, r#"{"level":{"ge_":40}}"#, 8);
    assert_eq!(from, 10);
    topic
        .logs
        .tell(10, 12, &[log("fine", 20), log("broken", 40)]);
    assert_eq!(topic.logs.cursor(), Some(12));
    assert!(all.try_recv().unwrap().contains("fine"));
    assert!(all.try_recv().unwrap().contains("broken"));
    assert!(errors.try_recv().unwrap().contains("broken"));
    assert!(errors.try_recv().is_err());
}

#[test]
fn a_slow_subscriber_is_cut_off_and_others_are_not() {
    let mut topic = Topic::at(0);
    let (_, mut slow) = subscribe(&mut topic.logs, 0, "{}", 1);
    let (_, mut quick) = subscribe(&mut topic.logs, 0, "{}", 8);
    topic
        .logs
        .tell(0, 3, &[log("a", 20), log("b", 20), log("c", 20)]);
    assert!(slow.try_recv().is_ok());
    assert!(matches!(
        slow.try_recv(),
        Err(mpsc::error::TryRecvError::Disconnected)
    ));
    for _ in 0..3 {
        assert!(quick.try_recv().is_ok());
    }
}

#[test]
fn what_was_read_for_nobody_is_not_told_to_a_newcomer() {
    let mut topic = Topic::at(0);
    let (from, mut frames) = subscribe(&mut topic.logs, 5, "{}", 8);
    assert_eq!(from, 5);
    topic.logs.tell(0, 5, &[log("old", 20)]);
    assert!(frames.try_recv().is_err());
    assert_eq!(topic.logs.cursor(), Some(5));
}

#[test]
fn a_topic_without_listeners_is_dropped() {
    let mut topic = Topic::at(0);
    let (_, frames) = subscribe(&mut topic.logs, 0, "{}", 8);
    assert!(topic.is_listened_to());
    drop(frames);
    assert!(!topic.is_listened_to());
}
