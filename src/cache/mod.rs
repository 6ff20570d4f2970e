//! `--cache`: what vrun keeps in the user's cache directory, and what of it can go.

mod clear;
mod contents;
mod disk_usage;

pub(crate) use clear::{Extent, clear};
pub(crate) use contents::{CacheContents, read_contents};
