//! What happens to servers: kills, lost databases, a wish to end, a second server on the same data.
//!
//! Every story is told by writers that keep a ledger of what was acknowledged, against the real executable.

mod backends;
mod crash;
mod disk;
mod ending;
mod routes;
mod second;
mod stories;
mod writers;
