//! Certificates of which only the parts are there that are looked at.

use super::*;

fn certificate(identifier: &[u8]) -> Vec<u8> {
    let part = |tag: u8, contents: &[u8]| {
        let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], contents].concat()
    };
    let signed = part(0x30, &[7; 300]);
    let algorithm = part(0x30, &part(6, identifier));
    part(0x30, &[signed, algorithm, part(3, &[0; 70])].concat())
}

#[test]
fn the_hash_is_that_of_the_signature() {
    let length = |family: &[u8], hash: u8| {
        digest(&certificate(&[family, &[hash]].concat())).map(|digest| digest.len())
    };
    let rsa = [1, 4, 5, 11, 12, 13].map(|hash| length(RSA, hash));
    assert_eq!(
        rsa,
        [None, Some(32), Some(32), Some(32), Some(48), Some(64)]
    );
    let ecdsa = [2, 3, 4, 5].map(|hash| length(ECDSA, hash));
    assert_eq!(ecdsa, [Some(32), Some(48), Some(64), None]);
    let whole = certificate(ECDSA_SHA1);
    assert_eq!(digest(&whole), Some(Sha256::digest(&whole).to_vec()));
    // Ed25519 signs without hashing.
    assert_eq!(digest(&certificate(&[0x2b, 0x65, 0x70])), None);
}

#[test]
fn what_is_no_certificate_has_none() {
    let whole = certificate(ECDSA_SHA1);
    for length in 0..whole.len() - 100 {
        assert_eq!(digest(&whole[..length]), None);
    }
    assert_eq!(digest(&[0x30, 0x85, 1, 1, 1, 1, 1]), None);
}
