//! What ties the exchange of a password to the encrypted connection that it goes over: the server proves that it knows
//! the certificate that we were shown (`tls-server-end-point` of RFC 5929).

use sha2::{Digest, Sha256, Sha384, Sha512};

/// What the object identifiers of signatures by RSA begin with; the last number says which hash.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1];
/// The same of ECDSA, with a hash of the second family, and with SHA-1.
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3];
const ECDSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];

/// The digest of a certificate by the hash of its signature, SHA-256 in place of what is weaker. None where the
/// signature has no hash of its own.
pub(super) fn digest(certificate: &[u8]) -> Option<Vec<u8>> {
    // The certificate is a sequence of what is signed, the algorithm, and the signature.
    let (parts, _) = element(certificate)?;
    let (_, after_signed) = element(parts)?;
    let (algorithm, _) = element(after_signed)?;
    let (identifier, _) = element(algorithm)?;
    let (&hash, family) = identifier.split_last()?;
    match (family, hash) {
        (RSA, 4 | 5 | 11) | (ECDSA, 2) => Some(Sha256::digest(certificate).to_vec()),
        (RSA, 12) | (ECDSA, 3) => Some(Sha384::digest(certificate).to_vec()),
        (RSA, 13) | (ECDSA, 4) => Some(Sha512::digest(certificate).to_vec()),
        _ if identifier == ECDSA_SHA1 => Some(Sha256::digest(certificate).to_vec()),
        _ => None,
    }
}

/// The contents of the first element in DER, and what follows it.
fn element(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[_tag, short], rest) = input.split_first_chunk::<2>()?;
    let (length, rest) = match usize::from(short) {
        short @ 0..=127 => (short, rest),
        long @ 129..=132 => {
            let (bytes, rest) = rest.split_at_checked(long - 128)?;
            let length = bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests;
