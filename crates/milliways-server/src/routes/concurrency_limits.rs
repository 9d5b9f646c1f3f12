//! `/concurrency_limits`: limits on tags, in their older shape.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::ConcurrencyLimitId;
use milliways_model::concurrency_limit::{
    ConcurrencyLimit, ConcurrencyLimitCreate, MinimalConcurrencyLimitResponse,
};
use milliways_storage::{TagLimitKey, TagSlots};
use utoipa_axum::routes;

use super::Routes;
use super::concurrency_limits_v2::MOST_NAMES;
use super::reply::{Answer, found, made, ok};
use crate::app::Shared;
use crate::bodies::{GiveBackTagSlots, ReadTagLimits, ResetTagLimit, TakeTagSlots};
use crate::extract::{Body, Id, OptionalBody, Paging, Tag, Workspace, check_count};
use crate::problem::Problem;

/// The most task runs that can be given slots at once.
const MOST_HOLDERS: usize = 10_000;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_concurrency_limit))
        .add(routes!(read_concurrency_limit, delete_concurrency_limit))
        .add(routes!(
            read_concurrency_limit_by_tag,
            delete_concurrency_limit_by_tag
        ))
        .add(routes!(read_concurrency_limits))
        .add(routes!(reset_concurrency_limit_by_tag))
        .add(routes!(increment_concurrency_limits_v1))
        .add(routes!(decrement_concurrency_limits_v1))
}

/// Limit how many task runs with a tag run at the same time, or change that limit.
#[utoipa::path(post, path = "/concurrency_limits/", tag = "Concurrency Limits", request_body = ConcurrencyLimitCreate,
    responses((status = 200, body = ConcurrencyLimit, description = "It was changed"), (status = 201, body = ConcurrencyLimit, description = "It was created")))]
async fn create_concurrency_limit(
    Workspace(scope): Workspace,
    Body(create): Body<ConcurrencyLimitCreate>,
) -> Answer {
    let (limit, is_new) = scope.create_tag_limit(create).await?;
    made(is_new, &limit)
}

/// Read the limit on a tag, by the limit's id.
#[utoipa::path(get, path = "/concurrency_limits/{id}", tag = "Concurrency Limits",
    params(("id" = ConcurrencyLimitId, Path, description = "The limit's id")),
    responses((status = 200, body = ConcurrencyLimit, description = "The limit")))]
async fn read_concurrency_limit(
    Workspace(scope): Workspace,
    Id(id): Id<ConcurrencyLimitId>,
) -> Answer {
    let limit = scope.tag_limit(TagLimitKey::Id(id)).await?;
    found(limit.as_ref(), "Concurrency limit")
}

/// Read the limit on a tag.
#[utoipa::path(get, path = "/concurrency_limits/tag/{tag}", tag = "Concurrency Limits",
    params(("tag" = String, Path, description = "The tag")),
    responses((status = 200, body = ConcurrencyLimit, description = "The limit")))]
async fn read_concurrency_limit_by_tag(Workspace(scope): Workspace, Tag(tag): Tag) -> Answer {
    let limit = scope.tag_limit(TagLimitKey::Tag(tag)).await?;
    found(limit.as_ref(), "Concurrency limit")
}

/// List the limits on tags.
#[utoipa::path(post, path = "/concurrency_limits/filter", tag = "Concurrency Limits", request_body = Option<ReadTagLimits>,
    responses((status = 200, body = Vec<ConcurrencyLimit>, description = "The limits")))]
async fn read_concurrency_limits(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<ReadTagLimits>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    ok(&scope.tag_limits(page).await?)
}

/// Take a tag's slots from whoever holds them, and give one to each of the given task runs.
#[utoipa::path(post, path = "/concurrency_limits/tag/{tag}/reset", tag = "Concurrency Limits", request_body = Option<ResetTagLimit>,
    params(("tag" = String, Path, description = "The tag")), responses((status = 200, description = "Done")))]
async fn reset_concurrency_limit_by_tag(
    Workspace(scope): Workspace,
    Tag(tag): Tag,
    OptionalBody(body): OptionalBody<ResetTagLimit>,
) -> Answer {
    let holders = body.slot_override.unwrap_or_default();
    check_count(holders.len(), (0, MOST_HOLDERS), "slot_override")?;
    done(scope.reset_tag_limit(&tag, holders).await?)
}

/// Delete the limit on a tag, by the limit's id.
#[utoipa::path(delete, path = "/concurrency_limits/{id}", tag = "Concurrency Limits",
    params(("id" = ConcurrencyLimitId, Path, description = "The limit's id")), responses((status = 200, description = "Done")))]
async fn delete_concurrency_limit(
    Workspace(scope): Workspace,
    Id(id): Id<ConcurrencyLimitId>,
) -> Answer {
    done(scope.delete_tag_limit(TagLimitKey::Id(id)).await?)
}

/// Delete the limit on a tag.
#[utoipa::path(delete, path = "/concurrency_limits/tag/{tag}", tag = "Concurrency Limits",
    params(("tag" = String, Path, description = "The tag")), responses((status = 200, description = "Done")))]
async fn delete_concurrency_limit_by_tag(Workspace(scope): Workspace, Tag(tag): Tag) -> Answer {
    done(scope.delete_tag_limit(TagLimitKey::Tag(tag)).await?)
}

/// 200 with null, as these routes answer.
fn done(was_there: bool) -> Answer {
    if was_there {
        ok(&())
    } else {
        Err(Problem::not_found("Concurrency limit"))
    }
}

/// Take a slot of each tag's limit for a task run, or none.
///
/// 423 where a tag has no free one: with `Retry-After`, unless waiting is in vain.
#[utoipa::path(post, path = "/concurrency_limits/increment", tag = "Concurrency Limits", request_body = TakeTagSlots,
    responses((status = 200, body = Vec<MinimalConcurrencyLimitResponse>, description = "The limits")))]
async fn increment_concurrency_limits_v1(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Body(body): Body<TakeTagSlots>,
) -> Answer {
    let TakeTagSlots { names, task_run_id } = body;
    check_count(names.len(), (0, MOST_NAMES), "names")?;
    let locked = |text| Problem::detail(StatusCode::LOCKED, "slots_taken", text);
    match scope.take_tag_slots(names, task_run_id).await? {
        TagSlots::Taken(limits) => ok(&limits),
        TagSlots::Full(tag) => {
            let text = format!("Concurrency limit for the {tag} tag has been reached");
            Err(locked(text).retry_after(app.store.waits().tag_slot.as_secs_f64()))
        }
        TagSlots::Closed(tag) => Err(locked(format!(
            "The concurrency limit on tag \"{tag}\" is 0 and will deadlock if the task tries to run again."
        ))),
    }
}

/// Give back what a task run holds of each tag's limit.
#[utoipa::path(post, path = "/concurrency_limits/decrement", tag = "Concurrency Limits", request_body = GiveBackTagSlots,
    responses((status = 200, body = Vec<MinimalConcurrencyLimitResponse>, description = "The limits")))]
async fn decrement_concurrency_limits_v1(
    Workspace(scope): Workspace,
    Body(body): Body<GiveBackTagSlots>,
) -> Answer {
    let GiveBackTagSlots { names, task_run_id } = body;
    check_count(names.len(), (0, MOST_NAMES), "names")?;
    ok(&scope.give_back_tag_slots(names, task_run_id).await?)
}
