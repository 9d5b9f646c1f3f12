//! Variables: values by name, and the events that tell of their changes.

use std::collections::BTreeMap;

use milliways_model::filter::VariableFilter;
use milliways_model::names::{MAX_NAME_LENGTH, is_slug};
use milliways_model::sort::VariableSort;
use milliways_model::variable::MAX_VALUE_LENGTH;
use milliways_model::{
    Json, Variable, VariableCreate, VariableId, VariableUpdate, WorkspaceId, uuid7,
};
use serde::Serialize;

use super::{Scope, draw};
use crate::db::{Conn, DbError, Tx};
use crate::error::StoreError;
use crate::filter::Page;
use crate::lifecycle::{self, Action, Subject};
use crate::tables::variable;

/// As many variables as templates and parameters can draw on.
pub(crate) const MOST_VALUES: i64 = 10_000;

/// What a variable is named by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableKey {
    /// Its id.
    Id(VariableId),
    /// Its name.
    Name(String),
}

impl Scope {
    /// Makes a variable; none where there is one of that name.
    pub async fn create_variable(
        &self,
        create: VariableCreate,
    ) -> Result<Option<Variable>, StoreError> {
        check_name(&create.name)?;
        check_value(&create.value)?;
        self.write(async move |tx, workspace| {
            let made = Variable {
                id: VariableId(uuid7(tx.now, draw())),
                created: Some(tx.now),
                updated: Some(tx.now),
                name: create.name.clone(),
                value: create.value.clone(),
                tags: create.tags.clone(),
            };
            if !variable::insert(tx, workspace, &made).await? {
                return Ok(None);
            }
            tell(tx, workspace, Action::Created, &made).await?;
            Ok(Some(made))
        })
        .await
    }

    /// A variable.
    pub async fn variable(&self, key: VariableKey) -> Result<Option<Variable>, StoreError> {
        self.read(async move |conn, workspace| Ok(find(conn, workspace, &key).await?))
            .await
    }

    /// The values of all variables by their names, for templates and parameters.
    pub async fn variable_values(&self) -> Result<BTreeMap<String, Json>, StoreError> {
        self.read(async move |conn, workspace| {
            let values = variable::values(conn, workspace, MOST_VALUES).await?;
            Ok(values.into_iter().collect())
        })
        .await
    }

    /// Variables that match.
    pub async fn variables(
        &self,
        filter: Option<VariableFilter>,
        sort: VariableSort,
        page: Page,
    ) -> Result<Vec<Variable>, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(variable::list(conn, workspace, filter.as_ref(), sort, page).await?)
        })
        .await
    }

    /// How many variables match.
    pub async fn count_variables(&self, filter: Option<VariableFilter>) -> Result<i64, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(variable::count(conn, workspace, filter.as_ref()).await?)
        })
        .await
    }

    /// Changes a variable; false where there is none.
    pub async fn update_variable(
        &self,
        key: VariableKey,
        update: VariableUpdate,
    ) -> Result<bool, StoreError> {
        let name = update.name.as_ref().map(Option::as_deref);
        name.flatten().map_or(Ok(()), check_name)?;
        update.value.as_ref().map_or(Ok(()), check_value)?;
        self.write(async move |tx, workspace| {
            let Some(mut found) = find(tx, workspace, &key).await? else {
                return Ok(false);
            };
            if update.name == Some(None) {
                return Err(StoreError::integrity("a variable's name can't be null"));
            }
            if let Some(Some(name)) = &update.name
                && *name != found.name
            {
                if variable::by_name(tx, workspace, name).await?.is_some() {
                    return Err(StoreError::Conflict(format!(
                        "A variable with the name '{name}' already exists."
                    )));
                }
                found.name.clone_from(name);
            }
            if let Some(value) = &update.value {
                found.value = value.clone();
            }
            match &update.tags {
                None => {}
                Some(Some(tags)) => found.tags.clone_from(tags),
                Some(None) => {
                    return Err(StoreError::integrity("a variable's tags can't be null"));
                }
            }
            variable::update(tx, workspace, &found).await?;
            tell(tx, workspace, Action::Updated, &found).await?;
            Ok(true)
        })
        .await
    }

    /// Deletes a variable; false where there is none.
    pub async fn delete_variable(&self, key: VariableKey) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| {
            let Some(found) = find(tx, workspace, &key).await? else {
                return Ok(false);
            };
            variable::delete(tx, workspace, found.id).await?;
            tell(tx, workspace, Action::Deleted, &found).await?;
            Ok(true)
        })
        .await
    }
}

async fn find(
    conn: &Conn,
    workspace: WorkspaceId,
    key: &VariableKey,
) -> Result<Option<Variable>, DbError> {
    match key {
        VariableKey::Id(id) => variable::by_id(conn, workspace, *id).await,
        VariableKey::Name(name) => variable::by_name(conn, workspace, name).await,
    }
}

fn check_name(name: &str) -> Result<(), StoreError> {
    let reason = if name.is_empty() {
        "Value error, Variable name must not be empty."
    } else if name.len() > MAX_NAME_LENGTH {
        return Err(StoreError::TooLong {
            location: "body.name",
            most: MAX_NAME_LENGTH,
            length: name.chars().count(),
        });
    } else if !is_slug(name, true) {
        "Value error, Variable name must only contain lowercase letters, numbers, and dashes or underscores."
    } else {
        return Ok(());
    };
    Err(StoreError::Invalid {
        location: "body.name",
        reason: reason.to_owned(),
    })
}

fn check_value(value: &Json) -> Result<(), StoreError> {
    // Spaces between values don't count: what came is measured without them.
    if value.get().len() > MAX_VALUE_LENGTH && value.to_value().to_string().len() > MAX_VALUE_LENGTH
    {
        return Err(StoreError::Invalid {
            location: "body.value",
            reason: format!(
                "Value error, Variable value must be less than {MAX_VALUE_LENGTH} characters"
            ),
        });
    }
    Ok(())
}

async fn tell(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    action: Action,
    variable: &Variable,
) -> Result<(), DbError> {
    #[derive(Serialize)]
    struct Payload<'a> {
        name: &'a str,
        value: &'a Json,
        tags: &'a [String],
    }
    let subject = Subject {
        kind: "variable",
        id: variable.id.0,
        name: Some(&variable.name),
        related: Vec::new(),
    };
    let payload = Payload {
        name: &variable.name,
        value: &variable.value,
        tags: &variable.tags,
    };
    lifecycle::tell(tx, workspace, action, subject, &payload).await
}
