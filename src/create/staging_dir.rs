//! An environment made elsewhere -> the same in a directory that cannot be replaced (a mount point).
//!
//! It is moved or copied into the directory under a maker's name first, and then takes its names there by
//! renames: a full disk is noticed before anything is touched. The directory holds a marker meanwhile, an old pyvenv.cfg
//! goes first and the new one comes last, so what a killed vrun leaves is no environment, and known to be
//! vrun's own.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;
use std::{fs, io, thread};

use tempfile::TempDir;

use crate::os;

use super::lock;

/// What marks a directory that is being filled.
pub(super) const UNFINISHED_MARKER: &str = ".vrun-unfinished";

/// What a maker puts into the place itself where it cannot write beside it.
pub(super) fn is_leftover(name: &OsStr, at: &Path) -> bool {
    let own = at.file_name().unwrap_or_default();
    name == lock::lock_name(own) || is_staging_name(name, own)
}

/// A directory of this maker's own. Dropping it takes it away.
#[derive(Debug)]
pub(super) struct StagingDir(TempDir);

impl StagingDir {
    /// A new one in `parent`, with an empty directory called `name` in it.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn create(parent: &Path, name: &OsStr) -> io::Result<StagingDir> {
        let mut builder = tempfile::Builder::new();
        let dir = builder
            .prefix(&staging_prefix(name))
            .rand_bytes(SUFFIX_LEN)
            .tempdir_in(parent)
            .map(StagingDir)?;
        // Before all else: what a dead maker leaves is nothing for git.
        fs::write(dir.path().join(GITIGNORE), "*\n")?;
        fs::create_dir(dir.path().join(name))?;
        Ok(dir)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for StagingDir {
    fn drop(&mut self) {
        // A helper that was killed a moment ago may still be ending a write.
        for _ in 0..10 {
            match fs::remove_dir_all(self.path()) {
                Err(error) if os::is_in_use(&error) => {
                    thread::sleep(Duration::from_millis(20));
                }
                _ => return,
            }
        }
    }
}

/// An environment that makes room for this one. No environment is called that.
pub(super) const OLD_ENV_DIR: &str = ".vrun-old";

/// What keeps a directory out of git.
pub(super) const GITIGNORE: &str = ".gitignore";

/// How many letters and digits tempfile puts behind the prefix.
const SUFFIX_LEN: usize = 6;

/// `.venv` -> `.venv.vrun-`. In letters that no shell has to quote, so that the whole can be taken out of
/// whatever text an environment's path is quoted in.
pub(super) fn staging_prefix(name: &OsStr) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = name.to_string_lossy().chars().map(plain).collect();
    format!("{name}.vrun-")
}

/// Whether `dir` is what a maker of `name` calls its directory.
pub(super) fn is_staging_name(dir: &OsStr, name: &OsStr) -> bool {
    has_random_suffix(dir, &staging_prefix(name))
}

fn has_random_suffix(dir: &OsStr, prefix: &str) -> bool {
    let random = dir.to_str().and_then(|dir| dir.strip_prefix(prefix));
    random.is_some_and(|random| {
        random.len() == SUFFIX_LEN && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Takes away what makers that were killed left beside `at` and in it. What cannot go stays: it harms no
/// one. Only for who holds the lock.
pub(super) fn remove_stale_dirs(at: &Path) {
    let name = at.file_name().unwrap_or_default();
    let prefix = staging_prefix(name);
    remove_stale_in(at.parent().unwrap_or(at), &prefix, name);
    remove_stale_in(at, &prefix, name);
}

fn remove_stale_in(parent: &Path, prefix: &str, name: &OsStr) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if !has_random_suffix(&entry.file_name(), prefix)
            || !entry.file_type().is_ok_and(|kind| kind.is_dir())
        {
            continue;
        }
        let entries = fs::read_dir(entry.path()).into_iter().flatten().flatten();
        let mut names = entries.map(|entry| entry.file_name());
        // Only where nothing else is in it.
        if names.all(|inner| inner == name || inner == GITIGNORE || inner == OLD_ENV_DIR) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_makers_directory_is_swept_and_nothing_else() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        for name in [
            ".venv.vrun-Ab12Cd/.venv",
            ".venv.vrun-notes",
            ".venv.vrun-my-own",
            ".venv2.vrun-Ab12Cd/.venv2",
            ".venv.vrun-Other1/.other",
        ] {
            fs::create_dir_all(dir.path().join(name).join("bin")).expect("a directory");
        }
        fs::create_dir(dir.path().join(".venv.vrun-Cd34Ef")).expect("a directory");
        fs::create_dir(dir.path().join(".venv.vrun-Ab12Cd").join(OLD_ENV_DIR))
            .expect("a directory");
        fs::write(dir.path().join(".venv.vrun-Ab12Cd/.gitignore"), "*\n").expect("a file");
        fs::write(dir.path().join(".venv.vrun-abcdef"), "a file").expect("a file");
        remove_stale_dirs(&at);
        let entries = fs::read_dir(dir.path()).expect("a directory").flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        names.sort();
        assert_eq!(
            names,
            [
                ".venv.vrun-Other1",
                ".venv.vrun-abcdef",
                ".venv.vrun-my-own",
                ".venv.vrun-notes",
                ".venv2.vrun-Ab12Cd",
            ]
        );
    }
}
