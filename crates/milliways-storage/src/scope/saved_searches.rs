//! Saved searches.

use milliways_model::names::check_run_name;
use milliways_model::{SavedSearch, SavedSearchCreate, SavedSearchId, uuid7};

use super::{Scope, draw};
use crate::error::StoreError;
use crate::filter::Page;
use crate::tables::saved_search;

/// As many criteria as one search may have.
const MOST_FILTERS: usize = 200;

impl Scope {
    /// Makes a saved search, or replaces the one of that name; says whether it was made.
    pub async fn put_saved_search(
        &self,
        search: SavedSearchCreate,
    ) -> Result<(SavedSearch, bool), StoreError> {
        check_run_name(&search.name).map_err(|error| StoreError::Invalid {
            location: "body.name",
            reason: error.to_string(),
        })?;
        if search.filters.len() > MOST_FILTERS {
            return Err(StoreError::Invalid {
                location: "body.filters",
                reason: format!("List should have at most {MOST_FILTERS} items"),
            });
        }
        self.write(async move |tx, workspace| {
            let id = SavedSearchId(uuid7(tx.now, draw()));
            let stored = saved_search::put(tx, workspace, id, &search).await?;
            let is_new = stored.id == id;
            Ok((stored, is_new))
        })
        .await
    }

    /// A saved search.
    pub async fn saved_search(&self, id: SavedSearchId) -> Result<Option<SavedSearch>, StoreError> {
        self.read(async move |conn, workspace| Ok(saved_search::by_id(conn, workspace, id).await?))
            .await
    }

    /// Saved searches, by name.
    pub async fn saved_searches(&self, page: Page) -> Result<Vec<SavedSearch>, StoreError> {
        self.read(async move |conn, workspace| Ok(saved_search::list(conn, workspace, page).await?))
            .await
    }

    /// Deletes a saved search; false where there is none.
    pub async fn delete_saved_search(&self, id: SavedSearchId) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| Ok(saved_search::delete(tx, workspace, id).await?))
            .await
    }
}
