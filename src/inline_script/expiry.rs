//! Removes environments of scripts that were not used for a month.
//!
//! The time of last use is that of pyvenv.cfg, which every start reads anyway. It is updated once a day, under the
//! environment's lock, and an old environment is removed under the same lock: so it is either removed before a start,
//! which then creates a new one, or kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::fs::open_for_append;
use crate::helper::{self, Helper};
use crate::process::{Process, Verbosity};
use crate::venv::PYVENV_CFG;
use crate::{create, os};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long an unused environment is kept.
pub(super) const MAX_IDLE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long ago the environment at `root` was used; None if there is none.
pub(super) fn idle_time(root: &Path) -> Option<Duration> {
    let used = fs::metadata(root.join(PYVENV_CFG)).and_then(|cfg| cfg.modified());
    let since = SystemTime::now().duration_since(used.ok()?);
    // The clock may have been set back.
    Some(since.unwrap_or(Duration::ZERO))
}

/// Whether there is an environment at `root`, which is then used today. One system call, but for the first use of a day.
pub(super) fn touch(root: &Path, verbosity: Verbosity) -> bool {
    match idle_time(root) {
        None => false,
        Some(age) if age < DAY => true,
        Some(_) => {
            // If it cannot be taken, nobody else can take it to remove the environment.
            let lock = create::lock_environment(root, "looking after", verbosity);
            let cfg = open_for_append(&root.join(PYVENV_CFG));
            let is_touched = cfg.is_ok_and(|cfg| cfg.set_modified(SystemTime::now()).is_ok());
            drop(lock);
            is_touched || is_present(root)
        }
    }
}

/// Whether there is an environment at `root`, without using it.
pub(super) fn is_present(root: &Path) -> bool {
    idle_time(root).is_some()
}

/// Removes the expired environments in `dir`, and leftovers of killed processes.
pub(super) fn remove_expired(dir: &Path, process: &Process) {
    let paths = remove_leftovers_in(dir).into_iter();
    let is_expired = |root: &Path| idle_time(root).is_some_and(|age| age > MAX_IDLE);
    let expired: Vec<_> = paths.filter(|path| is_expired(path)).collect();
    remove_unless_used(&expired, &is_expired, process);
}

/// Removes leftovers of killed processes in `dir`. The result is what lay in it.
pub(super) fn remove_leftovers_in(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    for root in paths.iter().filter_map(|path| env_of_lock(path)) {
        create::remove_leftovers(&root);
    }
    paths
}

/// Removes those of these environments that no other vrun works on, in which nothing runs, and which `is_stale` says so of
/// once they are locked.
pub(super) fn remove_unless_used(
    roots: &[PathBuf],
    is_stale: &dyn Fn(&Path) -> bool,
    process: &Process,
) {
    if roots.is_empty() {
        return;
    }
    // A script may run for more than a month.
    let Some(running) = running_commands(process) else {
        return;
    };
    let is_in_use = |root: &Path| {
        let name = root.as_os_str().as_encoded_bytes();
        let mut lines = running.iter();
        lines.any(|line| memchr::memmem::find(line, name).is_some())
    };
    for root in roots.iter().filter(|root| !is_in_use(root)) {
        create::remove_idle_env_if(root, &|| is_stale(root));
    }
}

/// The environment that the lock at `path` is for.
fn env_of_lock(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    Some(path.with_file_name(name.strip_suffix(create::LOCK_SUFFIX)?))
}

/// The command lines of all processes. That of a script names the Python in its environment.
fn running_commands(process: &Process) -> Option<Vec<Vec<u8>>> {
    if let Some(lines) = os::command_lines() {
        return Some(lines);
    }
    let ps = Helper {
        program: Path::new("/bin/ps"),
        args: ["-A", "-ww", "-o", "command="].map(Into::into).to_vec(),
        vars: &process.vars,
        cwd: Path::new("/"),
        lock: None,
        terminal: None,
    };
    let output = helper::run_captured(ps, &|| false).ok()?;
    let lines = output.stdout.split(|byte| *byte == b'\n');
    let is_done = output.status.success();
    is_done.then(|| lines.map(<[u8]>::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    /// An environment that was last used `days` ago.
    fn used(dir: &Path, name: &str, days: u32) -> PathBuf {
        let root = dir.join(name);
        fs::create_dir(&root).expect("a directory");
        let cfg = File::create(root.join(PYVENV_CFG)).expect("a file");
        let then = SystemTime::now() - DAY * days;
        cfg.set_modified(then).expect("a time");
        root
    }

    #[test]
    fn a_use_is_recorded_once_a_day() {
        let dir = tempfile::tempdir().expect("a directory");
        assert!(!touch(&dir.path().join("none"), Verbosity::Quiet));
        let old = used(dir.path(), "old", 29);
        assert!(touch(&old, Verbosity::Quiet));
        assert!(idle_time(&old).is_some_and(|age| age < DAY));
        let fresh = used(dir.path(), "fresh", 0);
        let before = fs::metadata(fresh.join(PYVENV_CFG)).expect("a file");
        assert!(touch(&fresh, Verbosity::Quiet));
        let after = fs::metadata(fresh.join(PYVENV_CFG)).expect("a file");
        assert_eq!(before.modified().ok(), after.modified().ok());
    }

    #[test]
    fn only_what_was_not_used_for_a_month_is_removed() {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, days) in [("a-1", 31), ("b-1", 29), ("c-1", 0), ("busy-1", 40)] {
            used(dir.path(), name, days);
        }
        fs::create_dir(dir.path().join("notes")).expect("a directory");
        // Another process holds its lock.
        let lock = create::lock_environment(&dir.path().join("busy-1"), "", Verbosity::Quiet)
            .expect("a lock");
        remove_expired(dir.path(), &Process::default());
        let names = || {
            let entries = fs::read_dir(dir.path()).expect("a directory").flatten();
            let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
            names.sort();
            names
        };
        let expected = ["b-1", "busy-1", "busy-1.vrun-lock", "c-1", "notes"];
        assert_eq!(names(), expected);
        drop(lock);
        remove_expired(dir.path(), &Process::default());
        assert_eq!(names(), ["b-1", "c-1", "notes"]);
    }
}
