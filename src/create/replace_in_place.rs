//! An environment made elsewhere -> the same in a directory that cannot be replaced (a mount point).
//!
//! It is moved or copied into the directory under a maker's name first, and then takes its names there by
//! renames: a full disk is noticed before anything is touched. The directory holds a marker meanwhile, an old pyvenv.cfg
//! goes first and the new one comes last, so what a killed vrun leaves is no environment, and known to be
//! vrun's own.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::{os, venv};

use super::staging_dir::{self, UNFINISHED_MARKER};

/// What becomes of what lies in the directory under other names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtherFiles {
    /// It stays.
    Keep,
    /// It goes: the directory is an environment that is to be made anew.
    Remove,
}

/// Copies what is in the directory `staged` into the directory `to`.
///
/// # Errors
/// A file cannot be copied.
pub(super) fn copy_contents(staged: &Path, to: &Path) -> io::Result<()> {
    let copied = |name: OsString| copy_path(&staged.join(&name), &to.join(&name));
    entry_names(staged)?.into_iter().try_for_each(copied)
}

/// Moves the environment at `staged` into the directory `at`, which it lies in. What has to make room is moved
/// to `aside`, which is made there too. Where it fails, nothing of the new one stays, and an environment that
/// was there is there again, if the system can move its parts.
///
/// # Errors
/// Something cannot be moved.
pub(super) fn replace_contents(
    staged: &Path,
    aside: &Path,
    at: &Path,
    others: OtherFiles,
) -> io::Result<()> {
    let coming = entry_names(staged)?;
    let mut going = entry_names(at)?;
    going.retain(|name| match others {
        OtherFiles::Keep => coming.contains(name),
        OtherFiles::Remove => name != UNFINISHED_MARKER && !staging_dir::is_leftover(name, at),
    });
    fs::create_dir(aside)?;
    let marker = at.join(UNFINISHED_MARKER);
    File::create(&marker)?;
    let mut moved = MoveLog::default();
    let filled = moved
        .move_out(going, at, aside)
        .and_then(|()| moved.move_in(coming, staged, at))
        .and_then(|()| fs::remove_file(&marker));
    if filled.is_err() {
        moved.undo(others);
        let _ = fs::remove_file(&marker);
    }
    filled
}

/// Says that a directory is filled, for a maker that died before it could.
pub(super) fn remove_marker(at: &Path) {
    let _ = fs::remove_file(at.join(UNFINISHED_MARKER));
}

/// What was moved: from where, to where.
#[derive(Debug, Default)]
struct MoveLog {
    moved_out: Vec<(PathBuf, PathBuf)>,
    moved_in: Vec<(PathBuf, PathBuf)>,
    /// Whether a part of the old could not be moved, and is gone.
    is_old_incomplete: bool,
}

impl MoveLog {
    /// Without its pyvenv.cfg it is no environment any more, so that goes first.
    fn move_out(&mut self, mut names: Vec<OsString>, at: &Path, aside: &Path) -> io::Result<()> {
        names.sort_by_key(|name| name != venv::PYVENV_CFG);
        for name in names {
            let (from, to) = (at.join(&name), aside.join(&name));
            match fs::rename(&from, &to) {
                // As a directory of a container's image does (overlayfs).
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
        names.sort_by_key(|name| name == venv::PYVENV_CFG);
        for name in names {
            let (from, to) = (staged.join(&name), at.join(&name));
            fs::rename(&from, &to)?;
            self.moved_in.push((from, to));
        }
        Ok(())
    }

    /// What a maker that died had left is not put back: without the marker no one would know it.
    fn undo(&self, others: OtherFiles) {
        let old = self.moved_out.iter().rev();
        let old = old.filter(|_| others == OtherFiles::Remove && !self.is_old_incomplete);
        for (from, to) in self.moved_in.iter().rev().chain(old) {
            let _ = fs::rename(to, from);
        }
    }
}

fn entry_names(dir: &Path) -> io::Result<Vec<OsString>> {
    fs::read_dir(dir)?
        .map(|entry| Ok(entry?.file_name()))
        .collect()
}

fn remove_path(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path)?.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
}

fn copy_path(from: &Path, to: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(from)?;
    if found.is_symlink() {
        return os::symlink_or_copy(&fs::read_link(from)?, to);
    }
    if found.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            copy_path(&from.join(&name), &to.join(&name))?;
        }
        return fs::set_permissions(to, found.permissions());
    }
    fs::copy(from, to)?;
    // A .pyc counts as long as its source is as old as it says. Where that cannot be, it is made again.
    if let (Ok(file), Ok(modified)) = (File::options().append(true).open(to), found.modified()) {
        let _ = file.set_modified(modified);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory `at` with a new environment in `at/new/.venv`.
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
    fn a_directory_is_filled_whatever_a_dead_maker_left_in_it() {
        let (_dir, staged, at) = tree();
        fs::create_dir_all(at.join("bin/old")).expect("a directory");
        fs::write(at.join("bin/pip"), "half").expect("a file");
        fs::write(at.join("notes"), "mine").expect("a file");
        fs::write(at.join(UNFINISHED_MARKER), "").expect("a file");
        replace_contents(&staged, &aside(&at), &at, OtherFiles::Keep).expect("filled");
        assert_eq!(text(at.join("bin/pip")), "new");
        assert_eq!(text(at.join("notes")), "mine");
        assert!(at.join(venv::PYVENV_CFG).is_file());
        assert!(!at.join("bin/old").exists());
        assert!(!at.join(UNFINISHED_MARKER).exists());
    }

    #[test]
    fn an_old_environment_goes_with_all_that_is_in_it() {
        let (_dir, staged, at) = tree();
        fs::write(at.join("notes"), "mine").expect("a file");
        fs::write(at.join(venv::PYVENV_CFG), "old").expect("a file");
        replace_contents(&staged, &aside(&at), &at, OtherFiles::Remove).expect("filled");
        assert!(!at.join("notes").exists());
        assert_eq!(text(at.join(venv::PYVENV_CFG)), "home = /usr/bin\n");
    }

    #[test]
    fn an_old_environment_is_there_again_where_the_new_one_cannot_take_its_place() {
        let (_dir, staged, at) = tree();
        fs::create_dir(at.join("bin")).expect("a directory");
        fs::write(at.join("bin/pip"), "old").expect("a file");
        fs::write(at.join(venv::PYVENV_CFG), "old").expect("a file");
        let mut moved = MoveLog::default();
        fs::create_dir(aside(&at)).expect("a directory");
        let going = ["bin", venv::PYVENV_CFG].map(OsString::from).to_vec();
        moved.move_out(going, &at, &aside(&at)).expect("moved");
        assert!(!at.join(venv::PYVENV_CFG).exists());
        let coming = ["bin", "missing"].map(OsString::from).to_vec();
        moved.move_in(coming, &staged, &at).expect_err("missing");
        moved.undo(OtherFiles::Remove);
        assert_eq!(text(at.join(venv::PYVENV_CFG)), "old");
        assert_eq!(text(at.join("bin/pip")), "old");
    }

    #[test]
    fn a_copy_is_as_old_as_what_it_was_copied_from() {
        let (dir, staged, _) = tree();
        let to = dir.path().join("to");
        fs::create_dir(&to).expect("a directory");
        copy_contents(&staged, &to).expect("copied");
        let age = |root: &Path| fs::metadata(root.join("bin/pip")).and_then(|file| file.modified());
        assert_eq!(age(&staged).ok(), age(&to).ok());
        assert_eq!(text(to.join("bin/pip")), "new");
    }
}
