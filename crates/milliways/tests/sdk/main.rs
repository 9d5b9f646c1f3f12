//! The SDK as its users meet it: programs against a real server, and what the compiler says where they are wrong.

mod compile;
mod ends;
mod outages;
mod outside;
mod runs;
mod scenario;
