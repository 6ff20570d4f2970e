//! A staged environment -> the same in a directory that holds other things, which stay as they are (`python -m venv`
//! adds to a directory too, and overwrites files with its names).
//!
//! Nothing is written before it is known that nothing is in the way. Files are moved, pyvenv.cfg last: if vrun is killed
//! before that there is no environment, and the next attempt finds files identical to its own.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::fs::{entry_names, look_at, remove_path};
use crate::self_exe::same_contents;
use crate::venv;

/// Stays as it is: the user's own settings for git take precedence.
const PRESERVED_FILE: &str = ".gitignore";

/// The files in the directory `at` that are in the way of the environment at `staged`.
pub(super) fn find_conflicts(staged: &Path, at: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect_conflicts(staged, at, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect_conflicts(from: &Path, to: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for name in entry_names(from)? {
        let (from, to) = (from.join(&name), to.join(&name));
        let Some(existing) = look_at(&to)? else {
            continue;
        };
        if fs::symlink_metadata(&from)?.is_dir() && existing.is_dir() {
            collect_conflicts(&from, &to, found)?;
        } else if !(is_same_entry(&from, &to)? || name == PRESERVED_FILE && existing.is_file()) {
            found.push(to);
        }
    }
    Ok(())
}

fn is_same_entry(a: &Path, b: &Path) -> io::Result<bool> {
    let (kind_a, kind_b) = (fs::symlink_metadata(a)?, fs::symlink_metadata(b)?);
    if kind_a.is_symlink() && kind_b.is_symlink() {
        return Ok(fs::read_link(a)? == fs::read_link(b)?);
    }
    let are_files = kind_a.is_file() && kind_b.is_file();
    Ok(are_files && kind_a.len() == kind_b.len() && same_contents(a, b)?)
}

/// Moves the environment at `staged` into the directory `at`, where nothing is in its way. If that fails, what was
/// moved is removed.
pub(super) fn merge_staged(staged: &Path, at: &Path) -> io::Result<()> {
    let mut moved = Vec::new();
    let merged = move_entries(staged, at, &mut moved).and_then(|()| {
        let to = at.join(venv::PYVENV_CFG);
        match look_at(&to)? {
            Some(_) => Ok(()),
            None => fs::rename(staged.join(venv::PYVENV_CFG), to),
        }
    });
    if merged.is_err() {
        for path in moved.iter().rev() {
            let _ = remove_path(path);
        }
    }
    merged
}

fn move_entries(from: &Path, to: &Path, moved: &mut Vec<PathBuf>) -> io::Result<()> {
    for name in entry_names(from)? {
        if name == venv::PYVENV_CFG {
            continue;
        }
        let (from, to) = (from.join(&name), to.join(&name));
        match look_at(&to)? {
            None => {
                fs::rename(&from, &to)?;
                moved.push(to);
            }
            Some(existing) if existing.is_dir() => move_entries(&from, &to, moved)?,
            Some(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: PathBuf, text: &str) {
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    fn text(path: PathBuf) -> String {
        fs::read_to_string(path).expect("a file")
    }

    /// `staged`, an environment, and `at`, a directory with the user's files.
    fn tree() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let (staged, at) = (dir.path().join("staged"), dir.path().join("at"));
        file(staged.join("bin/activate"), "ours");
        file(staged.join("lib/a/b"), "ours");
        file(staged.join(".gitignore"), "*\n");
        file(staged.join(venv::PYVENV_CFG), "home = /usr/bin\n");
        file(at.join("bin/mine"), "mine");
        file(at.join(".gitignore"), "mine");
        (dir, staged, at)
    }

    #[test]
    fn existing_files_stay_and_the_rest_is_added() {
        for is_partly_moved in [false, true] {
            let (_dir, staged, at) = tree();
            if is_partly_moved {
                file(at.join("bin/activate"), "ours");
            }
            assert!(find_conflicts(&staged, &at).expect("read").is_empty());
            merge_staged(&staged, &at).expect("merged");
            assert_eq!(text(at.join("bin/mine")), "mine");
            assert_eq!(text(at.join(".gitignore")), "mine");
            assert_eq!(text(at.join("bin/activate")), "ours");
            assert_eq!(text(at.join("lib/a/b")), "ours");
            assert!(at.join(venv::PYVENV_CFG).is_file());
        }
    }

    #[test]
    fn files_in_the_way_are_named() {
        let (_dir, staged, at) = tree();
        file(at.join("bin/activate"), "mine");
        file(at.join("lib"), "a file");
        let found = find_conflicts(&staged, &at).expect("read");
        assert_eq!(found, [at.join("bin/activate"), at.join("lib")]);
    }

    #[test]
    fn after_a_failure_what_was_moved_is_removed() {
        let (_dir, staged, at) = tree();
        fs::remove_file(staged.join(venv::PYVENV_CFG)).expect("a file");
        merge_staged(&staged, &at).expect_err("there is no pyvenv.cfg to move");
        assert_eq!(text(at.join("bin/mine")), "mine");
        assert!(!at.join("bin/activate").exists() && !at.join("lib").exists());
    }
}
