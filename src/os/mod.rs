//! What differs between systems: the same few names twice. The only place with `cfg(unix)` and
//! `cfg(windows)`; everything else reads as if there were one system.

use std::fs::Metadata;
use std::time::UNIX_EPOCH;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::*;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::*;

/// PATH-like lists, split and joined by this system's rule. Pure, though they live in `std::env`.
pub(crate) use std::env::{join_paths, split_paths};

/// How arguments are handed to a program, where the system hands it one text (Windows).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArgQuoting {
    /// Each is a word, quoted as most programs read it.
    Standard,
    /// The last is text that stands there as it is.
    RawLast,
}

/// What tells whether a file is still the one that it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileSignature {
    /// How many bytes it has.
    pub size: u64,
    /// Its time of last change, in nanoseconds since 1970.
    pub mtime: u64,
}

impl FileSignature {
    /// What was found of it.
    pub(crate) fn from_metadata(found: &Metadata) -> FileSignature {
        let time = found.modified().ok();
        let since = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        FileSignature {
            size: found.len(),
            mtime: since.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(0)),
        }
    }
}

/// A user, by number. On Windows all are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UserId(pub u32);

/// Who may do anything anyway.
pub(crate) const ROOT_USER: UserId = UserId(0);

/// What this system is called by those who use it.
pub(crate) const OS_NAME: &str = if cfg!(target_os = "linux") {
    "Linux"
} else if cfg!(target_os = "macos") {
    "macOS"
} else if cfg!(windows) {
    "Windows"
} else {
    "Unix"
};
