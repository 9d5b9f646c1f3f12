//! `/v2/concurrency_limits`.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::concurrency_limit::{
    ConcurrencyLimitV2, ConcurrencyLimitV2Create, ConcurrencyLimitV2Update,
    ConcurrencyLimitWithLeaseResponse, GlobalConcurrencyLimitResponse,
    MinimalConcurrencyLimitResponse,
};
use milliways_model::{LeaseId, Uuid};
use milliways_storage::{LeaseRequest, LimitKey, SlotRequest, Slots};
use serde::Serialize;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, changed, empty, found, json, ok};
use crate::app::Shared;
use crate::bodies::{
    EndLease, GiveBackSlots, LeaseSlots, ReadConcurrencyLimits, RenewLease, TakeSlots,
};
use crate::extract::{
    Body, IdOrName, LeaseIdInPath, OptionalBody, Paging, Workspace, check, check_above,
    check_count, check_measure,
};
use crate::problem::Problem;

/// The most limits that slots can be taken of at once.
pub(super) const MOST_NAMES: usize = 1_000;
/// The longest limit, and the most slots that can be asked for.
const MOST_SLOTS: i64 = i64::MAX >> 16;
/// How long a lease is unless it says otherwise, in seconds.
const LEASE_SECONDS: f64 = 300.0;
/// How long a lease may be, in seconds.
const LEASE_BOUNDS: (f64, f64) = (60.0, 86_400.0);

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_concurrency_limit_v2))
        .add(routes!(
            read_concurrency_limit_v2,
            update_concurrency_limit_v2,
            delete_concurrency_limit_v2
        ))
        .add(routes!(read_all_concurrency_limits_v2))
        .add(routes!(bulk_increment_active_slots))
        .add(routes!(bulk_increment_active_slots_with_lease))
        .add(routes!(bulk_decrement_active_slots))
        .add(routes!(bulk_decrement_active_slots_with_lease))
        .add(routes!(renew_concurrency_lease))
}

/// Create a concurrency limit.
#[utoipa::path(post, path = "/v2/concurrency_limits/", tag = "Concurrency Limits V2", request_body = ConcurrencyLimitV2Create,
    responses((status = 201, body = ConcurrencyLimitV2, description = "It was created")))]
async fn create_concurrency_limit_v2(
    Workspace(scope): Workspace,
    Body(create): Body<ConcurrencyLimitV2Create>,
) -> Answer {
    check(create.limit, 0, MOST_SLOTS, "limit")?;
    check(create.active_slots, 0, MOST_SLOTS, "active_slots")?;
    check(create.denied_slots, 0, MOST_SLOTS, "denied_slots")?;
    check_decay(Some(create.slot_decay_per_second))?;
    json(
        StatusCode::CREATED,
        &scope.create_concurrency_limit(create).await?,
    )
}

fn check_decay(decay: Option<f64>) -> Result<(), Problem> {
    decay.map_or(Ok(()), |decay| {
        check_measure(decay, (0.0, f64::MAX), "slot_decay_per_second")
    })
}

fn key(text: String) -> LimitKey {
    match text.parse::<Uuid>() {
        Ok(id) => LimitKey::Id(id.into()),
        Err(_) => LimitKey::Name(text),
    }
}

/// Read a concurrency limit.
#[utoipa::path(get, path = "/v2/concurrency_limits/{id_or_name}", tag = "Concurrency Limits V2",
    params(("id_or_name" = inline(IdOrName), Path, description = "The limit's id or name")),
    responses((status = 200, body = GlobalConcurrencyLimitResponse, description = "The limit")))]
async fn read_concurrency_limit_v2(
    Workspace(scope): Workspace,
    IdOrName(text): IdOrName,
) -> Answer {
    let limit = scope.concurrency_limit(key(text)).await?;
    found(limit.as_ref(), "Concurrency Limit")
}

/// Change a concurrency limit. Keys that are not given leave it as it is.
#[utoipa::path(patch, path = "/v2/concurrency_limits/{id_or_name}", tag = "Concurrency Limits V2", request_body = ConcurrencyLimitV2Update,
    params(("id_or_name" = inline(IdOrName), Path, description = "The limit's id or name")), responses((status = 204, description = "Done")))]
async fn update_concurrency_limit_v2(
    Workspace(scope): Workspace,
    IdOrName(text): IdOrName,
    Body(update): Body<ConcurrencyLimitV2Update>,
) -> Answer {
    for (number, name) in [
        (update.limit, "limit"),
        (update.active_slots, "active_slots"),
        (update.denied_slots, "denied_slots"),
    ] {
        check(number.unwrap_or(0), 0, MOST_SLOTS, name)?;
    }
    check_decay(update.slot_decay_per_second)?;
    let was_there = scope.update_concurrency_limit(key(text), update).await?;
    changed(was_there, "Concurrency Limit")
}

/// Delete a concurrency limit. Who holds slots of it goes on without.
#[utoipa::path(delete, path = "/v2/concurrency_limits/{id_or_name}", tag = "Concurrency Limits V2",
    params(("id_or_name" = inline(IdOrName), Path, description = "The limit's id or name")), responses((status = 204, description = "Done")))]
async fn delete_concurrency_limit_v2(
    Workspace(scope): Workspace,
    IdOrName(text): IdOrName,
) -> Answer {
    changed(
        scope.delete_concurrency_limit(key(text)).await?,
        "Concurrency Limit",
    )
}

/// List concurrency limits by name.
#[utoipa::path(post, path = "/v2/concurrency_limits/filter", tag = "Concurrency Limits V2", request_body = Option<ReadConcurrencyLimits>,
    responses((status = 200, body = Vec<GlobalConcurrencyLimitResponse>, description = "The limits")))]
async fn read_all_concurrency_limits_v2(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<ReadConcurrencyLimits>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    ok(&scope.concurrency_limits(page).await?)
}

/// Take slots of all limits, or of none.
///
/// 423 where there are not enough free ones; `Retry-After` says when to ask again.
#[utoipa::path(post, path = "/v2/concurrency_limits/increment", tag = "Concurrency Limits V2", request_body = TakeSlots,
    responses((status = 200, body = Vec<MinimalConcurrencyLimitResponse>, description = "The limits; they are taken")))]
async fn bulk_increment_active_slots(
    Workspace(scope): Workspace,
    Body(body): Body<TakeSlots>,
) -> Answer {
    let TakeSlots {
        slots, names, mode, ..
    } = body;
    check_asked(&names, slots)?;
    let request = SlotRequest { names, slots, mode };
    taken(scope.take_slots(request).await?)
}

/// Take slots of all limits, or of none, by a lease: they come back when it is not renewed in time.
///
/// 423 where there are not enough free ones; `Retry-After` says when to ask again.
#[utoipa::path(post, path = "/v2/concurrency_limits/increment-with-lease", tag = "Concurrency Limits V2", request_body = LeaseSlots,
    responses((status = 200, body = ConcurrencyLimitWithLeaseResponse, description = "The lease, and the limits")))]
async fn bulk_increment_active_slots_with_lease(
    Workspace(scope): Workspace,
    Body(body): Body<LeaseSlots>,
) -> Answer {
    let LeaseSlots {
        slots,
        names,
        mode,
        lease_duration,
        holder,
    } = body;
    check_asked(&names, slots)?;
    let seconds = lease_seconds(lease_duration)?;
    let request = SlotRequest { names, slots, mode };
    let lease = LeaseRequest { seconds, holder };
    taken(scope.lease_slots(request, lease).await?)
}

fn check_asked(names: &[String], slots: i64) -> Result<(), Problem> {
    check_above(slots, 0, MOST_SLOTS, "slots")?;
    check_count(names.len(), (1, MOST_NAMES), "names")
}

fn lease_seconds(given: Option<f64>) -> Result<f64, Problem> {
    let seconds = given.unwrap_or(LEASE_SECONDS);
    check_measure(seconds, LEASE_BOUNDS, "lease_duration")?;
    Ok(seconds)
}

fn taken<T: Serialize>(slots: Slots<T>) -> Answer {
    let refused =
        |text: String| Problem::detail(StatusCode::UNPROCESSABLE_ENTITY, "slots_impossible", text);
    match slots {
        Slots::Taken(taken) => ok(&taken),
        Slots::Full { retry_after } => {
            Err(Problem::detail(StatusCode::LOCKED, "slots_taken", "Locked")
                .retry_after(retry_after))
        }
        Slots::TooMany => Err(refused(
            "Slots requested is greater than the limit".to_owned(),
        )),
        Slots::WithoutDecay(names) => Err(refused(format!(
            "Only concurrency limits with slot decay can be used for rate limiting. The following limits do not \
             have a decay configured: '{}'",
            names.join(",")
        ))),
    }
}

/// Give slots back that nobody holds by a lease.
#[utoipa::path(post, path = "/v2/concurrency_limits/decrement", tag = "Concurrency Limits V2", request_body = GiveBackSlots,
    responses((status = 200, body = Vec<MinimalConcurrencyLimitResponse>, description = "The limits")))]
async fn bulk_decrement_active_slots(
    Workspace(scope): Workspace,
    Body(body): Body<GiveBackSlots>,
) -> Answer {
    let GiveBackSlots {
        slots,
        names,
        occupancy_seconds,
        ..
    } = body;
    check_asked(&names, slots)?;
    if let Some(seconds) = occupancy_seconds {
        check_measure(seconds, (f64::MIN_POSITIVE, f64::MAX), "occupancy_seconds")?;
    }
    ok(&scope
        .give_back_slots(names, slots, occupancy_seconds)
        .await?)
}

/// End a lease and give its slots back; nothing where it has ended already.
#[utoipa::path(post, path = "/v2/concurrency_limits/decrement-with-lease", tag = "Concurrency Limits V2", request_body = EndLease,
    responses((status = 204, description = "Done")))]
async fn bulk_decrement_active_slots_with_lease(
    Workspace(scope): Workspace,
    Body(body): Body<EndLease>,
) -> Answer {
    scope.end_lease(body.lease_id).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// Renew a lease. 410 where it has ended.
#[utoipa::path(post, path = "/v2/concurrency_limits/leases/{lease_id}/renew", tag = "Concurrency Limits V2", request_body = Option<RenewLease>,
    params(("lease_id" = LeaseId, Path, description = "The lease's id")), responses((status = 204, description = "Done")))]
async fn renew_concurrency_lease(
    Workspace(scope): Workspace,
    LeaseIdInPath(lease): LeaseIdInPath,
    OptionalBody(body): OptionalBody<RenewLease>,
) -> Answer {
    let seconds = lease_seconds(body.lease_duration)?;
    if scope.renew_lease(lease, seconds).await? {
        return Ok(empty(StatusCode::NO_CONTENT));
    }
    Err(Problem::detail(
        StatusCode::GONE,
        "lease_ended",
        "Lease not found - it may have expired or been revoked",
    ))
}
