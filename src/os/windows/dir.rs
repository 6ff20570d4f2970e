//! A directory, by its path: std has no calls here that start at an open one.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::super::State;

/// A directory.
#[derive(Debug)]
pub struct Dir(PathBuf);

impl Dir {
    /// The directory at `path`.
    ///
    /// # Errors
    /// There is none.
    pub fn open(path: &Path) -> io::Result<Dir> {
        match fs::metadata(path)?.is_dir() {
            true => Ok(Dir(path.to_owned())),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Makes a directory at `path` in it, and those that are missing above that. One that is there is as good.
    ///
    /// # Errors
    /// Whatever CreateDirectory says.
    pub fn make(&self, path: &str) -> io::Result<()> {
        fs::create_dir_all(self.0.join(path))
    }

    /// A look at the file at `path` in it.
    ///
    /// # Errors
    /// It cannot be looked at, or is no file.
    pub fn look(&self, path: &str) -> io::Result<Seen> {
        let found = fs::symlink_metadata(self.0.join(path))?;
        match found.is_file() {
            true => Ok(Seen {
                state: State::of(&found),
            }),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Gives the file at `path` in it another name, at `new` in `to`.
    ///
    /// # Errors
    /// Whatever CreateHardLink says.
    pub fn link(&self, path: &str, to: &Dir, new: &str) -> io::Result<()> {
        fs::hard_link(self.0.join(path), to.0.join(new))
    }
}

/// What a look at a file shows.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// What tells whether it is still the one that it was.
    pub state: State,
}

impl Seen {
    /// Files have no modes here.
    pub fn has_mode_of(&self, _: &Metadata) -> bool {
        true
    }

    /// Nor groups.
    pub fn has_group_of(&self, _: &Metadata) -> bool {
        true
    }
}
