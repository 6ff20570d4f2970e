//! The wheel cache: wheels unpacked once and linked into environments.

pub(crate) mod bytecode;
mod link;
mod manifest;
mod store;

pub(crate) use bytecode::CachedBytecode;
pub(crate) use link::{CacheState, LinkJob, LinkSource, OpenDir};
pub(crate) use store::{CachedFile, CachedWheel, Verify, WheelCache};
