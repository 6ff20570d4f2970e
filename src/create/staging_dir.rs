//! The directory in which an environment is built or put aside (`.venv.vrun-Ab12Cd`): its name, and removing those of
//! killed vruns.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;
use std::{fs, io, thread};

use tempfile::TempDir;

use crate::fs::{entry_names, write_file};
use crate::os;

use super::lock;

/// Marks a directory that is being filled.
pub(super) const UNFINISHED_MARKER: &str = ".vrun-unfinished";

/// Holds the old environment while the new one takes its place. No environment has this name.
pub(super) const OLD_ENV_DIR: &str = ".vrun-old";

pub(super) const GITIGNORE: &str = ".gitignore";

/// How many letters and digits tempfile puts behind the prefix.
const SUFFIX_LEN: usize = 6;

/// A new directory, which is removed on drop.
#[derive(Debug)]
pub(super) struct StagingDir(TempDir);

impl StagingDir {
    /// One in `parent`, with an empty directory `name` in it.
    pub(super) fn create(parent: &Path, name: &OsStr) -> io::Result<StagingDir> {
        let dir = tempfile::Builder::new()
            .prefix(&staging_prefix(name))
            .rand_bytes(SUFFIX_LEN)
            .tempdir_in(parent)
            .map(StagingDir)?;
        // Written first, so that git ignores what a killed vrun leaves.
        write_file(&dir.path().join(GITIGNORE), "*\n")?;
        fs::create_dir(dir.path().join(name))?;
        Ok(dir)
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for StagingDir {
    fn drop(&mut self) {
        // A helper that was killed a moment ago may still be finishing a write.
        for _ in 0..10 {
            match fs::remove_dir_all(self.path()) {
                Err(error) if os::is_in_use(&error) => thread::sleep(Duration::from_millis(20)),
                _ => return,
            }
        }
    }
}

/// `.venv` -> `.venv.vrun-`. Uses only characters that need no quoting in any shell, so that it can be cut out of a
/// path in a generated file, however that path is quoted.
pub(super) fn staging_prefix(name: &OsStr) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let name = name.to_string_lossy();
    format!("{}.vrun-", name.replace(|c| !is_plain(c), "_"))
}

/// Whether `entry` is the name of a lock or staging directory that vrun creates inside `at` if it cannot write to the
/// parent.
pub(super) fn is_leftover(entry: &OsStr, at: &Path) -> bool {
    let name = at.file_name().unwrap_or_default();
    entry == lock::lock_name(name) || is_staging_name(entry, &staging_prefix(name))
}

fn is_staging_name(entry: &OsStr, prefix: &str) -> bool {
    let random = entry.to_str().and_then(|entry| entry.strip_prefix(prefix));
    random.is_some_and(|random| {
        random.len() == SUFFIX_LEN && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Removes what killed vruns left beside `at` and in it, as far as it can be removed: the rest is harmless. Only for the
/// holder of the lock.
pub(super) fn remove_stale_dirs(at: &Path) {
    let name = at.file_name().unwrap_or_default();
    let prefix = staging_prefix(name);
    let is_ours = |inner: &OsString| inner == name || inner == GITIGNORE || inner == OLD_ENV_DIR;
    for parent in [at.parent().unwrap_or(at), at] {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            if is_staging_name(&entry.file_name(), &prefix)
                && entry.file_type().is_ok_and(|kind| kind.is_dir())
                && entry_names(&entry.path()).is_ok_and(|inner| inner.iter().all(is_ours))
            {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_vruns_directory_is_removed_and_nothing_else() {
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
        let mut names = entry_names(dir.path()).expect("a directory");
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
