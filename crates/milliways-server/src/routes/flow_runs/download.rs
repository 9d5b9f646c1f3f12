//! `/flow_runs/{id}/logs/download`: all log lines of a run as a file, streamed page by page.

use std::borrow::Cow;
use std::fmt::Write;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use milliways_model::filter::{AnyOf, LogFilter, TimeFilter};
use milliways_model::sort::LogSort;
use milliways_model::{FlowRunId, Log, Timestamp};
use milliways_storage::{Page, Scope, StoreError};
use utoipa_axum::routes;

use crate::extract::{Id, Workspace};
use crate::problem::Problem;
use crate::routes::Routes;
use crate::routes::reply::Answer;

/// Lines that are read at once.
const CHUNK: i64 = 1_000;
const HEAD: &str = "timestamp,level,flow_run_id,task_run_id,message\r\n";

pub(super) fn routes() -> Routes {
    Routes::default().add(routes!(download_logs))
}

/// All log lines of a flow run as CSV, oldest first.
#[utoipa::path(get, path = "/flow_runs/{id}/logs/download", tag = "Flow Runs",
    params(("id" = FlowRunId, Path, description = "The flow run's id")),
    responses((status = 200, body = milliways_model::Json, content_type = "text/csv", description = "The lines")))]
async fn download_logs(Workspace(scope): Workspace, Id(id): Id<FlowRunId>) -> Answer {
    let run = scope
        .flow_run(id)
        .await?
        .ok_or_else(|| Problem::not_found("Flow run"))?;
    let lines = stream::try_unfold(
        Some(Reader {
            scope,
            run: id,
            after: None,
            ties: 0,
        }),
        read,
    );
    let mut response = Response::new(Body::from_stream(lines));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    let disposition = format!(
        "attachment; filename*=UTF-8''{}-logs.csv",
        escaped(&run.name)
    );
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// How far the lines have been read: by time, so that the last page costs what the first does.
struct Reader {
    scope: Scope,
    run: FlowRunId,
    after: Option<Timestamp>,
    /// How many lines of that very moment have been read.
    ties: i64,
}

async fn read(reader: Option<Reader>) -> Result<Option<(Bytes, Option<Reader>)>, StoreError> {
    let Some(mut reader) = reader else {
        return Ok(None);
    };
    let mut text = if reader.after.is_none() {
        HEAD.to_owned()
    } else {
        String::new()
    };
    let filter = LogFilter {
        flow_run_id: Some(AnyOf {
            any_: Some(vec![reader.run]),
        }),
        timestamp: reader.after.map(|after| TimeFilter {
            after_: Some(after),
            before_: None,
        }),
        ..LogFilter::default()
    };
    let page = Page {
        limit: CHUNK,
        offset: reader.ties,
    };
    let lines = reader
        .scope
        .logs(filter, LogSort::TimestampAsc, page)
        .await?;
    for line in &lines {
        reader.ties = if reader.after == Some(line.timestamp) {
            reader.ties + 1
        } else {
            1
        };
        reader.after = Some(line.timestamp);
        write(&mut text, line);
    }
    let is_last = i64::try_from(lines.len()).unwrap_or(0) < CHUNK;
    Ok(Some((Bytes::from(text), (!is_last).then_some(reader))))
}

fn write(text: &mut String, line: &Log) {
    let task_run = line
        .task_run_id
        .map(|id| id.to_string())
        .unwrap_or_default();
    let run = line
        .flow_run_id
        .map(|id| id.to_string())
        .unwrap_or_default();
    let at = line.timestamp.to_string();
    let at = at.trim_end_matches('Z').trim_end_matches(".000000");
    let at = at.replacen('T', " ", 1);
    // Writing to a String can't fail.
    let _ = writeln!(
        text,
        "{at}+00:00,{},{run},{task_run},{}\r",
        line.level,
        field(&line.message)
    );
}

/// A text as a field: within quotation marks only where it has to be.
fn field(text: &str) -> Cow<'_, str> {
    if text.contains(['"', ',', '\r', '\n']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

/// A name as a header may carry it.
fn escaped(name: &str) -> String {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    name.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_become_file_names() {
        assert_eq!(super::escaped("tidy-owl"), "tidy-owl");
        assert_eq!(super::escaped("a b/\"é\r\n"), "a%20b%2F%22%C3%A9%0D%0A");
    }
}
