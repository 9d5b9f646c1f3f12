//! Secrets at rest: sealed with a key that is not in the database.
//!
//! Each text is sealed with a key of its own, and that key with the server's (an envelope): another server
//! key needs only the small outer part sealed again. What is sealed is bound to where it belongs, so that it
//! can't be moved to another object.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use milliways_model::ids::random_bits;
use sha2::{Digest, Sha256};

use crate::error::StoreError;

/// Where the server's key is.
#[derive(Clone)]
pub enum SecretsKey {
    /// Here.
    Given([u8; 32]),
    /// In a file that only its owner can read; it is made when it is first needed.
    File(PathBuf),
    /// Nowhere: nothing can be sealed.
    Nowhere,
}

impl std::fmt::Debug for SecretsKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Given(_) => f.write_str("Given(…)"),
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Nowhere => f.write_str("Nowhere"),
        }
    }
}

/// The version of the form that sealed texts have.
const VERSION: &str = "v1";

/// Seals and opens.
pub(crate) struct Sealer {
    place: SecretsKey,
    key: OnceLock<[u8; 32]>,
}

impl Sealer {
    pub(crate) fn new(place: SecretsKey) -> Self {
        Self {
            place,
            key: OnceLock::new(),
        }
    }

    /// Whether a text that is stored can be opened with the key that there is.
    pub(crate) fn check(&self, sealed: &str) -> Result<(), StoreError> {
        let key = self.existing()?;
        if sealed.split('.').nth(1) == Some(name_of(&key).as_str()) {
            Ok(())
        } else {
            Err(other_key())
        }
    }

    /// Seals a text that belongs to `owner`.
    pub(crate) fn seal(&self, text: &str, owner: &[u8]) -> Result<String, StoreError> {
        let server_key = self.existing_or_new()?;
        let own_key = random_32();
        let outer = encrypt(&server_key, &own_key, owner)?;
        let inner = encrypt(&own_key, text.as_bytes(), owner)?;
        Ok(format!(
            "{VERSION}.{}.{outer}.{inner}",
            name_of(&server_key)
        ))
    }

    /// Opens what was sealed for `owner`.
    pub(crate) fn open(&self, sealed: &str, owner: &[u8]) -> Result<String, StoreError> {
        let parts: Vec<&str> = sealed.split('.').collect();
        let [VERSION, name, outer, inner] = parts.as_slice() else {
            return Err(StoreError::Sealed(
                "stored data is not in a form that this version knows",
            ));
        };
        let server_key = self.existing()?;
        if *name != name_of(&server_key) {
            return Err(other_key());
        }
        let own_key = decrypt(&server_key, outer, owner)?;
        let own_key: [u8; 32] = own_key.try_into().map_err(|_| damaged())?;
        String::from_utf8(decrypt(&own_key, inner, owner)?).map_err(|_| damaged())
    }

    fn existing_or_new(&self) -> Result<[u8; 32], StoreError> {
        if let SecretsKey::File(path) = &self.place
            && self.key.get().is_none()
            && !path.exists()
        {
            make(path).map_err(|error| cannot(path, "made", &error))?;
        }
        self.existing()
    }

    fn existing(&self) -> Result<[u8; 32], StoreError> {
        if let Some(key) = self.key.get() {
            return Ok(*key);
        }
        let key = match &self.place {
            SecretsKey::Given(key) => *key,
            SecretsKey::File(path) => read(path)?,
            SecretsKey::Nowhere => {
                return Err(StoreError::Sealed("the server has no key for secrets"));
            }
        };
        Ok(*self.key.get_or_init(|| key))
    }
}

fn encrypt(key: &[u8; 32], text: &[u8], owner: &[u8]) -> Result<String, StoreError> {
    let mut nonce = [0; 24];
    nonce.copy_from_slice(&random_32()[..24]);
    let mut bytes = text.to_vec();
    XChaCha20Poly1305::new(&Key::from(*key))
        .encrypt_in_place(&XNonce::from(nonce), owner, &mut bytes)
        .map_err(|_| StoreError::Sealed("the data is too large to be sealed"))?;
    let mut all = nonce.to_vec();
    all.extend(bytes);
    Ok(BASE64.encode(all))
}

fn decrypt(key: &[u8; 32], text: &str, owner: &[u8]) -> Result<Vec<u8>, StoreError> {
    let all = BASE64.decode(text).map_err(|_| damaged())?;
    let (nonce, bytes) = all.split_at_checked(24).ok_or_else(damaged)?;
    let nonce: [u8; 24] = nonce.try_into().map_err(|_| damaged())?;
    let mut bytes = bytes.to_vec();
    XChaCha20Poly1305::new(&Key::from(*key))
        .decrypt_in_place(&XNonce::from(nonce), owner, &mut bytes)
        .map_err(|_| damaged())?;
    Ok(bytes)
}

fn random_32() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&random_bits().to_be_bytes());
    bytes[16..].copy_from_slice(&random_bits().to_be_bytes());
    bytes
}

/// What a key is called beside what it sealed. It says nothing of the key itself.
fn name_of(key: &[u8; 32]) -> String {
    let mut hash = Sha256::new();
    hash.update(b"milliways secrets key");
    hash.update(key);
    BASE64.encode(&hash.finalize()[..9])
}

fn make(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match file {
        Ok(mut file) => {
            writeln!(file, "{}", BASE64.encode(random_32()))?;
            file.sync_all()
        }
        // Another server of this home was quicker.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn read(path: &Path) -> Result<[u8; 32], StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    let refused = |what: String, hint: &str| StoreError::Open {
        what,
        hint: hint.to_owned(),
    };
    let shown = path.display();
    let metadata = std::fs::metadata(path).map_err(|error| cannot(path, "read", &error))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(refused(
            format!("the key file for secrets can be read by others: {shown}"),
            "make it its owner's alone: chmod 600",
        ));
    }
    let text = std::fs::read_to_string(path).map_err(|error| cannot(path, "read", &error))?;
    let bytes = BASE64.decode(text.trim()).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| {
            refused(
                format!("the key file for secrets holds no key: {shown}"),
                "it has to be 32 bytes in base64; restore it from a backup",
            )
        })
}

fn cannot(path: &Path, verb: &str, error: &std::io::Error) -> StoreError {
    StoreError::Open {
        what: format!("the key file for secrets can't be {verb}: {}: {error}", path.display()),
        hint: "secrets that are stored can only be read with the key that sealed them: restore the file"
            .to_owned(),
    }
}

fn other_key() -> StoreError {
    StoreError::Sealed("stored secrets were sealed with another key than the server has")
}

fn damaged() -> StoreError {
    StoreError::Sealed(
        "stored data does not open: it was damaged, or moved here from another object",
    )
}

#[cfg(test)]
mod tests;
