//! A directory, by its path: std has no calls here that start at an open one.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::super::FileSignature;

/// A directory.
#[derive(Debug)]
pub(crate) struct Dir(PathBuf);

impl Dir {
    /// The directory at `path`.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn open(path: &Path) -> io::Result<Dir> {
        match fs::metadata(path)?.is_dir() {
            true => Ok(Dir(path.to_owned())),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Makes a directory at `path` in it, and those that are missing above that. One that is there is as good.
    ///
    /// # Errors
    /// Whatever CreateDirectory says.
    pub(crate) fn create_dir_all(&self, path: &str) -> io::Result<()> {
        fs::create_dir_all(self.0.join(path))
    }

    /// A look at the file at `path` in it.
    ///
    /// # Errors
    /// It cannot be looked at, or is no file.
    pub(crate) fn stat(&self, path: &str) -> io::Result<FileStat> {
        let found = fs::symlink_metadata(self.0.join(path))?;
        match found.is_file() {
            true => Ok(FileStat {
                signature: FileSignature::from_metadata(&found),
            }),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Gives the file at `path` in it another name, at `new` in `to`.
    ///
    /// # Errors
    /// Whatever CreateHardLink says.
    pub(crate) fn hard_link(&self, path: &str, to: &Dir, new: &str) -> io::Result<()> {
        fs::hard_link(self.0.join(path), to.0.join(new))
    }
}

/// What a look at a file shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileStat {
    /// What tells whether it is still the one that it was.
    pub signature: FileSignature,
}

impl FileStat {
    /// Files have no modes here.
    pub(crate) fn has_mode_of(&self, _: &Metadata) -> bool {
        true
    }

    /// Nor groups.
    pub(crate) fn has_group_of(&self, _: &Metadata) -> bool {
        true
    }
}
