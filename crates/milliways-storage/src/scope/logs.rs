//! Log lines.

use milliways_model::filter::LogFilter;
use milliways_model::sort::LogSort;
use milliways_model::{Log, LogCreate};

use super::{Scope, draw};
use crate::error::StoreError;
use crate::filter::Page;
use crate::tables::log;

impl Scope {
    /// Stores lines, in order.
    pub async fn create_logs(&self, logs: Vec<LogCreate>) -> Result<(), StoreError> {
        let weight = logs.len().max(1);
        let run = logs
            .first()
            .and_then(|log| log.flow_run_id)
            .map_or_else(Default::default, |id| id.0);
        self.write_for(run, weight, async move |tx, workspace| {
            let lines: Vec<&LogCreate> = logs.iter().collect();
            Ok(log::append(tx, workspace, &lines, draw).await?)
        })
        .await
    }

    /// Lines that match.
    pub async fn logs(
        &self,
        filter: LogFilter,
        sort: LogSort,
        page: Page,
    ) -> Result<Vec<Log>, StoreError> {
        self.logs_as(filter, sort, page, |found| found).await
    }

    /// [`Scope::logs`], made into an answer by the thread that read them: writing a long one takes as long as reading
    /// what is in it, and so both wait in one line, and nothing else waits for either.
    pub async fn logs_as<T: Send + 'static>(
        &self,
        filter: LogFilter,
        sort: LogSort,
        page: Page,
        answer: impl FnOnce(Vec<Log>) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(answer(
                log::list(conn, workspace, &filter, sort, page).await?,
            ))
        })
        .await
    }

    /// Lines after a position in the order of commits, and the position of the last one.
    pub async fn logs_after(&self, cursor: i64, limit: i64) -> Result<(Vec<Log>, i64), StoreError> {
        self.read(
            async move |conn, workspace| Ok(log::after(conn, workspace, cursor, limit).await?),
        )
        .await
    }
}
