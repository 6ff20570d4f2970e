//! An environment made elsewhere -> the same in a directory that holds other things, which stay as they are
//! (`python -m venv` adds to a directory too, and writes over what has its names).
//!
//! Nothing is written before it is known that nothing is in the way. Files are moved, pyvenv.cfg last: where
//! vrun is killed before that there is no environment, and the next attempt finds what it would have put
//! there anyway.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::venv;

/// What keeps its content where there is one: the user's word to git counts.
const PRESERVED_FILE: &str = ".gitignore";

/// What is in the way of the environment at `staged` in the directory `at`.
///
/// # Errors
/// Something cannot be read.
pub(super) fn find_conflicts(staged: &Path, at: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect_conflicts(staged, at, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect_conflicts(from: &Path, to: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        let (from, to) = (from.join(&name), to.join(&name));
        let Ok(there) = fs::symlink_metadata(&to) else {
            continue;
        };
        let ours = fs::symlink_metadata(&from)?;
        if ours.is_dir() && there.is_dir() {
            collect_conflicts(&from, &to, found)?;
        } else if !(is_same_entry(&from, &to)? || name == PRESERVED_FILE && there.is_file()) {
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
    Ok(are_files && kind_a.len() == kind_b.len() && fs::read(a)? == fs::read(b)?)
}

/// Moves the environment at `staged` into the directory `at`, where nothing is in its way. Where that fails,
/// what was moved goes again.
///
/// # Errors
/// A file cannot be moved.
pub(super) fn merge_staged(staged: &Path, at: &Path) -> io::Result<()> {
    let mut moved = Vec::new();
    let last = venv::PYVENV_CFG;
    let joined = move_entries(staged, at, &mut moved).and_then(|()| {
        let (from, to) = (staged.join(last), at.join(last));
        if to.exists() {
            return Ok(());
        }
        fs::rename(from, to)
    });
    if joined.is_err() {
        for path in moved.iter().rev() {
            let _ = match fs::symlink_metadata(path) {
                Ok(found) if found.is_dir() => fs::remove_dir_all(path),
                _ => fs::remove_file(path),
            };
        }
    }
    joined
}

fn move_entries(from: &Path, to: &Path, moved: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        if name == venv::PYVENV_CFG {
            continue;
        }
        let (from, to) = (from.join(&name), to.join(&name));
        match fs::symlink_metadata(&to) {
            Err(_) => {
                fs::rename(&from, &to)?;
                moved.push(to);
            }
            Ok(there) if there.is_dir() => move_entries(&from, &to, moved)?,
            Ok(_) => {}
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

    /// `staged`, an environment, and `at`, a directory with something of the user's.
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
    fn what_was_there_stays_and_the_rest_is_added() {
        let (_dir, staged, at) = tree();
        assert_eq!(
            find_conflicts(&staged, &at).expect("read"),
            [""; 0].map(PathBuf::from)
        );
        merge_staged(&staged, &at).expect("joined");
        assert_eq!(text(at.join("bin/mine")), "mine");
        assert_eq!(text(at.join(".gitignore")), "mine");
        assert_eq!(text(at.join("bin/activate")), "ours");
        assert_eq!(text(at.join("lib/a/b")), "ours");
        assert!(at.join(venv::PYVENV_CFG).is_file());
    }

    #[test]
    fn what_is_in_the_way_is_named() {
        let (_dir, staged, at) = tree();
        file(at.join("bin/activate"), "mine");
        file(at.join("lib"), "a file");
        let found = find_conflicts(&staged, &at).expect("read");
        assert_eq!(found, [at.join("bin/activate"), at.join("lib")]);
    }

    #[test]
    fn what_a_dead_maker_moved_already_is_not_in_the_way() {
        let (_dir, staged, at) = tree();
        file(at.join("bin/activate"), "ours");
        assert!(find_conflicts(&staged, &at).expect("read").is_empty());
        merge_staged(&staged, &at).expect("joined");
        assert!(at.join(venv::PYVENV_CFG).is_file());
    }

    #[test]
    fn where_it_fails_what_was_moved_goes_again() {
        let (_dir, staged, at) = tree();
        fs::remove_file(staged.join(venv::PYVENV_CFG)).expect("a file");
        merge_staged(&staged, &at).expect_err("there is no pyvenv.cfg to move");
        assert_eq!(text(at.join("bin/mine")), "mine");
        assert!(!at.join("bin/activate").exists() && !at.join("lib").exists());
    }
}
