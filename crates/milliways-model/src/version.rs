//! Versions of the wire protocol.

/// The version of Prefect's API that is spoken, as in `X-PREFECT-API-VERSION`.
pub const API_VERSION: &str = "0.8.4";
/// The oldest API version that is answered.
pub const MINIMUM_API_VERSION: &str = "0.8.0";
/// The version of Prefect's server that this one can stand in for; `/admin/version` tells it.
pub const PREFECT_VERSION: &str = "3.9.1";

/// Three numbers of a version, so that `3.4.11` compares above `3.4.9`; what follows them is ignored.
pub fn parse(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.trim().splitn(3, '.');
    let mut next = || {
        let part = parts.next()?;
        let digits = part.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok()
    };
    Some((next()?, next()?, next().unwrap_or(0)))
}
