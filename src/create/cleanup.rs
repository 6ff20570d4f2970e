//! What makers that were killed left at an environment that is there, and work on one that no one else is to do
//! meanwhile.

use std::io;
use std::path::Path;

use crate::error::{Error, io_reason};
use crate::os;
use crate::output::Verbosity;
use crate::quote::printable;

use super::options::IfExists;
use super::staging_dir::{self, OLD_ENV_DIR, StagingDir};
use super::{lock, replace_in_place};

/// Does something with the environment at `at` that no one else is to do at the same time.
///
/// # Errors
/// The lock cannot be had; and what `act` says.
pub(crate) fn with_lock<T>(
    at: &Path,
    verbosity: Verbosity,
    act: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    // An environment that is there does not end the wait.
    let turn = lock::acquire_lock(at, IfExists::Upgrade, verbosity)?;
    // With the lock's file goes the sign that a maker was killed.
    staging_dir::remove_stale_dirs(at);
    let done = act();
    drop(turn);
    done
}

/// Takes away what lies at `at`, if `is_spent` says so once nobody else is at work there. It is for what vrun alone
/// has put there.
///
/// # Errors
/// The lock cannot be had, or it cannot be moved away.
pub(crate) fn remove_env_if(
    at: &Path,
    verbosity: Verbosity,
    is_spent: &dyn Fn() -> bool,
) -> Result<(), Error> {
    if !at.exists() {
        return Ok(());
    }
    with_lock(at, verbosity, || {
        let put = if at.exists() && is_spent() {
            remove_atomically(at)
        } else {
            Ok(())
        };
        put.map_err(|error| {
            Error::failed(format!("cannot remove {}", printable(at))).with_cause(io_reason(&error))
        })
    })
}

/// The same where nobody is at work on it right now. What cannot go stays.
pub(crate) fn remove_idle_env_if(at: &Path, is_spent: &dyn Fn() -> bool) {
    if let Some(turn) = lock::try_acquire(at) {
        if is_spent() {
            let _ = remove_atomically(at);
        }
        drop(turn);
    }
}

/// It is gone at once, before its parts go. What is left of it where that is cut off, the next maker takes away.
fn remove_atomically(at: &Path) -> io::Result<()> {
    let name = at.file_name().unwrap_or_default();
    let own = StagingDir::create(at.parent().unwrap_or(at), name)?;
    os::rename(at, &own.path().join(OLD_ENV_DIR))
}

/// Takes away what a maker that was killed left beside the environment at `at`, which is there and whole.
/// Where there is nothing of that, which is nearly always, one look tells.
pub(crate) fn remove_leftovers(at: &Path) {
    clean_up(at, lock::acquire_abandoned(at));
}

/// The same for what was left in it, where nothing could be written beside it.
pub(crate) fn remove_inner_leftovers(at: &Path) {
    clean_up(at, lock::acquire_abandoned_inside(at));
}

fn clean_up(at: &Path, dead: Option<lock::LockGuard>) {
    if let Some(lock) = dead {
        staging_dir::remove_stale_dirs(at);
        replace_in_place::remove_marker(at);
        drop(lock);
    }
}
