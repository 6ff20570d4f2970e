//! An open directory: what is done with many files of one starts there, so the system walks to it once.

use std::fs::Metadata;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, RawMode, Stat, linkat, mkdirat, openat, statat,
};
use rustix::io::Errno;

use super::super::FileSignature;

/// Not to read what is in it: to be named from (openat(2)).
#[cfg(any(target_os = "linux", target_os = "android"))]
const ACCESS: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const ACCESS: OFlags = OFlags::RDONLY;

/// An open directory.
#[derive(Debug)]
pub(crate) struct Dir(OwnedFd);

impl Dir {
    /// The directory at `path`.
    ///
    /// # Errors
    /// Whatever open(2) says.
    pub(crate) fn open(path: &Path) -> io::Result<Dir> {
        let flags = ACCESS | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Dir(openat(CWD, path, flags, Mode::empty())?))
    }

    /// Makes a directory at `path` in it, and those that are missing above that. One that is there is as good.
    ///
    /// # Errors
    /// Whatever mkdirat(2) says.
    pub(crate) fn create_dir_all(&self, path: &str) -> io::Result<()> {
        let make = || match mkdirat(&self.0, path, Mode::from_raw_mode(0o777)) {
            Err(Errno::EXIST) => Ok(()),
            other => other,
        };
        match (make(), path.rsplit_once('/')) {
            (Err(Errno::NOENT), Some((above, _))) => {
                self.create_dir_all(above)?;
                Ok(make()?)
            }
            (made, _) => Ok(made?),
        }
    }

    /// A look at the file at `path` in it.
    ///
    /// # Errors
    /// Whatever stat(2) says; or it is no file.
    pub(crate) fn stat(&self, path: &str) -> io::Result<FileStat> {
        let found = statat(&self.0, path, AtFlags::SYMLINK_NOFOLLOW)?;
        if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(FileStat {
            signature: signature_of(&found),
            mode: found.st_mode,
            group: found.st_gid,
        })
    }

    /// Gives the file at `path` in it another name, at `new` in `to`.
    ///
    /// # Errors
    /// Whatever link(2) says.
    pub(crate) fn hard_link(&self, path: &str, to: &Dir, new: &str) -> io::Result<()> {
        Ok(linkat(&self.0, path, &to.0, new, AtFlags::empty())?)
    }
}

/// As std has it: what is before 1970 has no time.
fn signature_of(found: &Stat) -> FileSignature {
    let time = i128::from(found.st_mtime) * 1_000_000_000 + i128::from(found.st_mtime_nsec);
    FileSignature {
        size: u64::try_from(found.st_size).unwrap_or(0),
        mtime: u64::try_from(time).unwrap_or(0),
    }
}

/// What a look at a file shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileStat {
    /// What tells whether it is still the one that it was.
    pub signature: FileSignature,
    mode: RawMode,
    group: u32,
}

impl FileStat {
    /// Whether it has the mode of `other`.
    pub(crate) fn has_mode_of(&self, other: &Metadata) -> bool {
        u64::from(self.mode) == u64::from(other.mode())
    }

    /// Whether it has the group of `other`.
    pub(crate) fn has_group_of(&self, other: &Metadata) -> bool {
        self.group == other.gid()
    }
}
