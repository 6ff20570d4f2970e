//! A maker's own directory, in which an environment is made: `.venv.vrun-Ab12Cd` for `.venv`.
//!
//! Its name is known for a maker's, so that what a killed one left is swept by the next, which knows by the
//! lock that no one is at work there.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::os;

/// A directory of this maker's own. Dropping it takes it away.
#[derive(Debug)]
pub struct Own(TempDir);

impl Own {
    /// A new one in `parent`, with an empty directory called `name` in it.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(parent: &Path, name: &OsStr) -> io::Result<Own> {
        let mut builder = tempfile::Builder::new();
        let dir = builder
            .prefix(&prefix(name))
            .rand_bytes(RANDOM)
            .tempdir_in(parent)
            .map(Own)?;
        // Before all else: what a dead maker leaves is nothing for git.
        fs::write(dir.path().join(IGNORE), "*\n")?;
        fs::create_dir(dir.path().join(name))?;
        Ok(dir)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Own {
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
pub const ASIDE: &str = ".vrun-old";

/// What keeps a directory out of git.
pub const IGNORE: &str = ".gitignore";

/// How many letters and digits tempfile puts behind the prefix.
const RANDOM: usize = 6;

/// `.venv` -> `.venv.vrun-`. In letters that no shell has to quote, so that the whole can be taken out of
/// whatever text an environment's path is quoted in.
pub fn prefix(name: &OsStr) -> String {
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
pub fn is_makers(dir: &OsStr, name: &OsStr) -> bool {
    has_random(dir, &prefix(name))
}

fn has_random(dir: &OsStr, prefix: &str) -> bool {
    let random = dir.to_str().and_then(|dir| dir.strip_prefix(prefix));
    random.is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Takes away what makers that were killed left beside `at` and in it. What cannot go stays: it harms no
/// one. Only for who holds the lock.
pub fn sweep(at: &Path) {
    let name = at.file_name().unwrap_or_default();
    let prefix = prefix(name);
    sweep_in(at.parent().unwrap_or(at), &prefix, name);
    sweep_in(at, &prefix, name);
}

fn sweep_in(parent: &Path, prefix: &str, name: &OsStr) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if !has_random(&entry.file_name(), prefix)
            || !entry.file_type().is_ok_and(|kind| kind.is_dir())
        {
            continue;
        }
        let entries = fs::read_dir(entry.path()).into_iter().flatten().flatten();
        let mut names = entries.map(|entry| entry.file_name());
        // Only where nothing else is in it.
        if names.all(|inner| inner == name || inner == IGNORE || inner == ASIDE) {
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
        fs::create_dir(dir.path().join(".venv.vrun-Ab12Cd").join(ASIDE)).expect("a directory");
        fs::write(dir.path().join(".venv.vrun-Ab12Cd/.gitignore"), "*\n").expect("a file");
        fs::write(dir.path().join(".venv.vrun-abcdef"), "a file").expect("a file");
        sweep(&at);
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
