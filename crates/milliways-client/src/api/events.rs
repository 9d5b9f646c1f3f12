//! `/events`.

use hyper::Method;
use milliways_model::Event;
use milliways_model::event::EventPage;
use milliways_model::filter::EventFilter;
use serde_json::json;

use crate::{Client, Request, Result};

impl Client {
    /// Stores events; one whose id is stored already is not stored again.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn create_events(&self, events: &[Event]) -> Result<()> {
        self.tell(
            Request::new(Method::POST, "/events")
                .json(events)?
                .repeatable(),
        )
        .await
    }

    /// The first page of the events that match, of at most `limit`, which is 50 at most.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn events(&self, filter: &EventFilter, limit: u32) -> Result<EventPage> {
        self.query("/events/filter", &json!({"filter": filter, "limit": limit}))
            .await
    }
}
