//! Concurrency limits, and slots of them by lease or by name.

use milliways_model::concurrency_limit::{
    ConcurrencyLeaseHolder, ConcurrencyLimitV2, ConcurrencyLimitV2Create, ConcurrencyLimitV2Update,
    ConcurrencyLimitWithLeaseResponse, GlobalConcurrencyLimitResponse,
    MinimalConcurrencyLimitResponse, SlotMode,
};
use milliways_model::names::check_object_name;
use milliways_model::{ConcurrencyLimitId, LeaseId, Uuid, WorkspaceId, uuid7};
use serde::Serialize;

use super::{Scope, draw};
use crate::db::{Conn, DbError, Tx};
use crate::error::StoreError;
use crate::filter::Page;
use crate::lifecycle::{Action, Subject, tell};
use crate::slots::{self, Answer, Wanted, WantedLease};
use crate::tables::concurrency_lease as lease;
use crate::tables::concurrency_limit::{self as limit, Limit};

/// A limit as a path names it.
#[derive(Clone, Debug, PartialEq)]
pub enum LimitKey {
    /// By its id.
    Id(ConcurrencyLimitId),
    /// By its name.
    Name(String),
}

/// Slots that are asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotRequest {
    /// Of the limits of these names, all or none.
    pub names: Vec<String>,
    /// How many of each.
    pub slots: i64,
    /// Whether they are held or come back by themselves.
    pub mode: SlotMode,
}

/// A lease that is asked for with slots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeaseRequest {
    /// How long it is, unless it is renewed.
    pub seconds: f64,
    /// Who holds it.
    pub holder: Option<ConcurrencyLeaseHolder>,
}

/// What became of a request for slots.
#[derive(Clone, Debug, PartialEq)]
pub enum Slots<T> {
    /// They are taken.
    Taken(T),
    /// There are not enough free ones: ask again after that many seconds.
    Full {
        /// The seconds.
        retry_after: f64,
    },
    /// A limit has not so many slots.
    TooMany,
    /// A rate was asked for, and the slots of these limits don't come back by themselves.
    WithoutDecay(Vec<String>),
}

impl Scope {
    /// Creates a limit; a conflict where there is one of that name.
    pub async fn create_concurrency_limit(
        &self,
        create: ConcurrencyLimitV2Create,
    ) -> Result<ConcurrencyLimitV2, StoreError> {
        check_name(&create.name)?;
        check_decay(Some(create.slot_decay_per_second))?;
        self.write(async move |tx, workspace| {
            let id = ConcurrencyLimitId(uuid7(tx.now, draw()));
            let mut made = Limit::new(id, create.name.clone(), create.limit, tx.now);
            made.active = create.active;
            made.decay = create.slot_decay_per_second;
            made.set_denied(create.denied_slots);
            if made.decays() {
                made.fill(create.active_slots);
            }
            if !limit::insert(tx, workspace, &made).await? {
                return Err(taken_name());
            }
            slots::set_taken(tx, workspace, &mut made, create.active_slots).await?;
            told(tx, workspace, Action::Created, &made).await?;
            Ok(made.shown(tx.now, &tx.waits))
        })
        .await
    }

    /// A limit.
    pub async fn concurrency_limit(
        &self,
        key: LimitKey,
    ) -> Result<Option<GlobalConcurrencyLimitResponse>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            let found = find(conn, workspace, &key).await?;
            Ok(found.map(|limit| limit.global(now)))
        })
        .await
    }

    /// Limits by name.
    pub async fn concurrency_limits(
        &self,
        page: Page,
    ) -> Result<Vec<GlobalConcurrencyLimitResponse>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            let limits = limit::page(conn, workspace, false, page).await?;
            let shown = limits.iter().map(|limit| limit.global(now));
            Ok(shown.collect())
        })
        .await
    }

    /// Changes a limit; false where there is none.
    pub async fn update_concurrency_limit(
        &self,
        key: LimitKey,
        update: ConcurrencyLimitV2Update,
    ) -> Result<bool, StoreError> {
        update.name.as_deref().map_or(Ok(()), check_name)?;
        check_decay(update.slot_decay_per_second)?;
        self.write(async move |tx, workspace| {
            let Some(found) = locked(tx, workspace, &key).await? else {
                return Ok(false);
            };
            change(tx, workspace, found, &update).await?;
            Ok(true)
        })
        .await
    }

    /// Deletes a limit. Who holds slots of it goes on without; false where there is none.
    pub async fn delete_concurrency_limit(&self, key: LimitKey) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| {
            let Some(found) = locked(tx, workspace, &key).await? else {
                return Ok(false);
            };
            delete(tx, workspace, &found).await?;
            Ok(true)
        })
        .await
    }

    /// Takes slots that are given back by name.
    pub async fn take_slots(
        &self,
        request: SlotRequest,
    ) -> Result<Slots<Vec<MinimalConcurrencyLimitResponse>>, StoreError> {
        let taken = self.take(request, None).await?;
        Ok(taken.map(|(_, limits)| limits))
    }

    /// Takes slots by a lease.
    pub async fn lease_slots(
        &self,
        request: SlotRequest,
        lease: LeaseRequest,
    ) -> Result<Slots<ConcurrencyLimitWithLeaseResponse>, StoreError> {
        let taken = self.take(request, Some(lease)).await?;
        Ok(
            taken.map(|(lease, limits)| ConcurrencyLimitWithLeaseResponse {
                lease_id: lease.unwrap_or(LeaseId(Uuid::nil())),
                limits,
            }),
        )
    }

    async fn take(
        &self,
        request: SlotRequest,
        lease: Option<LeaseRequest>,
    ) -> Result<Slots<(Option<LeaseId>, Vec<MinimalConcurrencyLimitResponse>)>, StoreError> {
        let SlotRequest { names, slots, mode } = request;
        let lease = lease.map(|LeaseRequest { seconds, holder }| WantedLease { seconds, holder });
        let wanted = Wanted {
            names,
            slots,
            mode,
            lease,
        };
        self.write(async move |tx, workspace| {
            Ok(match slots::take(tx, workspace, &wanted).await? {
                Answer::Taken { lease, limits } => Slots::Taken((lease, minimal(&limits))),
                Answer::Full { retry_after } => Slots::Full { retry_after },
                Answer::TooMany => Slots::TooMany,
                Answer::WithoutDecay(names) => Slots::WithoutDecay(names),
            })
        })
        .await
    }

    /// Gives back slots that nobody holds by a lease; gives the limits of these names.
    pub async fn give_back_slots(
        &self,
        names: Vec<String>,
        slots: i64,
        occupancy_seconds: Option<f64>,
    ) -> Result<Vec<MinimalConcurrencyLimitResponse>, StoreError> {
        self.write(async move |tx, workspace| {
            let names = names.clone();
            let limits = slots::give_back(tx, workspace, names, slots, occupancy_seconds).await?;
            Ok(minimal(&limits))
        })
        .await
    }

    /// Ends a lease and gives its slots back; nothing where there is none.
    pub async fn end_lease(&self, lease: LeaseId) -> Result<(), StoreError> {
        self.write(async move |tx, workspace| {
            Ok(slots::release(tx, workspace, vec![lease.0]).await?)
        })
        .await
    }

    /// Moves the end of a lease to `seconds` from now; false where there is none any more.
    pub async fn renew_lease(&self, lease: LeaseId, seconds: f64) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| {
            let expires = tx.now.plus_seconds(seconds);
            Ok(lease::renew(tx, workspace, lease, Some(expires)).await?)
        })
        .await
    }

    /// Ends a lease whose time is over and gives its slots back; false where it was renewed or ended meanwhile.
    pub async fn reap_lease(&self, lease: LeaseId) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| Ok(slots::reap(tx, workspace, lease).await?))
            .await
    }
}

impl<T> Slots<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Slots<U> {
        match self {
            Self::Taken(taken) => Slots::Taken(change(taken)),
            Self::Full { retry_after } => Slots::Full { retry_after },
            Self::TooMany => Slots::TooMany,
            Self::WithoutDecay(names) => Slots::WithoutDecay(names),
        }
    }
}

async fn find(
    conn: &Conn,
    workspace: WorkspaceId,
    key: &LimitKey,
) -> Result<Option<Limit>, DbError> {
    match key {
        LimitKey::Id(id) => limit::by_id(conn, workspace, *id).await,
        LimitKey::Name(name) => limit::by_name(conn, workspace, name).await,
    }
}

pub(super) async fn locked(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    key: &LimitKey,
) -> Result<Option<Limit>, DbError> {
    let found = match key {
        LimitKey::Id(id) => limit::lock(tx, workspace, vec![id.0]).await?,
        LimitKey::Name(name) => limit::lock_named(tx, workspace, vec![name.clone()]).await?,
    };
    Ok(found.into_iter().next())
}

async fn change(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    mut limit: Limit,
    update: &ConcurrencyLimitV2Update,
) -> Result<(), DbError> {
    limit.settle(tx.now, &tx.waits);
    limit.active = update.active.unwrap_or(limit.active);
    limit.slots = update.limit.unwrap_or(limit.slots);
    if let Some(name) = &update.name {
        limit.name.clone_from(name);
    }
    if let Some(decay) = update.slot_decay_per_second {
        slots::set_decay(tx, workspace, &mut limit, decay).await?;
    }
    if let Some(taken) = update.active_slots {
        slots::set_taken(tx, workspace, &mut limit, taken).await?;
    }
    if let Some(denied) = update.denied_slots {
        limit.set_denied(denied);
    }
    limit::update(tx, &limit).await?;
    told(tx, workspace, Action::Updated, &limit).await
}

pub(super) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    found: &Limit,
) -> Result<(), DbError> {
    lease::clear(tx, workspace, found.id).await?;
    limit::delete(tx, workspace, found.id).await?;
    told(tx, workspace, Action::Deleted, found).await
}

/// What an event tells of a limit.
#[derive(Serialize)]
struct Told<'a> {
    name: &'a str,
    limit: i64,
    active: bool,
    slot_decay_per_second: f64,
}

pub(super) async fn told(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    action: Action,
    limit: &Limit,
) -> Result<(), DbError> {
    let subject = Subject {
        kind: "concurrency-limit",
        id: limit.id.0,
        name: Some(&limit.name),
        related: Vec::new(),
    };
    let payload = Told {
        name: &limit.name,
        limit: limit.slots,
        active: limit.active,
        slot_decay_per_second: limit.decay,
    };
    tell(tx, workspace, action, subject, &payload).await
}

fn minimal(limits: &[Limit]) -> Vec<MinimalConcurrencyLimitResponse> {
    let one = |limit: &Limit| MinimalConcurrencyLimitResponse {
        id: limit.id,
        name: limit.name.clone(),
        limit: limit.slots,
    };
    limits.iter().map(one).collect()
}

pub(super) fn check_name(name: &str) -> Result<(), StoreError> {
    check_object_name(name).map_err(|flaw| StoreError::Name("body.name", flaw))
}

fn check_decay(decay: Option<f64>) -> Result<(), StoreError> {
    if decay.is_none_or(|decay| decay.is_finite() && decay >= 0.0) {
        return Ok(());
    }
    Err(StoreError::Invalid {
        location: "body.slot_decay_per_second",
        reason: "Input should be greater than or equal to 0".to_owned(),
    })
}

fn taken_name() -> StoreError {
    StoreError::integrity("there is a concurrency limit of that name.")
}
