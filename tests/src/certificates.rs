//! Certificates that are made when a test asks for them.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer as Signer, KeyPair, KeyUsagePurpose,
};

/// A certificate and its key, in PEM.
#[derive(Debug)]
pub struct Issued {
    /// The certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
}

/// Somebody who issues certificates.
#[derive(Debug)]
pub struct Issuer {
    /// Its own certificate, in PEM.
    pub certificate: String,
    signer: Signer<'static, KeyPair>,
}

impl Issuer {
    /// A new one.
    ///
    /// # Panics
    /// Where no key can be made.
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = named(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let certificate = params.self_signed(&key).expect("a certificate").pem();
        Self {
            certificate,
            signer: Signer::new(params, key),
        }
    }

    /// A certificate for somebody of this name, at these hosts.
    ///
    /// # Panics
    /// Where no key can be made.
    pub fn issue(&self, name: &str, hosts: &[&str]) -> Issued {
        let key = KeyPair::generate().expect("a key");
        let certificate = named(name, hosts).signed_by(&key, &self.signer);
        Issued {
            certificate: certificate.expect("a certificate").pem(),
            key: key.serialize_pem(),
        }
    }
}

fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).expect("names of hosts");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
