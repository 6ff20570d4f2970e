//! A directory, by its path: on Windows std has no calls that start at an open one.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::super::file_signature::FileSignature;
use super::super::user_id::UserId;

#[derive(Debug)]
pub(crate) struct Dir(PathBuf);

impl Dir {
    pub(crate) fn open(path: &Path) -> io::Result<Dir> {
        match fs::metadata(path)?.is_dir() {
            true => Ok(Dir(path.to_owned())),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    pub(crate) fn create_dir_all(&self, path: &str) -> io::Result<()> {
        fs::create_dir_all(self.0.join(path))
    }

    pub(crate) fn stat(&self, path: &str) -> io::Result<FileStat> {
        let metadata = fs::symlink_metadata(self.0.join(path))?;
        match metadata.is_file() {
            true => Ok(FileStat {
                signature: FileSignature::from_metadata(&metadata),
            }),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "nothing waits here")]
    pub(crate) fn open_file(&self, path: &str) -> io::Result<File> {
        File::open(self.0.join(path))
    }

    pub(crate) fn create_file(&self, path: &str) -> io::Result<File> {
        File::create_new(self.0.join(path))
    }

    pub(crate) fn hard_link(&self, path: &str, to: &Dir, new: &str) -> io::Result<()> {
        fs::hard_link(self.0.join(path), to.0.join(new))
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct FileStat {
    pub signature: FileSignature,
}

impl FileStat {
    /// See `owner_of`.
    pub(crate) fn is_private_to(&self, _: UserId) -> bool {
        true
    }

    /// Files have no modes here.
    pub(crate) fn has_mode_of(&self, _: &Metadata) -> bool {
        true
    }

    /// Nor groups.
    pub(crate) fn has_group_of(&self, _: &Metadata) -> bool {
        true
    }
}
