//! Arguments as JSON: what a flow run records, and what a cached result is found by.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// Arguments, written as they are added. The first that can't be written is told of later.
#[derive(Debug)]
pub struct Parameters {
    json: Vec<u8>,
    flaw: Option<(&'static str, String)>,
}

impl Parameters {
    /// None so far.
    #[expect(clippy::new_without_default, reason = "only an attribute makes them")]
    pub fn new() -> Self {
        Self {
            json: vec![b'{'],
            flaw: None,
        }
    }

    /// One more. `name` is an identifier.
    pub fn add<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        if self.json.len() > 1 {
            self.json.push(b',');
        }
        self.json.push(b'"');
        self.json.extend_from_slice(name.as_bytes());
        self.json.extend_from_slice(b"\":");
        if let Err(error) = serde_json::to_writer(&mut self.json, value) {
            self.flaw.get_or_insert((name, error.to_string()));
        }
    }

    /// The JSON text of an object, `None` where there are no arguments.
    pub(crate) fn finish(self) -> Result<Option<Box<str>>> {
        let json = self.into_json()?;
        if json.len() <= 2 {
            return Ok(None);
        }
        Ok(Some(milliways_engine::json::parameters(&json)?))
    }

    fn into_json(mut self) -> Result<Vec<u8>> {
        if let Some((name, reason)) = self.flaw {
            return Err(Error::Parameter { name, reason });
        }
        self.json.push(b'}');
        Ok(self.json)
    }
}

/// What a result is found by.
#[derive(Debug)]
pub struct CacheKey(Result<[u8; 32]>);

impl CacheKey {
    /// A key that the attribute spells.
    pub fn of_text(text: impl AsRef<[u8]>) -> Self {
        Self(Ok(Sha256::digest(text).into()))
    }

    /// The arguments are the key.
    pub fn of_parameters(parameters: Parameters) -> Self {
        Self(
            parameters
                .into_json()
                .map(|json| Sha256::digest(json).into()),
        )
    }

    pub(crate) fn digest(self) -> Result<[u8; 32]> {
        self.0
    }
}
