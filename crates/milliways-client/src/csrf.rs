//! The token that a server may ask for with every change, so that no foreign page can make one with a user's cookies.

use std::sync::{Mutex, PoisonError};

use hyper::header::HeaderValue;
use hyper::{HeaderMap, Method};
use milliways_model::ids::{Uuid, uuid7_now};
use serde::Deserialize;

use crate::{Answer, Request};

/// The token of one client, where its server has asked for one.
#[derive(Debug)]
pub(crate) struct Csrf {
    client: Uuid,
    token: Mutex<Option<HeaderValue>>,
}

impl Default for Csrf {
    fn default() -> Self {
        Self {
            client: uuid7_now(),
            token: Mutex::default(),
        }
    }
}

/// What the server gives.
#[derive(Deserialize)]
struct Given {
    token: String,
}

impl Csrf {
    /// Whether an answer says that the request needs a token, or a new one.
    pub(crate) fn is_asked_for(request: &Request, answer: &Answer) -> bool {
        let says_so = || answer.body.windows(4).any(|word| word == b"CSRF");
        answer.status == 403 && changes(&request.method) && says_so()
    }

    /// The request for a token.
    pub(crate) fn request(&self) -> Request {
        Request::new(Method::GET, format!("/csrf-token?client={}", self.client))
    }

    /// Takes the token out of the answer; `false` where there is none.
    pub(crate) fn take(&self, answer: &Answer) -> bool {
        let given = serde_json::from_slice::<Given>(&answer.body).ok();
        let token = given.and_then(|given| HeaderValue::from_str(&given.token).ok());
        let is_given = token.is_some();
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
        is_given
    }

    /// Adds the token to a request that needs it.
    pub(crate) fn add_to(&self, request: &Request, headers: &mut HeaderMap) {
        let token = self
            .token
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let client = HeaderValue::from_str(&self.client.to_string());
        if let (Some(token), Ok(client)) = (token, client)
            && changes(&request.method)
        {
            headers.insert("prefect-csrf-token", token);
            headers.insert("prefect-csrf-client", client);
        }
    }
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}
