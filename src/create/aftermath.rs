//! What makers that were killed left at an environment that is there, and work on one that no one else is to do
//! meanwhile.

use std::path::Path;

use crate::error::Error;
use crate::voice::Voice;

use super::options::Existing;
use super::{fill, lock, own};

/// Does something with the environment at `at` that no one else is to do at the same time.
///
/// # Errors
/// The lock cannot be had; and what `act` says.
pub fn alone<T>(
    at: &Path,
    voice: Voice,
    act: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    // An environment that is there does not end the wait.
    let turn = lock::take(at, Existing::Upgraded, voice)?;
    // With the lock's file goes the sign that a maker was killed.
    own::sweep(at);
    let done = act();
    drop(turn);
    done
}

/// Takes away what a maker that was killed left beside the environment at `at`, which is there and whole.
/// Where there is nothing of that, which is nearly always, one look tells.
pub fn tidy(at: &Path) {
    finish(at, lock::abandoned(at));
}

/// The same for what was left in it, where nothing could be written beside it.
pub fn tidy_within(at: &Path) {
    finish(at, lock::abandoned_within(at));
}

fn finish(at: &Path, dead: Option<lock::Held>) {
    if let Some(lock) = dead {
        own::sweep(at);
        fill::unmark(at);
        drop(lock);
    }
}
