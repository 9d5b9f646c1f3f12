//! Which log lines a subscriber wants.

use milliways_model::Log;
use milliways_model::filter::{LogFilter, Operator};
use milliways_model::text_query::TextQuery;

/// A filter of log lines, made ready.
pub(crate) struct LogMatcher {
    filter: LogFilter,
    words: Option<TextQuery>,
}

impl LogMatcher {
    pub(crate) fn new(filter: LogFilter) -> Self {
        let words = filter.text.as_ref().map(|text| TextQuery::of(&text.query));
        Self { filter, words }
    }

    /// Whether the line passes: every criterion that is given, or one of them. Without any, all pass.
    pub(crate) fn accepts(&self, log: &Log) -> bool {
        let filter = &self.filter;
        let level = i64::from(log.level);
        let criteria = [
            filter.level.as_ref().map(|it| {
                it.ge_.is_none_or(|least| level >= least) && it.le_.is_none_or(|most| level <= most)
            }),
            filter.timestamp.as_ref().map(|it| {
                it.before_.is_none_or(|end| log.timestamp <= end)
                    && it.after_.is_none_or(|start| log.timestamp >= start)
            }),
            filter.flow_run_id.as_ref().map(|it| {
                it.any_
                    .as_ref()
                    .is_none_or(|ids| log.flow_run_id.is_some_and(|id| ids.contains(&id)))
            }),
            filter.task_run_id.as_ref().map(|it| {
                let any = it.any_.as_ref();
                any.is_none_or(|ids| log.task_run_id.is_some_and(|id| ids.contains(&id)))
                    && it
                        .is_null_
                        .is_none_or(|is_null| log.task_run_id.is_none() == is_null)
            }),
            self.words.as_ref().map(|words| {
                words.is_answered_by([log.message.as_str(), log.name.as_str()].into_iter())
            }),
        ];
        let mut given = criteria.into_iter().flatten().peekable();
        match filter.operator {
            Operator::And => given.all(|passes| passes),
            Operator::Or => given.peek().is_none() || given.any(|passes| passes),
        }
    }
}

#[cfg(test)]
mod tests {
    use milliways_model::{FlowRunId, LogId, Timestamp, Uuid};

    use super::*;

    #[test]
    fn lines_pass_by_level_run_time_and_words() {
        let run = FlowRunId(Uuid::from_u128(7));
        let log = Log {
            id: LogId(Uuid::from_u128(1)),
            created: None,
            updated: None,
            name: "prefect.flow_runs".to_owned(),
            level: 20,
            message: "Loading 3 rows".to_owned(),
            timestamp: Timestamp::from_micros(1_000_000),
            flow_run_id: Some(run),
            task_run_id: None,
        };
        for (filter, passes) in [
            ("{}".to_owned(), true),
            (r#"{"level":{"ge_":20}}"#.to_owned(), true),
            (r#"{"level":{"ge_":21}}"#.to_owned(), false),
            (r#"{"level":{"le_":10}}"#.to_owned(), false),
            (format!(r#"{{"flow_run_id":{{"any_":["{run}"]}}}}"#), true),
            (r#"{"flow_run_id":{"any_":[]}}"#.to_owned(), false),
            (r#"{"task_run_id":{"is_null_":true}}"#.to_owned(), true),
            (r#"{"task_run_id":{"is_null_":false}}"#.to_owned(), false),
            (
                r#"{"timestamp":{"after_":"1970-01-01T00:00:01Z"}}"#.to_owned(),
                true,
            ),
            (
                r#"{"timestamp":{"before_":"1970-01-01T00:00:00Z"}}"#.to_owned(),
                false,
            ),
            (r#"{"text":{"query":"rows -error"}}"#.to_owned(), true),
            (r#"{"operator":"or_"}"#.to_owned(), true),
            (
                r#"{"operator":"or_","level":{"ge_":50},"text":{"query":"rows"}}"#.to_owned(),
                true,
            ),
            (
                r#"{"level":{"ge_":50},"text":{"query":"rows"}}"#.to_owned(),
                false,
            ),
        ] {
            let matcher = LogMatcher::new(serde_json::from_str(&filter).unwrap());
            assert_eq!(matcher.accepts(&log), passes, "{filter}");
        }
    }
}
