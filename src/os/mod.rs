//! What differs between systems: the same few names twice. The only place with `cfg(unix)` and
//! `cfg(windows)`; everything else reads as if there were one system.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::*;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub use windows::*;

/// PATH-like lists, split and joined by this system's rule. Pure, though they live in `std::env`.
pub use std::env::{join_paths, split_paths};

/// How arguments are handed to a program, where the system hands it one text (Windows).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Each is a word, quoted as most programs read it.
    Usual,
    /// The last is text that stands there as it is.
    LastAsItIs,
}

/// A user, by number. On Windows all are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner(pub u32);

/// Who may do anything anyway.
pub const ROOT: Owner = Owner(0);

/// What this system is called by those who use it.
pub const SYSTEM: &str = if cfg!(target_os = "linux") {
    "Linux"
} else if cfg!(target_os = "macos") {
    "macOS"
} else if cfg!(windows) {
    "Windows"
} else {
    "Unix"
};
