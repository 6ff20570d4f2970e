//! A place -> a turn at it: one process makes the environment, the others wait and use it.
//!
//! The lock is a file beside the place (`.venv.vrun-lock`), held by the system's own file lock, so it
//! dies with its holder. Where nothing can be written beside the place, it lies in the place, if that is a
//! directory. The holder takes the file away; whoever then gets the lock of a file that is
//! no longer there asks again.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, reason, shown};
use crate::os;
use crate::venv;
use crate::voice::Voice;

use super::options::Existing;
use super::refusal;

/// What the name of a lock ends with.
pub const ENDING: &str = ".vrun-lock";

/// How long a wait is before it is worth a line.
const PATIENCE: Duration = Duration::from_millis(500);

/// What taking the lock comes to.
#[derive(Debug)]
pub enum Turn {
    /// The environment is there: another process made it.
    Done,
    /// It is for this process to make.
    Ours(Held),
}

/// The lock, held. Dropping it takes the file away.
#[derive(Debug)]
pub struct Held {
    file: File,
    path: PathBuf,
}

impl Held {
    /// The locked file: a helper that is handed a clone of it holds the lock too.
    pub fn file(&self) -> &File {
        &self.file
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Still locked, so it is this process's own file that goes.
        let _ = fs::remove_file(&self.path);
    }
}

/// Waits for the turn at `at`. An environment that is there ends the wait, unless it is to be changed.
///
/// # Errors
/// The lock's file cannot be made or locked.
pub fn take(at: &Path, existing: Existing, voice: Voice) -> Result<Turn, Error> {
    let is_made = || existing == Existing::Kept && at.join(venv::MARKER).is_file();
    let failed = |error: io::Error| {
        Error::failed(format!("cannot create {}", shown(at)))
            .cause(format_args!("{}: {}", shown(beside(at)), reason(&error)))
            .hint("make the directory writable, or put the environment elsewhere with `--env PATH`")
    };
    while !is_made() {
        let (file, path) = open_for(at).map_err(failed)?;
        wait(&file, &path, at, "creating", voice).map_err(failed)?;
        if !os::is_still_at(&file, &path) {
            continue;
        }
        let held = Held { file, path };
        // Whoever had the turn before may have made it meanwhile.
        return Ok(if is_made() {
            Turn::Done
        } else {
            Turn::Ours(held)
        });
    }
    Ok(Turn::Done)
}

/// The lock of a maker that died, if its file is beside `at`: nobody holds it. One look at a file that is not
/// there is all that this takes where none died.
pub fn abandoned(at: &Path) -> Option<Held> {
    abandoned_at(beside(at))
}

/// The same for one in `at`.
pub fn abandoned_within(at: &Path) -> Option<Held> {
    abandoned_at(within(at))
}

fn abandoned_at(path: PathBuf) -> Option<Held> {
    if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
        return None;
    }
    seized(path)
}

/// The lock of `at`, if nobody holds it.
pub fn idle(at: &Path) -> Option<Held> {
    seized(beside(at))
}

fn seized(path: PathBuf) -> Option<Held> {
    let file = open(&path).ok()?;
    file.try_lock().ok()?;
    os::is_still_at(&file, &path).then_some(Held { file, path })
}

/// Waits for the turn at the environment at `at`, which is there, for other work than its making.
///
/// # Errors
/// The lock's file cannot be made or locked.
pub fn hold(at: &Path, work: &str, voice: Voice) -> io::Result<Held> {
    loop {
        let (file, path) = open_for(at)?;
        wait(&file, &path, at, work, voice)?;
        if os::is_still_at(&file, &path) {
            return Ok(Held { file, path });
        }
    }
}

/// `.venv` -> `.venv.vrun-lock`.
fn beside(at: &Path) -> PathBuf {
    at.with_file_name(name(at.file_name().unwrap_or_default()))
}

fn within(at: &Path) -> PathBuf {
    at.join(name(at.file_name().unwrap_or_default()))
}

/// What the lock of an environment called `own` is called.
pub fn name(own: &OsStr) -> OsString {
    let mut name = own.to_owned();
    name.push(ENDING);
    name
}

/// The lock's file, and where it is.
fn open_for(at: &Path) -> io::Result<(File, PathBuf)> {
    let beside = beside(at);
    match open(&beside) {
        Ok(file) => Ok((file, beside)),
        Err(error) if refusal::is_closed(&error) && at.is_dir() => {
            let within = within(at);
            open(&within).map(|file| (file, within)).map_err(|_| error)
        }
        Err(error) => Err(error),
    }
}

/// NFS locks only what is open for writing; what another user's vrun left behind may be open for reading
/// only.
fn open(path: &Path) -> io::Result<File> {
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

fn wait(file: &File, path: &Path, at: &Path, work: &str, voice: Voice) -> io::Result<()> {
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
            Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                voice.tell(format_args!(
                    "waiting for another vrun, which is {work} {}",
                    shown(at)
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
        let turn = take(&at, Existing::Kept, Voice::Quiet).expect("the lock");
        assert!(matches!(turn, Turn::Ours(_)));
        assert!(dir.path().join(".venv.vrun-lock").is_file());
        drop(turn);
        assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 0);
    }

    #[test]
    fn who_waits_finds_the_environment_made() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        let ours = take(&at, Existing::Kept, Voice::Quiet).expect("the lock");
        thread::scope(|scope| {
            let waiter = scope.spawn(|| take(&at, Existing::Kept, Voice::Quiet).expect("a turn"));
            thread::sleep(Duration::from_millis(100));
            assert!(!waiter.is_finished());
            fs::create_dir(&at).expect("a directory");
            fs::write(at.join(venv::MARKER), "").expect("a file");
            drop(ours);
            assert!(matches!(waiter.join(), Ok(Turn::Done)));
        });
        assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 1);
    }

    #[test]
    fn the_next_has_the_turn_where_the_holder_failed() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        let ours = take(&at, Existing::Kept, Voice::Quiet).expect("the lock");
        thread::scope(|scope| {
            let waiter = scope.spawn(|| take(&at, Existing::Kept, Voice::Quiet).expect("a turn"));
            thread::sleep(Duration::from_millis(50));
            drop(ours);
            assert!(matches!(waiter.join(), Ok(Turn::Ours(_))));
        });
    }

    #[test]
    fn a_dead_makers_lock_is_free() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        assert!(abandoned(&at).is_none());
        fs::write(beside(&at), "").expect("a file");
        let held = abandoned(&at);
        assert!(held.is_some() && abandoned(&at).is_none());
        drop(held);
        assert!(!beside(&at).exists());
        fs::write(beside(&at), "").expect("a file");
        assert!(matches!(
            take(&at, Existing::Kept, Voice::Quiet),
            Ok(Turn::Ours(_))
        ));
    }
}
