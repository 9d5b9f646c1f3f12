//! What opens and what does not.

use super::{Sealer, SecretsKey};

#[test]
fn only_the_same_key_and_owner_open() {
    let sealer = Sealer::new(SecretsKey::Given([7; 32]));
    let sealed = sealer.seal("the secret", b"here").unwrap();
    assert!(!sealed.contains("secret"));
    assert_eq!(sealer.open(&sealed, b"here").unwrap(), "the secret");
    assert_ne!(sealed, sealer.seal("the secret", b"here").unwrap());
    assert!(sealer.open(&sealed, b"there").is_err());
    let other = Sealer::new(SecretsKey::Given([8; 32]));
    assert!(other.open(&sealed, b"here").is_err());
    assert!(other.check(&sealed).is_err() && sealer.check(&sealed).is_ok());
    assert!(Sealer::new(SecretsKey::Nowhere).seal("x", b"").is_err());
}

#[test]
fn what_is_damaged_is_refused() {
    let sealer = Sealer::new(SecretsKey::Given([7; 32]));
    let sealed = sealer.seal("the secret", b"here").unwrap();
    for end in 0..sealed.len() {
        assert!(sealer.open(&sealed[..end], b"here").is_err());
    }
    for at in 0..sealed.len() {
        let mut bytes = sealed.clone().into_bytes();
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
    let sealed = Sealer::new(place.clone()).seal("x", b"").unwrap();
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(Sealer::new(place.clone()).open(&sealed, b"").unwrap(), "x");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = Sealer::new(place.clone()).open(&sealed, b"").unwrap_err();
    assert!(error.to_string().contains("chmod 600"), "{error}");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&path, "short").unwrap();
    assert!(Sealer::new(place).open(&sealed, b"").is_err());
}
