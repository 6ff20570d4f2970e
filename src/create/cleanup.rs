//! Removes environments, and what killed vruns left behind while creating one.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::os;
use crate::process::Verbosity;
use crate::quote::printable;

use super::lock::LockGuard;
use super::options::IfExists;
use super::staging_dir::{self, OLD_ENV_DIR, StagingDir};
use super::{lock, replace_in_place};

/// Does `work` on the environment at `at`, which no other vrun changes meanwhile.
pub(crate) fn with_lock<T>(
    at: &Path,
    verbosity: Verbosity,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    // An existing environment does not end the wait.
    let lock = lock::acquire_lock(at, IfExists::Upgrade, verbosity)?;
    // The lock file, which shows that a vrun was killed here, goes with the lock.
    if lock.as_ref().is_some_and(LockGuard::is_exclusive) {
        staging_dir::remove_stale_dirs(at);
    }
    work()
}

/// Removes what is at `at` if `is_stale` says so once it is locked. Only for environments that vrun alone manages.
pub(crate) fn remove_env_if(
    at: &Path,
    verbosity: Verbosity,
    is_stale: &dyn Fn() -> bool,
) -> Result<(), Error> {
    if !at.exists() {
        return Ok(());
    }
    with_lock(at, verbosity, || {
        if !at.exists() || !is_stale() {
            return Ok(());
        }
        remove_atomically(at).map_err(|error| {
            Error::failed(format!("cannot remove {}", printable(at))).with_cause(io_reason(&error))
        })
    })
}

/// The same, but only where no other vrun works on it, and as far as it can be removed.
pub(crate) fn remove_idle_env_if(at: &Path, is_stale: &dyn Fn() -> bool) {
    if let Some(_lock) = lock::try_acquire(at)
        && is_stale()
    {
        let _ = remove_atomically(at);
    }
}

/// Moves it aside, then removes it. If that is interrupted, the next vrun removes the rest.
fn remove_atomically(at: &Path) -> io::Result<()> {
    let name = at.file_name().unwrap_or_default();
    let aside = StagingDir::create(at.parent().unwrap_or(at), name)?;
    os::rename(at, &aside.path().join(OLD_ENV_DIR))
}

/// Removes what a killed vrun left beside the complete environment at `at`. Nearly always there is nothing, which takes
/// one lstat(2).
pub(crate) fn remove_leftovers(at: &Path) {
    remove_leftovers_of(at, lock::lock_path(at));
}

/// The same inside `at`, for where nothing can be written beside it.
pub(super) fn remove_inner_leftovers(at: &Path) {
    remove_leftovers_of(at, lock::inner_lock_path(at));
}

fn remove_leftovers_of(at: &Path, lock_file: PathBuf) {
    if let Some(_lock) = lock::acquire_abandoned(lock_file) {
        staging_dir::remove_stale_dirs(at);
        replace_in_place::remove_marker(at);
    }
}
