//! A staged environment -> the same in a directory that cannot be replaced (a mount point).
//!
//! It is first moved or copied into a staging directory inside, and then its entries are renamed into place: a full
//! disk is noticed before anything is touched. Meanwhile the directory holds a marker, an old pyvenv.cfg goes first and
//! the new one comes last, so what a killed vrun leaves is not an environment, and can be recognised as vrun's.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::fs::{copy_new, entry_names, remove_path, write_file};
use crate::{os, venv};

use super::staging_dir::{self, UNFINISHED_MARKER};

/// What happens to other entries of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtherFiles {
    Keep,
    /// The directory is an environment that is to be recreated.
    Remove,
}

/// Moves the environment at `staged` into the directory `at`, which contains it. What has to make room is moved to
/// `aside`, a new directory. Where that fails, nothing of the new environment stays, and an old one is restored, if the
/// system can move its parts.
pub(super) fn replace_contents(
    staged: &Path,
    aside: &Path,
    at: &Path,
    others: OtherFiles,
) -> io::Result<()> {
    let new_names = entry_names(staged)?;
    let mut old_names = entry_names(at)?;
    old_names.retain(|name| match others {
        OtherFiles::Keep => new_names.contains(name) || is_vruns(name),
        OtherFiles::Remove => name != UNFINISHED_MARKER && !staging_dir::is_leftover(name, at),
    });
    fs::create_dir(aside)?;
    let marker = at.join(UNFINISHED_MARKER);
    write_file(&marker, "")?;
    let mut log = MoveLog::default();
    let replaced = log
        .move_out(old_names, at, aside)
        .and_then(|()| log.move_in(new_names, staged, at))
        .and_then(|()| fs::remove_file(&marker));
    if replaced.is_err() {
        log.undo(others);
        // Where the old environment is incomplete, the next vrun has to know whose it is.
        if !log.is_old_incomplete {
            let _ = fs::remove_file(&marker);
        }
    }
    replaced
}

/// Whether it is what vrun records about requirements: the next vrun takes from there what was asked for.
fn is_vruns(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b"vrun-")
}

/// Marks a directory as complete, for a vrun that was killed before it could.
pub(super) fn remove_marker(at: &Path) {
    let _ = fs::remove_file(at.join(UNFINISHED_MARKER));
}

/// What was moved: from where, to where.
#[derive(Debug, Default)]
struct MoveLog {
    moved_out: Vec<(PathBuf, PathBuf)>,
    moved_in: Vec<(PathBuf, PathBuf)>,
    /// Whether a part of the old environment could not be moved, and is gone.
    is_old_incomplete: bool,
}

impl MoveLog {
    /// Starts with pyvenv.cfg: without it this is no longer an environment. vrun's records go last.
    fn move_out(&mut self, mut names: Vec<OsString>, at: &Path, aside: &Path) -> io::Result<()> {
        names.sort_by_key(|name| (name != venv::PYVENV_CFG, is_vruns(name)));
        for name in names {
            let (from, to) = (at.join(&name), aside.join(&name));
            match fs::rename(&from, &to) {
                // As with a directory of a container's image (overlayfs).
                Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                    self.is_old_incomplete = true;
                    remove_path(&from)?;
                }
                other => other.map(|()| self.moved_out.push((from, to)))?,
            }
        }
        Ok(())
    }

    fn move_in(&mut self, mut names: Vec<OsString>, staged: &Path, at: &Path) -> io::Result<()> {
        names.sort_by_key(|name| (name == venv::PYVENV_CFG, !is_vruns(name)));
        for name in names {
            let (from, to) = (staged.join(&name), at.join(&name));
            fs::rename(&from, &to)?;
            self.moved_in.push((from, to));
        }
        Ok(())
    }

    /// What a killed vrun had left is not put back: without the marker nobody would recognize it. Of an old environment
    /// that is incomplete, only vrun's records are.
    fn undo(&self, others: OtherFiles) {
        let is_record = |from: &Path| from.file_name().is_some_and(is_vruns);
        let old = self.moved_out.iter().rev();
        let old = old.filter(|(from, _)| {
            others == OtherFiles::Remove && (!self.is_old_incomplete || is_record(from))
        });
        for (from, to) in self.moved_in.iter().rev().chain(old) {
            let _ = fs::rename(to, from);
        }
    }
}

/// Copies the entries of the directory `from` into the directory `to`.
pub(super) fn copy_contents(from: &Path, to: &Path) -> io::Result<()> {
    let copy = |name: OsString| copy_path(&from.join(&name), &to.join(&name));
    entry_names(from)?.into_iter().try_for_each(copy)
}

fn copy_path(from: &Path, to: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(from)?;
    if found.is_symlink() {
        return os::symlink_or_copy(&fs::read_link(from)?, to);
    }
    if found.is_dir() {
        fs::create_dir(to)?;
        copy_contents(from, to)?;
        return os::copy_mode(from, to);
    }
    let copy = copy_new(from, to)?;
    // A .pyc is valid as long as its source has the time that it recorded. Where that cannot be, it is compiled again.
    if let Ok(modified) = found.modified() {
        let _ = copy.set_modified(modified);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory `at` with a new environment staged in it.
    fn tree() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join("at");
        let staged = at.join("at.vrun-Ab12Cd/at");
        fs::create_dir_all(staged.join("bin")).expect("a directory");
        fs::write(staged.join("bin/pip"), "new").expect("a file");
        fs::write(staged.join(venv::PYVENV_CFG), "home = /usr/bin\n").expect("a file");
        (dir, staged, at)
    }

    fn aside(at: &Path) -> PathBuf {
        at.join("at.vrun-Ab12Cd/aside")
    }

    fn text(file: PathBuf) -> String {
        fs::read_to_string(file).expect("a file")
    }

    #[test]
    fn a_directory_is_filled_whatever_a_killed_vrun_left() {
        let (_dir, staged, at) = tree();
        fs::create_dir_all(at.join("bin/old")).expect("a directory");
        fs::write(at.join("bin/pip"), "half").expect("a file");
        fs::write(at.join("notes"), "mine").expect("a file");
        fs::write(at.join("vrun-requirements"), "done").expect("a file");
        fs::write(at.join(UNFINISHED_MARKER), "").expect("a file");
        replace_contents(&staged, &aside(&at), &at, OtherFiles::Keep).expect("replaced");
        assert_eq!(text(at.join("bin/pip")), "new");
        assert_eq!(text(at.join("notes")), "mine");
        assert!(at.join(venv::PYVENV_CFG).is_file());
        assert!(!at.join("bin/old").exists());
        assert!(!at.join("vrun-requirements").exists());
        assert!(!at.join(UNFINISHED_MARKER).exists());
    }

    #[test]
    fn an_old_environment_is_removed_with_all_that_is_in_it() {
        let (_dir, staged, at) = tree();
        fs::write(at.join("notes"), "mine").expect("a file");
        fs::write(at.join(venv::PYVENV_CFG), "old").expect("a file");
        replace_contents(&staged, &aside(&at), &at, OtherFiles::Remove).expect("replaced");
        assert!(!at.join("notes").exists());
        assert_eq!(text(at.join(venv::PYVENV_CFG)), "home = /usr/bin\n");
    }

    #[test]
    fn an_old_environment_is_restored_after_a_failure() {
        let (_dir, staged, at) = tree();
        fs::create_dir(at.join("bin")).expect("a directory");
        fs::write(at.join("bin/pip"), "old").expect("a file");
        fs::write(at.join(venv::PYVENV_CFG), "old").expect("a file");
        let mut log = MoveLog::default();
        fs::create_dir(aside(&at)).expect("a directory");
        let old_names = ["bin", venv::PYVENV_CFG].map(OsString::from).to_vec();
        log.move_out(old_names, &at, &aside(&at)).expect("moved");
        assert!(!at.join(venv::PYVENV_CFG).exists());
        let new_names = ["bin", "missing"].map(OsString::from).to_vec();
        log.move_in(new_names, &staged, &at).expect_err("missing");
        log.undo(OtherFiles::Remove);
        assert_eq!(text(at.join(venv::PYVENV_CFG)), "old");
        assert_eq!(text(at.join("bin/pip")), "old");
    }

    #[test]
    fn of_an_old_one_that_is_incomplete_the_records_stay() {
        let (_dir, _, at) = tree();
        let names = ["bin", venv::PYVENV_CFG, "vrun-requirements"];
        for name in names {
            fs::write(at.join(name), "old").expect("a file");
        }
        fs::create_dir(aside(&at)).expect("a directory");
        let mut log = MoveLog::default();
        log.move_out(names.map(OsString::from).to_vec(), &at, &aside(&at))
            .expect("moved");
        log.is_old_incomplete = true;
        log.undo(OtherFiles::Remove);
        assert_eq!(text(at.join("vrun-requirements")), "old");
        assert!(!at.join("bin").exists() && !at.join(venv::PYVENV_CFG).exists());
    }

    #[test]
    fn a_copy_keeps_the_modification_time() {
        let (dir, staged, _) = tree();
        let to = dir.path().join("to");
        fs::create_dir(&to).expect("a directory");
        copy_contents(&staged, &to).expect("copied");
        let age = |root: &Path| fs::metadata(root.join("bin/pip")).and_then(|file| file.modified());
        assert_eq!(age(&staged).ok(), age(&to).ok());
        assert_eq!(text(to.join("bin/pip")), "new");
    }
}
