//! Connections with TLS: whom a client trusts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::server::Server;
use crate::{Address, Client, Config, Error};

/// A server for the name `localhost`, and its certificate as PEM.
async fn server() -> (Config, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = Server::default();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that trusts nobody ends the handshake.
            if let Ok(stream) = acceptor.accept(stream).await {
                tokio::spawn(server.clone().serve(stream));
            }
        }
    });
    let address = Address::parse(&format!("https://localhost:{port}/api")).unwrap();
    (
        Config {
            max_retries: 0,
            ..Config::of_address(address)
        },
        cert.pem(),
    )
}

async fn ask(config: Config) -> Result<bool, Error> {
    Client::new(config).unwrap().get("/health").await
}

fn file(folder: &Path, pem: &str) -> PathBuf {
    let path = folder.join("trusted.pem");
    std::fs::write(&path, pem).unwrap();
    path
}

#[tokio::test]
async fn a_server_is_trusted_by_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (mut config, certificate) = server().await;
    config.ssl_cert_file = Some(file(folder.path(), &certificate));
    assert!(ask(config).await.unwrap());
}

#[tokio::test]
async fn a_server_with_another_certificate_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (mut config, _) = server().await;
    let (_, other) = server().await;
    config.ssl_cert_file = Some(file(folder.path(), &other));
    let error = ask(config.clone()).await.unwrap_err();
    assert!(matches!(error, Error::Tls { .. }), "{error}");
    config.insecure_skip_verify = true;
    assert!(ask(config).await.unwrap());
}

#[tokio::test]
async fn a_file_without_certificates_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let (mut config, _) = server().await;
    config.ssl_cert_file = Some(file(folder.path(), "nothing"));
    let error = ask(config).await.unwrap_err().to_string();
    assert!(error.contains("hint: "), "{error}");
}
