//! What opens and what does not.

use super::{Sealer, SecretsKey};

#[test]
fn only_the_same_key_and_owner_open() {
    let sealer = Sealer::new(SecretsKey::Given([7; 32]));
    let secret = sealer.seal("the secret", b"here").unwrap();
    assert!(!secret.contains("secret"));
    assert_eq!(sealer.open(&secret, b"here").unwrap(), "the secret");
    assert_ne!(secret, sealer.seal("the secret", b"here").unwrap());
    assert!(sealer.open(&secret, b"there").is_err());
    let other = Sealer::new(SecretsKey::Given([8; 32]));
    assert!(other.open(&secret, b"here").is_err());
    assert!(other.check(&secret).is_err() && sealer.check(&secret).is_ok());
    assert!(Sealer::new(SecretsKey::Nowhere).seal("x", b"").is_err());
}

#[test]
fn what_is_damaged_is_refused() {
    let sealer = Sealer::new(SecretsKey::Given([7; 32]));
    let secret = sealer.seal("the secret", b"here").unwrap();
    for end in 0..secret.len() {
        assert!(sealer.open(&secret[..end], b"here").is_err());
    }
    for at in 0..secret.len() {
        let mut bytes = secret.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let damaged = String::from_utf8(bytes).unwrap();
        assert_ne!(
            sealer.open(&damaged, b"here").ok().as_deref(),
            Some("another")
        );
    }
    for text in ["", "v0.a.b.c", "v1", "v1.a.b.c.d", "{}"] {
        assert!(sealer.open(text, b"here").is_err());
    }
}

#[test]
fn the_key_file_is_made_once_and_for_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("home").join("secrets.key");
    let place = SecretsKey::File(path.clone());
    // Looking for a key makes none: what is stored could not be opened with a new one.
    assert!(Sealer::new(place.clone()).open("v1.a.b.c", b"").is_err() && !path.exists());
    let secret = Sealer::new(place.clone()).seal("x", b"").unwrap();
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(Sealer::new(place.clone()).open(&secret, b"").unwrap(), "x");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = Sealer::new(place.clone()).open(&secret, b"").unwrap_err();
    assert!(error.to_string().contains("chmod 600"), "{error}");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&path, "short").unwrap();
    assert!(Sealer::new(place).open(&secret, b"").is_err());
}
