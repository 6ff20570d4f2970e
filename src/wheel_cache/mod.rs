//! The wheel cache: wheels unpacked once and linked into environments.

mod bytecode;
mod kept;
mod link;
mod manifest;
mod store;

pub(crate) use bytecode::{CachedBytecode, find_compiled};
pub(crate) use kept::{KeptWheel, kept_wheels};
pub(crate) use link::{CacheState, LinkJob, LinkSource, OpenDir};
pub(crate) use store::{CachedFile, CachedWheel, Verify, WheelCache};
