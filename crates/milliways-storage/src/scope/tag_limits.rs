//! Limits on tags, in their older shape: the limits named `tag:<tag>` and the task runs that hold their slots.

use milliways_model::concurrency_limit::{
    ConcurrencyLeaseHolder, ConcurrencyLimit, ConcurrencyLimitCreate, HolderType,
    MinimalConcurrencyLimitResponse, TAG_PREFIX,
};
use milliways_model::{ConcurrencyLimitId, LeaseId, TaskRunId, Timestamp, Uuid, uuid7};

use super::concurrency_limits::{LimitKey, check_name, delete, locked, told};
use super::{Scope, draw};
use crate::db::{Conn, DbError};
use crate::error::StoreError;
use crate::filter::Page;
use crate::lifecycle::Action;
use crate::slots;
use crate::tables::concurrency_lease::{self as lease, NewLease};
use crate::tables::concurrency_limit::{self as limit, Limit};

/// A limit on a tag, as a path names it.
#[derive(Clone, Debug, PartialEq)]
pub enum TagLimitKey {
    /// By the limit's id.
    Id(ConcurrencyLimitId),
    /// By the tag.
    Tag(String),
}

/// What became of a task run's request for slots of its tags.
#[derive(Clone, Debug, PartialEq)]
pub enum TagSlots {
    /// It has one of each.
    Taken(Vec<MinimalConcurrencyLimitResponse>),
    /// This tag has no free one.
    Full(String),
    /// This tag has none at all.
    Closed(String),
}

impl Scope {
    /// Creates the limit on a tag, or changes how many slots it has; says whether it was created.
    pub async fn create_tag_limit(
        &self,
        create: ConcurrencyLimitCreate,
    ) -> Result<(ConcurrencyLimit, bool), StoreError> {
        let name = name_of(&create.tag);
        check_name(&name)?;
        self.write(async move |tx, workspace| {
            let key = LimitKey::Name(name.clone());
            let mut found = locked(tx, workspace, &key).await?;
            let mut is_new = false;
            if found.is_none() {
                let id = ConcurrencyLimitId(uuid7(tx.now, draw()));
                let made = Limit::new(id, name.clone(), create.concurrency_limit, tx.now);
                is_new = limit::insert(tx, workspace, &made).await?;
                // Somebody else may have made it just now.
                found = locked(tx, workspace, &key).await?;
            }
            let mut limit = found.ok_or(StoreError::Missing("concurrency limit"))?;
            if is_new {
                told(tx, workspace, Action::Created, &limit).await?;
            } else {
                limit.settle(tx.now, &tx.waits);
                limit.slots = create.concurrency_limit;
                limit::update(tx, &limit).await?;
                told(tx, workspace, Action::Updated, &limit).await?;
            }
            let mut shown = shown(tx, vec![limit], tx.now).await?;
            Ok((shown.remove(0), is_new))
        })
        .await
    }

    /// The limit on a tag.
    pub async fn tag_limit(
        &self,
        key: TagLimitKey,
    ) -> Result<Option<ConcurrencyLimit>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            let found = match &key {
                TagLimitKey::Id(id) => limit::by_id(conn, workspace, *id).await?,
                TagLimitKey::Tag(tag) => limit::by_name(conn, workspace, &name_of(tag)).await?,
            };
            let found = found.into_iter().filter(is_on_tag).collect();
            Ok(shown(conn, found, now).await?.into_iter().next())
        })
        .await
    }

    /// Limits on tags, by tag.
    pub async fn tag_limits(&self, page: Page) -> Result<Vec<ConcurrencyLimit>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            let limits = limit::page(conn, workspace, true, page).await?;
            Ok(shown(conn, limits, now).await?)
        })
        .await
    }

    /// Takes the slots of a tag's limit from whoever holds them, and gives one to each of these task runs, however
    /// many they are; false where there is no such limit.
    pub async fn reset_tag_limit(
        &self,
        tag: &str,
        holders: Vec<TaskRunId>,
    ) -> Result<bool, StoreError> {
        let key = LimitKey::Name(name_of(tag));
        self.write(async move |tx, workspace| {
            let Some(mut found) = locked(tx, workspace, &key).await? else {
                return Ok(false);
            };
            lease::clear(tx, workspace, found.id).await?;
            for holder in &holders {
                let made = lease_of(*holder, tx.now);
                lease::insert(tx, workspace, &made, &[found.id], 1).await?;
            }
            found.settle(tx.now, &tx.waits);
            found.fill(i64::try_from(holders.len()).unwrap_or(i64::MAX));
            limit::update(tx, &found).await?;
            Ok(true)
        })
        .await
    }

    /// Deletes the limit on a tag; false where there is none.
    pub async fn delete_tag_limit(&self, key: TagLimitKey) -> Result<bool, StoreError> {
        let key = match key {
            TagLimitKey::Id(id) => LimitKey::Id(id),
            TagLimitKey::Tag(tag) => LimitKey::Name(name_of(&tag)),
        };
        self.write(async move |tx, workspace| {
            let Some(found) = locked(tx, workspace, &key).await? else {
                return Ok(false);
            };
            delete(tx, workspace, &found).await?;
            Ok(true)
        })
        .await
    }

    /// Takes a slot of each of these tags' limits for a task run, or none. Tags without a limit are passed over.
    pub async fn take_tag_slots(
        &self,
        tags: Vec<String>,
        task_run: TaskRunId,
    ) -> Result<TagSlots, StoreError> {
        self.write(async move |tx, workspace| {
            let names = tags.iter().map(|tag| name_of(tag)).collect();
            let limits = limit::lock_named(tx, workspace, names).await?;
            if let Some(closed) = limits.iter().find(|it| it.slots == 0) {
                return Ok(TagSlots::Closed(tag_of(closed).to_owned()));
            }
            let active: Vec<&Limit> = limits.iter().filter(|it| it.active).collect();
            if let Some(full) = active.iter().find(|it| !it.has_room(1, tx.now)) {
                return Ok(TagSlots::Full(tag_of(full).to_owned()));
            }
            if !active.is_empty() {
                let ids: Vec<ConcurrencyLimitId> = active.iter().map(|it| it.id).collect();
                let made = lease_of(task_run, tx.now);
                slots::take_for_run(tx, workspace, &ids, &made).await?;
            }
            let one = |limit: &&Limit| MinimalConcurrencyLimitResponse {
                id: limit.id,
                name: tag_of(limit).to_owned(),
                limit: limit.slots,
            };
            Ok(TagSlots::Taken(active.iter().map(one).collect()))
        })
        .await
    }

    /// Gives back what a task run holds of these tags' limits; gives these limits.
    pub async fn give_back_tag_slots(
        &self,
        tags: Vec<String>,
        task_run: TaskRunId,
    ) -> Result<Vec<MinimalConcurrencyLimitResponse>, StoreError> {
        self.write(async move |tx, workspace| {
            let names = tags.iter().map(|tag| name_of(tag)).collect();
            let limits = limit::lock_named(tx, workspace, names).await?;
            let leases = lease::of_holders(tx, workspace, vec![task_run.0], true).await?;
            let held = lease::slots(tx, workspace, leases).await?;
            let asked = |it: &lease::Held| limits.iter().any(|limit| limit.id == it.limit);
            let mut leases: Vec<Uuid> = held
                .iter()
                .filter(|it| asked(it))
                .map(|it| it.lease.0)
                .collect();
            leases.sort_unstable();
            leases.dedup();
            slots::release(tx, workspace, leases).await?;
            let one = |limit: &Limit| MinimalConcurrencyLimitResponse {
                id: limit.id,
                name: limit.name.clone(),
                limit: limit.slots,
            };
            Ok(limits.iter().map(one).collect())
        })
        .await
    }
}

fn name_of(tag: &str) -> String {
    format!("{TAG_PREFIX}{tag}")
}

fn tag_of(limit: &Limit) -> &str {
    limit.name.strip_prefix(TAG_PREFIX).unwrap_or(&limit.name)
}

fn is_on_tag(limit: &Limit) -> bool {
    limit.name.starts_with(TAG_PREFIX)
}

/// Who asks by tags can't renew a lease: it lasts until it is given back.
fn lease_of(task_run: TaskRunId, now: Timestamp) -> NewLease {
    NewLease {
        id: LeaseId(uuid7(now, draw())),
        expires: None,
        holder: Some(ConcurrencyLeaseHolder {
            kind: HolderType::TaskRun,
            id: task_run.0,
        }),
    }
}

async fn shown(
    conn: &Conn,
    limits: Vec<Limit>,
    now: Timestamp,
) -> Result<Vec<ConcurrencyLimit>, DbError> {
    let ids = limits.iter().map(|limit| limit.id.0).collect();
    let holders = lease::task_runs(conn, ids, now).await?;
    let one = |limit: &Limit| {
        let own = holders.iter().filter(|(id, _)| *id == limit.id);
        let (created, updated) = limit.times();
        ConcurrencyLimit {
            id: limit.id,
            created: Some(created),
            updated: Some(updated),
            tag: tag_of(limit).to_owned(),
            concurrency_limit: limit.slots,
            active_slots: own.map(|(_, holder)| *holder).collect(),
        }
    };
    Ok(limits.iter().map(one).collect())
}
