//! The next scheduled run of each flow.

use milliways_model::FlowId;
use milliways_model::flow_run::SimpleNextFlowRun;

use super::Scope;
use crate::db::{Row, params, statements};
use crate::error::StoreError;

statements! {
    NEXT = "SELECT n.id, n.flow_id, n.name, n.state_name, n.state_type, n.next_scheduled_start_time FROM
        (SELECT r.id, r.flow_id, r.name, r.state_name, r.state_type, r.next_scheduled_start_time,
        ROW_NUMBER() OVER (PARTITION BY r.flow_id ORDER BY r.next_scheduled_start_time, r.id) AS place
        FROM flow_run r WHERE r.flow_id = ANY(?2) AND (r.workspace_id = ?1) IS TRUE AND r.state_type = 'SCHEDULED'
        AND r.next_scheduled_start_time IS NOT NULL) n WHERE n.place = 1";
}

impl Scope {
    /// The next scheduled run of each of these flows; those without one are left out.
    pub async fn next_runs(
        &self,
        flows: Vec<FlowId>,
    ) -> Result<Vec<SimpleNextFlowRun>, StoreError> {
        let flows = flows.into_iter().map(|id| id.0).collect::<Vec<_>>();
        let read = |row: &mut Row<'_>| {
            Ok(SimpleNextFlowRun {
                id: row.take()?,
                flow_id: row.take()?,
                name: row.take()?,
                state_name: row.take()?,
                state_type: row.take()?,
                next_scheduled_start_time: row.take()?,
            })
        };
        self.read(async move |conn, workspace| {
            Ok(conn.query(&NEXT, &params![workspace, flows], read).await?)
        })
        .await
    }
}
