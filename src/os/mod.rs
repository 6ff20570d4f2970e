//! What differs between systems: the same names for each. The only place with `cfg(unix)` and `cfg(windows)`;
//! everything else reads as if there were one system. What `unix` documents and `windows` does not is the same there.

mod arg_quoting;
mod file_signature;
mod user_id;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

pub(crate) use arg_quoting::ArgQuoting;
pub(crate) use file_signature::FileSignature;
pub(crate) use user_id::{OtherWriters, ROOT_USER, UserId};

#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;

/// PATH-like lists, split and joined by this system's rule. Pure, though they live in `std::env`.
pub(crate) use std::env::{join_paths, split_paths};
