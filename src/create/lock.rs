//! A place -> a turn at it: one process makes the environment, the others wait and use it.
//!
//! The lock is a file beside the place (`.venv.vrun-lock`), held by the system's own file lock, so it
//! dies with its holder. Where nothing can be written beside the place, it lies in the place, if that is a
//! directory. The holder takes the file away; whoever then gets the lock of a file that is
//! no longer there asks again.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::error::{Error, io_reason};
use crate::output::Verbosity;
use crate::quote::printable;
use crate::{os, venv};

use super::errors;
use super::options::IfExists;

/// What the name of a lock ends with.
pub(crate) const LOCK_SUFFIX: &str = ".vrun-lock";

/// How long a wait is before it is worth a line.
const NOTICE_DELAY: Duration = Duration::from_millis(500);

/// What taking the lock comes to.
#[derive(Debug)]
pub(super) enum LockOutcome {
    /// The environment is there: another process made it.
    AlreadyCreated,
    /// It is for this process to make.
    Acquired(LockGuard),
}

/// The lock, held. Dropping it takes the file away.
#[derive(Debug)]
pub(crate) struct LockGuard {
    file: File,
    path: PathBuf,
}

impl LockGuard {
    /// The locked file: a helper that is handed a clone of it holds the lock too.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        // Still locked, so it is this process's own file that goes.
        let _ = fs::remove_file(&self.path);
    }
}

/// Waits for the turn at `at`. An environment that is there ends the wait, unless it is to be changed.
///
/// # Errors
/// The lock's file cannot be made or locked.
pub(super) fn acquire_lock(
    at: &Path,
    existing: IfExists,
    verbosity: Verbosity,
) -> Result<LockOutcome, Error> {
    let is_made = || existing == IfExists::Keep && at.join(venv::PYVENV_CFG).is_file();
    let failed = |error: io::Error| {
        Error::failed(format!("cannot create {}", printable(at)))
            .with_cause(format_args!(
                "{}: {}",
                printable(lock_path(at)),
                io_reason(&error)
            ))
            .with_hint(
                "make the directory writable, or put the environment elsewhere with `--env PATH`",
            )
    };
    while !is_made() {
        let (file, path) = open_lock_for(at).map_err(failed)?;
        wait_for_lock(&file, &path, at, "creating", verbosity).map_err(failed)?;
        if !os::is_still_at(&file, &path) {
            continue;
        }
        let held = LockGuard { file, path };
        // Whoever had the turn before may have made it meanwhile.
        return Ok(if is_made() {
            LockOutcome::AlreadyCreated
        } else {
            LockOutcome::Acquired(held)
        });
    }
    Ok(LockOutcome::AlreadyCreated)
}

/// The lock of a maker that died, if its file is beside `at`: nobody holds it. One look at a file that is not
/// there is all that this takes where none died.
pub(super) fn acquire_abandoned(at: &Path) -> Option<LockGuard> {
    acquire_abandoned_at(lock_path(at))
}

/// The same for one in `at`.
pub(super) fn acquire_abandoned_inside(at: &Path) -> Option<LockGuard> {
    acquire_abandoned_at(inner_lock_path(at))
}

fn acquire_abandoned_at(path: PathBuf) -> Option<LockGuard> {
    if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
        return None;
    }
    try_lock_file(path)
}

/// The lock of `at`, if nobody holds it.
pub(super) fn try_acquire(at: &Path) -> Option<LockGuard> {
    try_lock_file(lock_path(at))
}

fn try_lock_file(path: PathBuf) -> Option<LockGuard> {
    let file = open_or_create(&path).ok()?;
    file.try_lock().ok()?;
    os::is_still_at(&file, &path).then_some(LockGuard { file, path })
}

/// Waits for the turn at the environment at `at`, which is there, for other work than its making.
///
/// # Errors
/// The lock's file cannot be made or locked.
pub(crate) fn lock_environment(
    at: &Path,
    work: &str,
    verbosity: Verbosity,
) -> io::Result<LockGuard> {
    loop {
        let (file, path) = open_lock_for(at)?;
        wait_for_lock(&file, &path, at, work, verbosity)?;
        if os::is_still_at(&file, &path) {
            return Ok(LockGuard { file, path });
        }
    }
}

/// `.venv` -> `.venv.vrun-lock`.
fn lock_path(at: &Path) -> PathBuf {
    at.with_file_name(lock_name(at.file_name().unwrap_or_default()))
}

fn inner_lock_path(at: &Path) -> PathBuf {
    at.join(lock_name(at.file_name().unwrap_or_default()))
}

/// What the lock of an environment called `own` is called.
pub(super) fn lock_name(own: &OsStr) -> OsString {
    let mut name = own.to_owned();
    name.push(LOCK_SUFFIX);
    name
}

/// The lock's file, and where it is.
fn open_lock_for(at: &Path) -> io::Result<(File, PathBuf)> {
    let beside = lock_path(at);
    match open_or_create(&beside) {
        Ok(file) => Ok((file, beside)),
        Err(error) if errors::is_not_writable(&error) && at.is_dir() => {
            let within = inner_lock_path(at);
            open_or_create(&within)
                .map(|file| (file, within))
                .map_err(|_| error)
        }
        Err(error) => Err(error),
    }
}

/// NFS locks only what is open for writing; what another user's vrun left behind may be open for reading
/// only.
fn open_or_create(path: &Path) -> io::Result<File> {
    let writable = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path);
    match writable {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            File::open(path).map_err(|_| error)
        }
        other => other,
    }
}

fn wait_for_lock(
    file: &File,
    path: &Path,
    at: &Path,
    work: &str,
    verbosity: Verbosity,
) -> io::Result<()> {
    let start = Instant::now();
    let mut is_free = true;
    loop {
        let tried = file.try_lock();
        is_free &= !matches!(tried, Err(TryLockError::WouldBlock));
        match tried {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => {
                // Where nothing can be locked, it is of use to nobody.
                if is_free {
                    let _ = fs::remove_file(path);
                }
                return Err(error);
            }
            Err(TryLockError::WouldBlock) if start.elapsed() < NOTICE_DELAY => {
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

    #[test]
    fn the_holder_takes_the_lock_away_and_nothing_stays() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        let turn = acquire_lock(&at, IfExists::Keep, Verbosity::Quiet).expect("the lock");
        assert!(matches!(turn, LockOutcome::Acquired(_)));
        assert!(dir.path().join(".venv.vrun-lock").is_file());
        drop(turn);
        assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 0);
    }

    #[test]
    fn who_waits_finds_the_environment_made() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        let ours = acquire_lock(&at, IfExists::Keep, Verbosity::Quiet).expect("the lock");
        thread::scope(|scope| {
            let waiter = scope
                .spawn(|| acquire_lock(&at, IfExists::Keep, Verbosity::Quiet).expect("a turn"));
            thread::sleep(Duration::from_millis(100));
            assert!(!waiter.is_finished());
            fs::create_dir(&at).expect("a directory");
            fs::write(at.join(venv::PYVENV_CFG), "").expect("a file");
            drop(ours);
            assert!(matches!(waiter.join(), Ok(LockOutcome::AlreadyCreated)));
        });
        assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 1);
    }

    #[test]
    fn the_next_has_the_turn_where_the_holder_failed() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        let ours = acquire_lock(&at, IfExists::Keep, Verbosity::Quiet).expect("the lock");
        thread::scope(|scope| {
            let waiter = scope
                .spawn(|| acquire_lock(&at, IfExists::Keep, Verbosity::Quiet).expect("a turn"));
            thread::sleep(Duration::from_millis(50));
            drop(ours);
            assert!(matches!(waiter.join(), Ok(LockOutcome::Acquired(_))));
        });
    }

    #[test]
    fn a_dead_makers_lock_is_free() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        assert!(acquire_abandoned(&at).is_none());
        fs::write(lock_path(&at), "").expect("a file");
        let held = acquire_abandoned(&at);
        assert!(held.is_some() && acquire_abandoned(&at).is_none());
        drop(held);
        assert!(!lock_path(&at).exists());
        fs::write(lock_path(&at), "").expect("a file");
        assert!(matches!(
            acquire_lock(&at, IfExists::Keep, Verbosity::Quiet),
            Ok(LockOutcome::Acquired(_))
        ));
    }
}
