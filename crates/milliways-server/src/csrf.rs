//! CSRF tokens, as Prefect's clients ask for them, without a table: a token proves itself.
//!
//! A token is its end and a digest of the client, that end and a key. The key comes from the authentication
//! string, so that several servers accept each other's tokens; without one it is drawn at the start.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use milliways_model::ids::random_bits;
use milliways_model::time::{Clock, SystemClock};
use milliways_model::{Timestamp, Uuid};
use milliways_settings::Secret;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::edge::is_safe;
use crate::problem::Problem;

const TOKEN: &str = "prefect-csrf-token";
const CLIENT: &str = "prefect-csrf-client";

/// Makes tokens and checks them.
pub(crate) struct Csrf {
    lifetime: Duration,
    key: [u8; 32],
}

/// A token for a client.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CsrfToken {
    /// Its id.
    id: Uuid,
    /// When it was made.
    created: Option<Timestamp>,
    /// The same as `created`.
    updated: Option<Timestamp>,
    /// Sent back in the header `Prefect-Csrf-Token`.
    token: String,
    /// Sent back in the header `Prefect-Csrf-Client`.
    client: String,
    /// Until when it is good.
    expiration: Timestamp,
}

impl Csrf {
    pub(crate) fn new(lifetime: Duration, auth_string: Option<&Secret>) -> Self {
        let mut key = Sha256::new_with_prefix(b"milliways csrf");
        if let Some(secret) = auth_string {
            key.update(secret.expose());
        } else {
            key.update(random_bits().to_be_bytes());
            key.update(random_bits().to_be_bytes());
        }
        Self {
            lifetime,
            key: key.finalize().into(),
        }
    }

    /// A token for a client.
    pub(crate) fn token(&self, client: String) -> CsrfToken {
        let now = SystemClock.now();
        let expiration = now + self.lifetime;
        CsrfToken {
            id: milliways_model::ids::uuid7_now(),
            created: Some(now),
            updated: Some(now),
            token: self.sign(&client, expiration.as_micros()),
            client,
            expiration,
        }
    }

    /// Refuses requests that change something and carry no good token.
    pub(crate) fn check(&self, request: &Request) -> Result<(), Problem> {
        if is_safe(request.method()) {
            return Ok(());
        }
        let refused = |text| Err(Problem::detail(StatusCode::FORBIDDEN, "csrf", text));
        let Some(token) = header(request.headers(), TOKEN) else {
            return refused("Missing CSRF token.");
        };
        let Some(client) = header(request.headers(), CLIENT) else {
            return refused("Missing client identifier.");
        };
        if self.is_good(token, client, SystemClock.now()) {
            Ok(())
        } else {
            refused("Invalid CSRF token or client identifier.")
        }
    }

    fn is_good(&self, token: &str, client: &str, now: Timestamp) -> bool {
        let Some(end) = token
            .split_once('.')
            .and_then(|(end, _)| end.parse::<i64>().ok())
        else {
            return false;
        };
        let expected = self.sign(client, end);
        let difference = token
            .bytes()
            .zip(expected.bytes())
            .fold(0, |sum, (a, b)| sum | (a ^ b));
        token.len() == expected.len()
            && std::hint::black_box(difference) == 0
            && now.as_micros() < end
    }

    fn sign(&self, client: &str, end: i64) -> String {
        let inner = Sha256::new()
            .chain_update(self.key)
            .chain_update(end.to_be_bytes())
            .chain_update(client)
            .finalize();
        let digest = Sha256::new()
            .chain_update(self.key)
            .chain_update(inner)
            .finalize();
        format!("{end}.{digest:x}")
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get(name)?
        .to_str()
        .ok()
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_client_until_its_end() {
        let csrf = Csrf::new(Duration::from_mins(1), None);
        let token = csrf.token("one".to_owned());
        let now = token.created.unwrap();
        assert!(csrf.is_good(&token.token, "one", now));
        assert!(!csrf.is_good(&token.token, "two", now));
        assert!(!csrf.is_good(&token.token, "one", now.plus_seconds(61.0)));
        assert!(!csrf.is_good("9999999999999999.00", "one", now));
        assert!(!Csrf::new(Duration::from_mins(1), None).is_good(&token.token, "one", now));
    }

    #[test]
    fn servers_with_one_authentication_string_accept_each_others_tokens() {
        let secret = Secret::new("user:pass");
        let (a, b) = [(); 2]
            .map(|()| Csrf::new(Duration::from_mins(1), Some(&secret)))
            .into();
        let token = a.token("one".to_owned());
        assert!(b.is_good(&token.token, "one", token.created.unwrap()));
    }
}
