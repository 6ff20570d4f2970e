//! The wheel cache: wheels unpacked once and linked into environments.

mod bytecode;
mod link;
mod manifest;
mod store;
mod store_entries;

pub(crate) use bytecode::{CachedBytecode, find_compiled};
pub(crate) use link::{CacheState, LinkJob, LinkSource, OpenDir};
pub(crate) use store::{CachedFile, CachedWheel, Verify, WheelCache};
pub(crate) use store_entries::{StoreEntry, store_entries};
