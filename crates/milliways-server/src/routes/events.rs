//! `/events`.

pub(crate) mod bounds;

use axum::extract::RawPathParams;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use milliways_model::Event;
use milliways_model::event::{Countable, EventCount, EventPage};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, empty, ok};
use crate::app::{App, Shared};
use crate::bodies::{CountEvents, ReadEvents};
use crate::event_search::{self, Found, Token};
use crate::extract::{Body, OptionalBody, Query, Workspace, check};
use crate::problem::{FieldError, Problem};

/// The most events of a page.
const PAGE: i64 = 50;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_events))
        .add(routes!(read_events))
        .add(routes!(read_account_events_page))
        .add(routes!(count_account_events))
}

/// Store events. An id that is stored already is left as it is.
#[utoipa::path(post, path = "/events", tag = "Events", request_body = Vec<Event>,
    responses((status = 204, description = "They are stored")))]
async fn create_events(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Body(events): Body<Vec<Event>>,
) -> Answer {
    bounds::check_all(&events, &app.config.limits, app.store.clock().now())?;
    let orphans = scope.record_events(events).await?;
    app.metrics.orphaned_reports.add(orphans);
    Ok(empty(StatusCode::NO_CONTENT))
}

/// List events that match, newest first unless asked otherwise.
#[utoipa::path(post, path = "/events/filter", tag = "Events", request_body = Option<ReadEvents>,
    responses((status = 200, body = EventPage, description = "The first page")))]
async fn read_events(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    uri: Uri,
    headers: HeaderMap,
    OptionalBody(body): OptionalBody<ReadEvents>,
) -> Answer {
    let limit = body.limit.unwrap_or(PAGE);
    check(limit, 0, PAGE, "limit")?;
    let mut filter = body.filter.unwrap_or_default();
    event_search::pin(&mut filter, app.store.clock().now());
    let found = event_search::first(&scope, &filter, limit).await?;
    let total = found.total;
    ok(&page(&app, &uri, &headers, found, |position| Token {
        filter,
        limit,
        position,
        total,
    }))
}

/// Read the next page of a list of events.
#[utoipa::path(get, path = "/events/filter/next", tag = "Events",
    params(("page-token" = String, Query, description = "From the page before")),
    responses((status = 200, body = EventPage, description = "The page")))]
async fn read_account_events_page(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    uri: Uri,
    headers: HeaderMap,
    query: Query,
) -> Answer {
    let token = Token::read(query.text("page-token")?).ok_or_else(|| {
        Problem::detail(
            StatusCode::FORBIDDEN,
            "invalid_page_token",
            "the page token is not one of ours",
        )
    })?;
    let Token {
        filter,
        limit,
        position,
        total,
    } = token;
    let found = event_search::after(&scope, &filter, limit, position, total).await?;
    ok(&page(&app, &uri, &headers, found, |position| Token {
        filter,
        limit,
        position,
        total,
    }))
}

/// Count events that match by day, span of time, name or resource.
#[utoipa::path(post, path = "/events/count-by/{countable}", tag = "Events", request_body = CountEvents,
    params(("countable" = Countable, Path, description = "What to count by")),
    responses((status = 200, body = Vec<EventCount>, description = "The counts")))]
async fn count_account_events(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    params: RawPathParams,
    Body(body): Body<CountEvents>,
) -> Answer {
    let by = params
        .iter()
        .find(|(name, _)| *name == "countable")
        .map_or("", |(_, value)| value);
    let by = countable(by)?;
    let interval = body.time_interval.unwrap_or(1.0);
    if interval.is_nan() || interval < 0.01 {
        let location = vec!["body".into(), "time_interval".into()];
        let text = "Input should be greater than or equal to 0.01";
        let input = serde_json::Value::from(interval);
        let error = FieldError::new("greater_than_equal", location, text, input);
        return Err(Problem::fields(vec![error.with("ge", 0.01)], None));
    }
    let now = app.store.clock().now();
    ok(&event_search::count(&scope, body.filter, by, body.time_unit, interval, now).await?)
}

fn countable(text: &str) -> Result<Countable, Problem> {
    let input = serde_json::Value::from(text);
    serde_json::from_value(input.clone()).map_err(|_| {
        let expected = "'day', 'time', 'event' or 'resource'";
        let location = vec!["path".into(), "countable".into()];
        let error = FieldError::new(
            "enum",
            location,
            format!("Input should be {expected}"),
            input,
        );
        Problem::fields(vec![error.with("expected", expected)], None)
    })
}

/// A page with the whole address of the next one, under the name by which this one was asked for.
fn page(
    app: &App,
    uri: &Uri,
    headers: &HeaderMap,
    found: Found,
    token: impl FnOnce(event_search::Position) -> Token,
) -> EventPage {
    let next_page = found.next.map(|position| {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let host = host.unwrap_or("localhost");
        let base = app
            .config
            .base_path
            .as_deref()
            .unwrap_or_default()
            .trim_end_matches('/');
        let path = uri.path().trim_end_matches('/').trim_end_matches("/next");
        format!(
            "http://{host}{base}{path}/next?page-token={}",
            token(position).write()
        )
    });
    EventPage {
        events: found.events,
        total: found.total.count,
        total_is_lower_bound: found.total.is_lower_bound,
        next_page,
    }
}
