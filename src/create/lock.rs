//! A path -> the lock on it: one process creates the environment, the others wait and use it.
//!
//! The lock is a file beside the path (`.venv.vrun-lock`), held by the system's own file lock, so it dies with its
//! holder. Where nothing can be written beside the path, it is inside, if that is a directory. The holder removes the
//! file; a waiter that then locks a removed file starts over.
//!
//! Who may open the file may lock it, and so hold up everyone. So it is for its owner alone, and another user's is not
//! waited for.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::error::{Error, io_reason};
use crate::fs::open_lock_file;
use crate::os::{self, UserId};
use crate::process::Verbosity;
use crate::quote::printable;
use crate::venv;

use super::errors::{creation_failed, is_not_writable, lock_hint};
use super::options::IfExists;

pub(crate) const LOCK_SUFFIX: &str = ".vrun-lock";

/// How long to wait before saying so.
const NOTICE_DELAY: Duration = Duration::from_millis(500);

/// The lock, held. Dropping it removes the file and gives the lock up, whoever else has the file open.
#[derive(Debug)]
pub(crate) struct LockGuard {
    file: File,
    /// None where the file system has no locks: then others may be at work too.
    path: Option<PathBuf>,
}

impl LockGuard {
    /// The locked file: a helper that is given a clone of it holds the lock too.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Whether nobody else is at work.
    pub(super) fn is_exclusive(&self) -> bool {
        self.path.is_some()
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        // Still locked, so the file is this process's own.
        if let Some(path) = &self.path {
            let _ = fs::remove_file(path);
        }
        // Closing is not enough: what a helper has left running may have the file open too.
        let _ = self.file.unlock();
    }
}

/// Locks `at`. None if there is an environment that is to be kept, which ends the wait.
pub(super) fn acquire_lock(
    at: &Path,
    if_exists: IfExists,
    verbosity: Verbosity,
) -> Result<Option<LockGuard>, Error> {
    if is_to_be_kept(at, if_exists) {
        return Ok(None);
    }
    let lock = lock_environment(at, "creating", verbosity).map_err(|error| {
        let path = lock_path(at);
        let cause = format!("{}: {}", printable(&path), io_reason(&error));
        creation_failed(at)
            .with_cause(cause)
            .with_hint(lock_hint(&path, &error))
    })?;
    // The holder before may have created it.
    Ok((!is_to_be_kept(at, if_exists)).then_some(lock))
}

/// Whether there is an environment that is to be kept.
pub(super) fn is_to_be_kept(at: &Path, if_exists: IfExists) -> bool {
    if_exists == IfExists::Keep && at.join(venv::PYVENV_CFG).is_file()
}

/// Locks `at` for `work`, such as "installing into". Where the file system has no locks it goes on without: what is
/// created appears in one step all the same.
pub(crate) fn lock_environment(
    at: &Path,
    work: &str,
    verbosity: Verbosity,
) -> io::Result<LockGuard> {
    loop {
        let (file, path) = open_lock_for(at)?;
        match wait_for_lock(&file, &path, at, work, verbosity) {
            Err(error) if os::lacks_locks(&error) => {
                let (path, reason) = (printable(path), io_reason(&error));
                verbosity.verbose(|| format!("{path} cannot be locked: {reason}"));
                return Ok(LockGuard { file, path: None });
            }
            locked => locked?,
        }
        if os::is_still_at(&file, &path)? {
            let path = Some(path);
            return Ok(LockGuard { file, path });
        }
    }
}

/// The lock of a process that died, if its file is there. If there is none, this takes one lstat(2).
pub(super) fn acquire_abandoned(lock_file: PathBuf) -> Option<LockGuard> {
    let found = fs::symlink_metadata(&lock_file).ok()?;
    found.is_file().then(|| try_lock_file(lock_file))?
}

/// The lock of `at`, if nobody holds it.
pub(super) fn try_acquire(at: &Path) -> Option<LockGuard> {
    try_lock_file(lock_path(at))
}

fn try_lock_file(path: PathBuf) -> Option<LockGuard> {
    let file = open_lock_file(&path).ok()?;
    file.try_lock().ok()?;
    let is_still_at = os::is_still_at(&file, &path).ok()?;
    let path = Some(path);
    is_still_at.then_some(LockGuard { file, path })
}

/// `.venv` -> `.venv.vrun-lock`.
pub(super) fn lock_path(at: &Path) -> PathBuf {
    at.with_file_name(lock_name(at.file_name().unwrap_or_default()))
}

pub(super) fn inner_lock_path(at: &Path) -> PathBuf {
    at.join(lock_name(at.file_name().unwrap_or_default()))
}

pub(super) fn lock_name(env_name: &OsStr) -> OsString {
    let mut name = env_name.to_owned();
    name.push(LOCK_SUFFIX);
    name
}

fn open_lock_for(at: &Path) -> io::Result<(File, PathBuf)> {
    let beside = lock_path(at);
    match open_own_lock(&beside) {
        // Not where another's is there.
        Err(error) if is_not_writable(&error) && at.is_dir() && !beside.exists() => {
            let inside = inner_lock_path(at);
            open_own_lock(&inside)
                .map(|file| (file, inside))
                .map_err(|_| error)
        }
        other => other.map(|file| (file, beside)),
    }
}

/// Opens or creates the lock file `path`.
///
/// # Errors
/// It is another user's, who may hold it forever.
fn open_own_lock(path: &Path) -> io::Result<File> {
    if let Ok(found) = fs::symlink_metadata(path) {
        check_lock_owner(os::owner_of(&found), path)?;
    }
    let file = open_lock_file(path)?;
    let owner = os::owner_of(&file.metadata()?);
    check_lock_owner(owner, path)?;
    if owner == os::ROOT_USER
        && let Some(user) = dir_owner(path)
    {
        // What root leaves where it is killed (a container, sudo) is not in the user's way then.
        let _ = os::give_to(&file, user);
    }
    Ok(file)
}

fn dir_owner(path: &Path) -> Option<UserId> {
    let dir = path.parent().and_then(|dir| fs::metadata(dir).ok());
    dir.map(|dir| os::owner_of(&dir))
}

/// Root also waits for who owns the directory: a user at work in their own, as under sudo.
fn check_lock_owner(owner: UserId, path: &Path) -> io::Result<()> {
    let me = os::current_user();
    let owns_dir = || dir_owner(path) == Some(owner);
    if owner == me || owner == os::ROOT_USER || (me == os::ROOT_USER && owns_dir()) {
        return Ok(());
    }
    let user = printable(os::user_name(owner));
    Err(io::Error::other(format!(
        "it belongs to {user}, who may hold it forever"
    )))
}

fn wait_for_lock(
    file: &File,
    path: &Path,
    at: &Path,
    work: &str,
    verbosity: Verbosity,
) -> io::Result<()> {
    let start = Instant::now();
    let mut was_held = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => {
                // Where nothing can be locked, the file is of no use to anyone.
                if !was_held {
                    let _ = fs::remove_file(path);
                }
                return Err(error);
            }
            Err(TryLockError::WouldBlock) if start.elapsed() < NOTICE_DELAY => {
                was_held = true;
                thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                verbosity.notice(format_args!(
                    "waiting for another vrun, which is {work} {}",
                    printable(at)
                ));
                return file.lock();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acquire(at: &Path) -> Option<LockGuard> {
        acquire_lock(at, IfExists::Keep, Verbosity::Quiet).expect("a lock")
    }

    #[test]
    fn the_holder_removes_the_lock_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        let lock = acquire(&at);
        assert!(lock.is_some());
        assert!(dir.path().join(".venv.vrun-lock").is_file());
        drop(lock);
        assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 0);
    }

    #[test]
    fn a_waiter_uses_the_environment_or_gets_the_lock() {
        for is_created in [true, false] {
            let dir = tempfile::tempdir().expect("a directory");
            let at = dir.path().join(".venv");
            let lock = acquire(&at);
            thread::scope(|scope| {
                let waiter = scope.spawn(|| acquire(&at).is_some());
                thread::sleep(Duration::from_millis(100));
                assert!(!waiter.is_finished());
                if is_created {
                    fs::create_dir(&at).expect("a directory");
                    fs::write(at.join(venv::PYVENV_CFG), "").expect("a file");
                }
                drop(lock);
                assert_eq!(waiter.join().expect("an answer"), !is_created);
            });
            let left = fs::read_dir(dir.path()).expect("a directory").count();
            assert_eq!(left, usize::from(is_created));
        }
    }

    #[test]
    fn a_killed_vruns_lock_is_free() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        let abandoned = || acquire_abandoned(lock_path(&at));
        assert!(abandoned().is_none());
        fs::write(lock_path(&at), "").expect("a file");
        let lock = abandoned();
        assert!(lock.is_some() && abandoned().is_none());
        drop(lock);
        assert!(!lock_path(&at).exists());
        fs::write(lock_path(&at), "").expect("a file");
        assert!(acquire(&at).is_some());
    }
}
