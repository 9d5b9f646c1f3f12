//! Who is trusted, held against servers that show what they may show.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConnection, ServerConfig, ServerConnection};

use super::*;

/// A certificate for `localhost`, and its key.
struct Shown {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

fn params() -> CertificateParams {
    CertificateParams::new(vec!["localhost".to_owned()]).unwrap()
}

/// As `openssl req -x509` makes it: its own issuer.
fn of_its_own(change: fn(&mut CertificateParams)) -> Shown {
    let key = KeyPair::generate().unwrap();
    let mut params = params();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    let certificate = params.self_signed(&key).unwrap();
    Shown { certificate, key }
}

fn issued(issuer: &Shown) -> Shown {
    let mut by = params();
    by.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params()
        .signed_by(&key, &Issuer::new(by, &issuer.key))
        .unwrap();
    Shown { certificate, key }
}

/// What becomes of a connection to a server that shows this.
fn meet(shown: &Shown, name: &'static str, verify: &Verify) -> String {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(shown.key.serialize_der()));
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![shown.certificate.der().clone()], key)
        .unwrap();
    let client = client_config(verify, None).unwrap();
    let name = ServerName::try_from(name).unwrap();
    let mut client = ClientConnection::new(Arc::new(client), name).unwrap();
    let mut server = ServerConnection::new(Arc::new(server)).unwrap();
    while client.is_handshaking() {
        let mut sent = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut sent).unwrap();
        }
        let mut sent = sent.as_slice();
        while !sent.is_empty() {
            server.read_tls(&mut sent).unwrap();
            server.process_new_packets().unwrap();
        }
        let mut answered = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut answered).unwrap();
        }
        let mut answered = answered.as_slice();
        while !answered.is_empty() {
            client.read_tls(&mut answered).unwrap();
            if let Err(error) = client.process_new_packets() {
                return error.to_string();
            }
        }
    }
    "trusted".to_owned()
}

fn file(folder: &Path, shown: &Shown) -> Roots {
    let path = folder.join("trusted.pem");
    std::fs::write(&path, shown.certificate.pem()).unwrap();
    Roots::File(path)
}

#[test]
fn a_certificate_is_trusted_by_its_issuer_and_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = of_its_own(|_| {});
    let shown = issued(&issuer);
    let roots = file(folder.path(), &issuer);
    assert_eq!(
        meet(&shown, "localhost", &Verify::Name(roots.clone())),
        "trusted"
    );
    assert_eq!(
        meet(&shown, "elsewhere", &Verify::Name(roots.clone())),
        r#"invalid peer certificate: certificate not valid for name "elsewhere"; certificate is only valid for DnsName("localhost")"#
    );
    assert_eq!(meet(&shown, "elsewhere", &Verify::Issuer(roots)), "trusted");
    let other = file(folder.path(), &of_its_own(|_| {}));
    let unknown = meet(&shown, "localhost", &Verify::Issuer(other));
    assert!(unknown.starts_with("invalid peer certificate"), "{unknown}");
    assert_eq!(meet(&shown, "elsewhere", &Verify::Nothing), "trusted");
}

#[test]
fn a_certificate_that_is_its_own_issuer_is_trusted_where_it_is_named_itself() {
    let folder = tempfile::tempdir().unwrap();
    let shown = of_its_own(|_| {});
    let roots = file(folder.path(), &shown);
    assert_eq!(
        meet(&shown, "localhost", &Verify::Name(roots.clone())),
        "trusted"
    );
    let elsewhere = meet(&shown, "elsewhere", &Verify::Name(roots));
    assert!(elsewhere.contains("not valid for name"), "{elsewhere}");
    let other = file(folder.path(), &of_its_own(|_| {}));
    let unknown = meet(&shown, "localhost", &Verify::Issuer(other));
    assert!(unknown.starts_with("invalid peer certificate"), "{unknown}");
}

#[test]
fn a_certificate_that_is_its_own_issuer_expires_like_others() {
    let folder = tempfile::tempdir().unwrap();
    let shown = of_its_own(|params| params.not_after = date_time_ymd(2020, 1, 1));
    let roots = file(folder.path(), &shown);
    let expired = meet(&shown, "localhost", &Verify::Issuer(roots));
    assert!(expired.contains("expired"), "{expired}");
}

#[test]
fn files_that_will_not_do_are_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let [one, other] = [of_its_own(|_| {}), of_its_own(|_| {})];
    let certificate = write("certificate", &one.certificate.pem());
    let key = write("key", &one.key.serialize_pem());
    let roots = |path: &Path| (Verify::Name(Roots::File(path.to_owned())), None);
    let as_client = |certificate: &Path, key: &Path| {
        let identity = Identity {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        };
        (Verify::Nothing, Some(identity))
    };
    let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cases = [
        roots(&folder.path().join("missing")),
        roots(folder.path()),
        roots(&write("empty", "")),
        roots(&key),
        roots(&write("broken", broken)),
        roots(&write("nonsense", nonsense)),
        as_client(&certificate, &certificate),
        as_client(&certificate, &write("theirs", &other.key.serialize_pem())),
        as_client(&certificate, &key),
    ];
    let told = cases.map(|(verify, identity)| {
        let made = client_config(&verify, identity.as_ref());
        made.map_or_else(
            |error| format!("{error}, hint: {}", error.hint()),
            |_| "-".to_owned(),
        )
    });
    let told = told
        .join("\n")
        .replace(&folder.path().display().to_string(), "");
    insta::assert_snapshot!(told, @r"
    can't read /missing: No such file or directory (os error 2), hint: check the path, and that the server may read it
    can't read : Is a directory (os error 21), hint: check the path, and that the server may read it
    /empty has no certificate in PEM, hint: give a file in PEM, as `openssl` writes them
    /key has no certificate in PEM, hint: give a file in PEM, as `openssl` writes them
    /broken has a certificate that can't be used: base64 decode error: InvalidCharacter(33), hint: give a file in PEM, as `openssl` writes them
    /nonsense has a certificate that can't be used: invalid peer certificate: BadEncoding, hint: give a file in PEM, as `openssl` writes them
    /certificate has no key in PEM, hint: give a key in PEM that is not encrypted
    /theirs is not the key of /certificate: keys may not be consistent: KeyMismatch, hint: give the key with which the certificate was asked for
    -
    ");
}
