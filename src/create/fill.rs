//! An environment made elsewhere -> the same in a directory that cannot be replaced (a mount point).
//!
//! The directory holds a marker while it is filled, and gets its pyvenv.cfg last, so what a killed vrun
//! leaves is no environment, and known to be vrun's own. The final names are the only ones touched.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::os;
use crate::venv;

/// What marks a directory that is being filled.
pub const MARKER: &str = ".vrun-unfinished";

/// pyvenv.cfg under another name, until it is written whole.
const UNNAMED: &str = ".vrun-pyvenv.cfg";

/// What becomes of what lies in the directory under other names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// It stays.
    Kept,
    /// It goes: the directory is an environment that is to be made anew.
    Cleared,
}

/// Copies the environment at `staged` into the directory `at`. Where that fails nothing of it stays.
///
/// # Errors
/// A file cannot be copied.
pub fn fill(staged: &Path, at: &Path, others: Others) -> io::Result<()> {
    let mut names: Vec<OsString> = fs::read_dir(staged)?
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<_>>()?;
    let marker = at.join(MARKER);
    File::create(&marker)?;
    let own = names.len();
    if others == Others::Cleared {
        for entry in fs::read_dir(at)? {
            names.push(entry?.file_name());
        }
        names.retain(|name| name != MARKER);
    }
    let filled = clear(&names, at)
        .and_then(|()| copy_all(&names[..own], staged, at))
        .and_then(|()| fs::remove_file(&marker));
    if filled.is_err() {
        let _ = clear(&names, at);
        let _ = fs::remove_file(&marker);
    }
    filled
}

fn copy_all(names: &[OsString], staged: &Path, at: &Path) -> io::Result<()> {
    for name in names.iter().filter(|name| *name != venv::MARKER) {
        copy(&staged.join(name), &at.join(name))?;
    }
    let unnamed = at.join(UNNAMED);
    copy(&staged.join(venv::MARKER), &unnamed)?;
    fs::rename(unnamed, at.join(venv::MARKER))
}

fn clear(names: &[OsString], at: &Path) -> io::Result<()> {
    for name in names.iter().map(Path::new).chain([Path::new(UNNAMED)]) {
        let path = at.join(name);
        match fs::symlink_metadata(&path) {
            Err(_) => {}
            Ok(found) if found.is_dir() => fs::remove_dir_all(path)?,
            Ok(_) => fs::remove_file(path)?,
        }
    }
    Ok(())
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

    #[test]
    fn a_directory_is_filled_whatever_a_dead_maker_left_in_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let (staged, at) = (dir.path().join("staged"), dir.path().join("at"));
        fs::create_dir_all(staged.join("bin")).expect("a directory");
        fs::write(staged.join("bin/pip"), "new").expect("a file");
        fs::write(staged.join(venv::MARKER), "home = /usr/bin\n").expect("a file");
        fs::create_dir_all(at.join("bin/old")).expect("a directory");
        fs::write(at.join("bin/pip"), "half").expect("a file");
        fs::write(at.join(MARKER), "").expect("a file");
        fill(&staged, &at, Others::Kept).expect("filled");
        assert_eq!(fs::read(at.join("bin/pip")).expect("a file"), b"new");
        assert!(at.join(venv::MARKER).is_file());
        assert!(!at.join("bin/old").exists());
        assert!(!at.join(MARKER).exists());
        assert!(!at.join(UNNAMED).exists());
        let age = |root: &Path| fs::metadata(root.join("bin/pip")).and_then(|file| file.modified());
        assert_eq!(age(&staged).ok(), age(&at).ok());
    }

    #[test]
    fn a_directory_that_cannot_be_filled_is_left_empty() {
        let dir = tempfile::tempdir().expect("a directory");
        let (staged, at) = (dir.path().join("staged"), dir.path().join("at"));
        fs::create_dir_all(staged.join("bin")).expect("a directory");
        fs::create_dir(&at).expect("a directory");
        // There is no pyvenv.cfg to copy.
        fill(&staged, &at, Others::Kept).expect_err("not an environment");
        assert_eq!(fs::read_dir(&at).expect("a directory").count(), 0);
    }
}
