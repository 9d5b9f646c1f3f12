//! Looking at the certificate that the other side shows.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// Who is trusted.
#[derive(Debug)]
pub(crate) struct Trusted {
    pub(crate) roots: RootCertStore,
    /// The same, as they stand in a file that somebody has named.
    pub(crate) named: Vec<CertificateDer<'static>>,
}

impl Default for Trusted {
    fn default() -> Self {
        Self {
            roots: RootCertStore::empty(),
            named: Vec::new(),
        }
    }
}

/// What [`Verify`](crate::Verify) asks for. That the other side holds the key is always checked.
#[derive(Debug)]
pub(crate) struct Verifier {
    /// None: whoever it is.
    pub(crate) trusted: Option<Arc<Trusted>>,
    pub(crate) checks_name: bool,
    pub(crate) algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(trusted) = &self.trusted else {
            return Ok(ServerCertVerified::assertion());
        };
        let certificate = ParsedCertificate::try_from(shown)?;
        let issued = verify_server_cert_signed_by_trust_anchor(
            &certificate,
            &trusted.roots,
            intermediates,
            now,
            self.algorithms.all,
        );
        match issued {
            // `openssl req -x509` makes certificates that are their own issuer. Who names one means just this one.
            Err(error) if is_an_issuers(&error) && trusted.named.contains(shown) => {}
            issued => issued?,
        }
        if self.checks_name {
            verify_server_name(&certificate, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Whether a certificate is refused because it is for issuing others. It is told only once the dates have been found
/// to be good.
fn is_an_issuers(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(other)) = error else {
        return false;
    };
    matches!(
        other.0.downcast_ref(),
        Some(webpki::Error::CaUsedAsEndEntity)
    )
}
