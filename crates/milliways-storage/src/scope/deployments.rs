//! Deployments: making, reading, changing and deleting them and their schedules.

use milliways_model::deployment::{FlowRunCreateResult, UpdatedBy};
use milliways_model::flow_run::CreatedBy;
use milliways_model::sort::DeploymentSort;
use milliways_model::{
    Deployment, DeploymentCreate, DeploymentFlowRunCreate, DeploymentId, DeploymentSchedule,
    DeploymentScheduleCreate, DeploymentScheduleId, DeploymentScheduleUpdate, DeploymentUpdate,
    FlowId, FlowRun, Timestamp,
};

use super::{Origin, Scope};
use crate::deployment::scheduling::{Horizon, Span};
use crate::deployment::{change, flow_runs, removal, schedules, scheduling, status};
use crate::error::StoreError;
use crate::filter::{Filters, Page};
use crate::tables::{deployment, deployment_schedule};

impl Scope {
    /// Makes a deployment, or changes the one of that flow and name; says whether it was made.
    pub async fn create_deployment(
        &self,
        create: DeploymentCreate,
        created_by: Option<CreatedBy>,
        updated_by: Option<UpdatedBy>,
    ) -> Result<(Deployment, bool), StoreError> {
        let makers = change::Makers {
            created_by,
            updated_by,
        };
        self.write(async move |tx, workspace| {
            let (id, is_new) =
                change::create(tx, workspace, create.clone(), makers.clone()).await?;
            let made = deployment::by_id(tx, workspace, id, tx.now).await?;
            Ok((made.ok_or(StoreError::Missing("Deployment"))?, is_new))
        })
        .await
    }

    /// A deployment by its id.
    pub async fn deployment(&self, id: DeploymentId) -> Result<Option<Deployment>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            Ok(deployment::by_id(conn, workspace, id, now).await?)
        })
        .await
    }

    /// A deployment by its flow's name and its own.
    pub async fn deployment_by_name(
        &self,
        flow: &str,
        name: &str,
    ) -> Result<Option<Deployment>, StoreError> {
        let (flow, name, now) = (flow.to_owned(), name.to_owned(), self.now());
        self.read(async move |conn, workspace| {
            Ok(deployment::by_name(conn, workspace, &flow, &name, now).await?)
        })
        .await
    }

    /// Deployments that match.
    pub async fn deployments(
        &self,
        filters: Filters,
        sort: DeploymentSort,
        page: Page,
    ) -> Result<Vec<Deployment>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            Ok(deployment::list(conn, workspace, &filters, sort, page, now).await?)
        })
        .await
    }

    /// How many deployments match.
    pub async fn count_deployments(&self, filters: Filters) -> Result<i64, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(deployment::count(conn, workspace, &filters).await?)
        })
        .await
    }

    /// How many deployments each of these flows has; those with none are left out.
    pub async fn count_deployments_by_flow(
        &self,
        flows: Vec<FlowId>,
    ) -> Result<Vec<(FlowId, i64)>, StoreError> {
        let flows = flows.into_iter().map(|id| id.0).collect();
        self.read(async move |conn, workspace| {
            Ok(deployment::count_by_flow(conn, workspace, flows).await?)
        })
        .await
    }

    /// Changes a deployment; false where there is none.
    pub async fn update_deployment(
        &self,
        id: DeploymentId,
        update: DeploymentUpdate,
    ) -> Result<bool, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            change::update(tx, workspace, id, update.clone()).await
        })
        .await
    }

    /// Turns a deployment's schedules off or on; false where there is no such deployment.
    pub async fn pause_deployment(
        &self,
        id: DeploymentId,
        paused: bool,
    ) -> Result<bool, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            change::pause(tx, workspace, id, paused).await
        })
        .await
    }

    /// Deletes a deployment with its schedules, its limit and its runs that have not begun; false where there is
    /// none.
    pub async fn delete_deployment(&self, id: DeploymentId) -> Result<bool, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            removal::delete(tx, workspace, id).await
        })
        .await
    }

    /// The schedules of a deployment, last changed first; none where there is no such deployment.
    pub async fn deployment_schedules(
        &self,
        id: DeploymentId,
    ) -> Result<Option<Vec<DeploymentSchedule>>, StoreError> {
        Ok(self.deployment(id).await?.map(|found| found.schedules))
    }

    /// Adds schedules to a deployment; none where there is no such deployment.
    pub async fn create_deployment_schedules(
        &self,
        id: DeploymentId,
        creates: Vec<DeploymentScheduleCreate>,
    ) -> Result<Option<Vec<DeploymentSchedule>>, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            if deployment::lock(tx, workspace, id).await?.is_none() {
                return Ok(None);
            }
            Ok(Some(
                schedules::create(tx, workspace, id, creates.clone()).await?,
            ))
        })
        .await
    }

    /// Changes a schedule, and deletes the runs that it made ahead; tells what is missing where it did not.
    pub async fn update_deployment_schedule(
        &self,
        id: DeploymentId,
        schedule: DeploymentScheduleId,
        update: DeploymentScheduleUpdate,
    ) -> Result<Option<&'static str>, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            if deployment::lock(tx, workspace, id).await?.is_none() {
                return Ok(Some("Deployment"));
            }
            if !schedules::change(tx, workspace, id, schedule, update.clone()).await? {
                return Ok(Some("Schedule"));
            }
            let which = removal::Which::FutureOfSchedules;
            removal::scheduled_runs(tx, workspace, id, which).await?;
            Ok(None)
        })
        .await
    }

    /// Deletes a schedule, and the runs that it made ahead; tells what is missing where it did not.
    pub async fn delete_deployment_schedule(
        &self,
        id: DeploymentId,
        schedule: DeploymentScheduleId,
    ) -> Result<Option<&'static str>, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            if deployment::lock(tx, workspace, id).await?.is_none() {
                return Ok(Some("Deployment"));
            }
            if !deployment_schedule::delete(tx, workspace, id, schedule).await? {
                return Ok(Some("Schedule"));
            }
            removal::scheduled_runs(tx, workspace, id, removal::Which::OfSchedules).await?;
            Ok(None)
        })
        .await
    }

    /// Makes a run of a deployment, or finds the one of the same idempotency key; says whether it was made. None
    /// where there is no such deployment.
    pub async fn create_deployment_run(
        &self,
        id: DeploymentId,
        create: DeploymentFlowRunCreate,
        origin: Origin,
    ) -> Result<Option<(FlowRun, bool)>, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            flow_runs::create(tx, workspace, id, &create, &origin).await
        })
        .await
    }

    /// Makes several runs of a deployment, and tells what became of each; none where there is no such deployment.
    pub async fn create_deployment_runs(
        &self,
        id: DeploymentId,
        creates: Vec<DeploymentFlowRunCreate>,
        origin: Origin,
    ) -> Result<Option<Vec<FlowRunCreateResult>>, StoreError> {
        let weight = 1 + creates.len() * 2;
        self.write_for(id.0, weight, async move |tx, workspace| {
            flow_runs::create_several(tx, workspace, id, &creates, &origin).await
        })
        .await
    }

    /// Makes the runs of a deployment's active schedules from `start` to `end`; gives how many.
    pub async fn schedule_deployment(
        &self,
        id: DeploymentId,
        horizon: Horizon,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
    ) -> Result<u64, StoreError> {
        self.write_for(id.0, 1 + horizon.min_runs, async move |tx, workspace| {
            let mut span = Span::of(&horizon, start.unwrap_or(tx.now));
            span.end = end.unwrap_or(span.end);
            scheduling::make_within(tx, workspace, id, &span).await
        })
        .await
    }

    /// Makes the runs of those of a deployment's schedules that are to be looked at; gives how many.
    pub async fn look_at_schedules(
        &self,
        id: DeploymentId,
        horizon: Horizon,
    ) -> Result<u64, StoreError> {
        self.write_for(id.0, 1 + horizon.min_runs, async move |tx, workspace| {
            scheduling::look(tx, workspace, id, &horizon).await
        })
        .await
    }

    /// Somebody asked for the runs of these deployments.
    pub async fn deployments_polled(&self, ids: Vec<DeploymentId>) -> Result<(), StoreError> {
        self.write(async move |tx, workspace| status::polled(tx, workspace, &ids, &[]).await)
            .await
    }

    /// Nobody has asked for a deployment's runs since `before`; says whether that is news.
    pub async fn deployment_silent(
        &self,
        id: DeploymentId,
        before: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write_for(id.0, 1, async move |tx, workspace| {
            status::silent(tx, workspace, id, before).await
        })
        .await
    }
}
