//! An open directory: work on its many files starts there, so that the system resolves its path once.

use std::fs::{File, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, RawMode, Stat, linkat, mkdirat, openat, statat,
};
use rustix::io::Errno;

use super::super::file_signature::FileSignature;
use super::super::user_id::UserId;
use super::users::is_private;

/// To start from, not to read (openat(2)).
#[cfg(any(target_os = "linux", target_os = "android"))]
const ACCESS: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const ACCESS: OFlags = OFlags::RDONLY;

/// An open directory.
#[derive(Debug)]
pub(crate) struct Dir(OwnedFd);

impl Dir {
    pub(crate) fn open(path: &Path) -> io::Result<Dir> {
        let flags = ACCESS | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Dir(openat(CWD, path, flags, Mode::empty())?))
    }

    /// Creates the directory `path` in it, with its parents, unless it exists.
    pub(crate) fn create_dir_all(&self, path: &str) -> io::Result<()> {
        let create = || match mkdirat(&self.0, path, Mode::from_raw_mode(0o777)) {
            Err(Errno::EXIST) => Ok(()),
            other => other,
        };
        match (create(), path.rsplit_once('/')) {
            (Err(Errno::NOENT), Some((parent, _))) => {
                self.create_dir_all(parent)?;
                Ok(create()?)
            }
            (created, _) => Ok(created?),
        }
    }

    /// The state of the regular file `path` in it.
    pub(crate) fn stat(&self, path: &str) -> io::Result<FileStat> {
        let stat = statat(&self.0, path, AtFlags::SYMLINK_NOFOLLOW)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(FileStat {
            signature: signature_of(&stat),
            mode: stat.st_mode,
            owner: stat.st_uid,
            group: stat.st_gid,
            // Its type differs between systems.
            #[allow(clippy::useless_conversion, clippy::unnecessary_cast)]
            links: stat.st_nlink as u64,
        })
    }

    /// Opens the file `path` in it for reading; a FIFO does not wait for a writer.
    pub(crate) fn open_file(&self, path: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(openat(&self.0, path, flags, Mode::empty())?.into())
    }

    /// Creates the file `path` in it.
    ///
    /// # Errors
    /// Something is there.
    pub(crate) fn create_file(&self, path: &str) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        Ok(openat(&self.0, path, flags, Mode::from_raw_mode(0o666))?.into())
    }

    /// Links `new` in `to` to the file `path` in it.
    pub(crate) fn hard_link(&self, path: &str, to: &Dir, new: &str) -> io::Result<()> {
        Ok(linkat(&self.0, path, &to.0, new, AtFlags::empty())?)
    }
}

/// Like `FileSignature::from_metadata`; times before 1970 become 0.
fn signature_of(stat: &Stat) -> FileSignature {
    let time = i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec);
    FileSignature {
        size: u64::try_from(stat.st_size).unwrap_or(0),
        mtime: u64::try_from(time).unwrap_or(0),
    }
}

/// The state of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileStat {
    /// Tells whether it is unchanged.
    pub signature: FileSignature,
    mode: RawMode,
    owner: u32,
    group: u32,
    links: u64,
}

impl FileStat {
    /// Like `is_private_to`.
    pub(crate) fn is_private_to(&self, user: UserId) -> bool {
        is_private(self.owner, self.mode.into(), self.links, user)
    }

    /// Whether it has the mode of `other`.
    pub(crate) fn has_mode_of(&self, other: &Metadata) -> bool {
        u64::from(self.mode) == u64::from(other.mode())
    }

    /// Whether it has the group of `other`.
    pub(crate) fn has_group_of(&self, other: &Metadata) -> bool {
        self.group == other.gid()
    }
}
