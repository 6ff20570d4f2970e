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

use crate::os;
use crate::venv;

use super::place;

/// What marks a directory that is being filled.
pub const MARKER: &str = ".vrun-unfinished";

/// What becomes of what lies in the directory under other names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// It stays.
    Kept,
    /// It goes: the directory is an environment that is to be made anew.
    Cleared,
}

/// Copies what is in the directory `staged` into the directory `to`.
///
/// # Errors
/// A file cannot be copied.
pub fn copy_all(staged: &Path, to: &Path) -> io::Result<()> {
    let copied = |name: OsString| copy(&staged.join(&name), &to.join(&name));
    names(staged)?.into_iter().try_for_each(copied)
}

/// Moves the environment at `staged` into the directory `at`, which it lies in. What has to make room is moved
/// to `aside`, which is made there too. Where it fails, nothing of the new one stays, and an environment that
/// was there is there again, if the system can move its parts.
///
/// # Errors
/// Something cannot be moved.
pub fn fill(staged: &Path, aside: &Path, at: &Path, others: Others) -> io::Result<()> {
    let coming = names(staged)?;
    let mut going = names(at)?;
    going.retain(|name| match others {
        Others::Kept => coming.contains(name),
        Others::Cleared => name != MARKER && !place::is_makers(name, at),
    });
    fs::create_dir(aside)?;
    let marker = at.join(MARKER);
    File::create(&marker)?;
    let mut moved = Moved::default();
    let filled = moved
        .out(going, at, aside)
        .and_then(|()| moved.bring(coming, staged, at))
        .and_then(|()| fs::remove_file(&marker));
    if filled.is_err() {
        moved.undo(others);
        let _ = fs::remove_file(&marker);
    }
    filled
}

/// Says that a directory is filled, for a maker that died before it could.
pub fn unmark(at: &Path) {
    let _ = fs::remove_file(at.join(MARKER));
}

/// What was moved: from where, to where.
#[derive(Debug, Default)]
struct Moved {
    old: Vec<(PathBuf, PathBuf)>,
    new: Vec<(PathBuf, PathBuf)>,
    /// Whether a part of the old could not be moved, and is gone.
    is_lost: bool,
}

impl Moved {
    /// Without its pyvenv.cfg it is no environment any more, so that goes first.
    fn out(&mut self, mut names: Vec<OsString>, at: &Path, aside: &Path) -> io::Result<()> {
        names.sort_by_key(|name| name != venv::MARKER);
        for name in names {
            let (from, to) = (at.join(&name), aside.join(&name));
            match fs::rename(&from, &to) {
                // As a directory of a container's image does (overlayfs).
                Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                    self.is_lost = true;
                    remove(&from)?;
                }
                other => other.map(|()| self.old.push((from, to)))?,
            }
        }
        Ok(())
    }

    fn bring(&mut self, mut names: Vec<OsString>, staged: &Path, at: &Path) -> io::Result<()> {
        names.sort_by_key(|name| name == venv::MARKER);
        for name in names {
            let (from, to) = (staged.join(&name), at.join(&name));
            fs::rename(&from, &to)?;
            self.new.push((from, to));
        }
        Ok(())
    }

    /// What a maker that died had left is not put back: without the marker no one would know it.
    fn undo(&self, others: Others) {
        let old = self.old.iter().rev();
        let old = old.filter(|_| others == Others::Cleared && !self.is_lost);
        for (from, to) in self.new.iter().rev().chain(old) {
            let _ = fs::rename(to, from);
        }
    }
}

fn names(dir: &Path) -> io::Result<Vec<OsString>> {
    fs::read_dir(dir)?
        .map(|entry| Ok(entry?.file_name()))
        .collect()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path)?.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(from)?;
    if found.is_symlink() {
        return os::link(&fs::read_link(from)?, to);
    }
    if found.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            copy(&from.join(&name), &to.join(&name))?;
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
        fs::write(staged.join(venv::MARKER), "home = /usr/bin\n").expect("a file");
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
        fs::write(at.join(MARKER), "").expect("a file");
        fill(&staged, &aside(&at), &at, Others::Kept).expect("filled");
        assert_eq!(text(at.join("bin/pip")), "new");
        assert_eq!(text(at.join("notes")), "mine");
        assert!(at.join(venv::MARKER).is_file());
        assert!(!at.join("bin/old").exists());
        assert!(!at.join(MARKER).exists());
    }

    #[test]
    fn an_old_environment_goes_with_all_that_is_in_it() {
        let (_dir, staged, at) = tree();
        fs::write(at.join("notes"), "mine").expect("a file");
        fs::write(at.join(venv::MARKER), "old").expect("a file");
        fill(&staged, &aside(&at), &at, Others::Cleared).expect("filled");
        assert!(!at.join("notes").exists());
        assert_eq!(text(at.join(venv::MARKER)), "home = /usr/bin\n");
    }

    #[test]
    fn an_old_environment_is_there_again_where_the_new_one_cannot_take_its_place() {
        let (_dir, staged, at) = tree();
        fs::create_dir(at.join("bin")).expect("a directory");
        fs::write(at.join("bin/pip"), "old").expect("a file");
        fs::write(at.join(venv::MARKER), "old").expect("a file");
        let mut moved = Moved::default();
        fs::create_dir(aside(&at)).expect("a directory");
        let going = ["bin", venv::MARKER].map(OsString::from).to_vec();
        moved.out(going, &at, &aside(&at)).expect("moved");
        assert!(!at.join(venv::MARKER).exists());
        let coming = ["bin", "missing"].map(OsString::from).to_vec();
        moved.bring(coming, &staged, &at).expect_err("missing");
        moved.undo(Others::Cleared);
        assert_eq!(text(at.join(venv::MARKER)), "old");
        assert_eq!(text(at.join("bin/pip")), "old");
    }

    #[test]
    fn a_copy_is_as_old_as_what_it_was_copied_from() {
        let (dir, staged, _) = tree();
        let to = dir.path().join("to");
        fs::create_dir(&to).expect("a directory");
        copy_all(&staged, &to).expect("copied");
        let age = |root: &Path| fs::metadata(root.join("bin/pip")).and_then(|file| file.modified());
        assert_eq!(age(&staged).ok(), age(&to).ok());
        assert_eq!(text(to.join("bin/pip")), "new");
    }
}
