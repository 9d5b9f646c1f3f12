//! Whom to trust: built once, and only where an address begins with `https`.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::{Config, Error, Result};

/// The configuration for connections with TLS.
pub(crate) fn client_config(config: &Config) -> Result<Arc<ClientConfig>> {
    let provider = Arc::new(ring::default_provider());
    let wrong = |reason: String| Error::Tls {
        address: config.server(),
        reason,
    };
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(error.to_string()))?;
    let builder = if config.insecure_skip_verify {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(TrustAnyone(provider)))
    } else {
        let roots = match &config.ssl_cert_file {
            Some(file) => roots_of_file(file)?,
            None => roots_of_system(),
        };
        if roots.is_empty() {
            return Err(wrong(
                "no trusted certificate was found, hint: install the system's, such as ca-certificates, or set \
                 MILLIWAYS_API_SSL_CERT_FILE"
                    .to_owned(),
            ));
        }
        builder.with_root_certificates(roots)
    };
    let mut client = builder.with_no_client_auth();
    client.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(client))
}

fn roots_of_file(path: &Path) -> Result<RootCertStore> {
    let failed = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    let text = std::fs::read(path).map_err(failed)?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate =
            certificate.map_err(|error| failed(std::io::Error::other(error.to_string())))?;
        roots
            .add(certificate)
            .map_err(|error| failed(std::io::Error::other(error)))?;
    }
    Ok(roots)
}

fn roots_of_system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // Systems carry a few certificates that can't be read; the others are as good without them.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// What `api.tls_insecure_skip_verify` asks for: signatures are checked, names and issuers are not.
#[derive(Debug)]
struct TrustAnyone(Arc<CryptoProvider>);

impl ServerCertVerifier for TrustAnyone {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _stapled: &[u8],
        _now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
