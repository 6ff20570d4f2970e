//! Files: identity, links, modes, clones, renames.

use std::fs::{self, File, Metadata, OpenOptions};
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;
use std::{io, thread};

use same_file::Handle;

/// Whether `path` is a file, or an app execution alias: the Microsoft Store's names of programs, which can be started but
/// not opened. (Not a link in std's terms: it leads to no other name.)
pub(crate) fn is_startable_file(path: &Path) -> bool {
    path.is_file() || fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

pub(crate) fn is_same_file(a: &Path, b: &Path) -> bool {
    same_file::is_same_file(a, b).unwrap_or(false)
}

pub(crate) fn is_still_at(file: &File, path: &Path) -> io::Result<bool> {
    let opened = Handle::from_file(file.try_clone()?)?;
    match Handle::from_path(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        found => Ok(found? == opened),
    }
}

pub(crate) fn file_id(_: &Metadata, path: &Path) -> Option<Handle> {
    Handle::from_path(path).ok()
}

/// std does not tell.
pub(crate) fn inode(_: &Metadata) -> u64 {
    0
}

/// How many names a file has: std cannot tell yet.
pub(crate) fn link_count(_: &Metadata) -> u64 {
    1
}

/// ERROR_CANT_RESOLVE_FILENAME
pub(crate) fn is_link_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(1921)
}

/// Copies `target`, relative to the directory of `at` as a link's is, to `at`: only administrators may create links
/// here.
#[expect(clippy::disallowed_methods, reason = "the base's own file")]
pub(crate) fn symlink_or_copy(target: &Path, at: &Path) -> io::Result<()> {
    let mut from = File::open(at.parent().unwrap_or(at).join(target))?;
    io::copy(&mut from, &mut File::create_new(at)?).map(drop)
}

/// There, a copy has been tried already.
pub(crate) fn lacks_symlinks(_: &io::Error) -> bool {
    false
}

/// ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED
pub(crate) fn lacks_locks(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(1 | 50))
}

/// Opens a regular file; a link or anything else is an error. FILE_FLAG_OPEN_REPARSE_POINT opens a link itself
/// (CreateFileW).
#[expect(clippy::disallowed_methods, reason = "it follows no link")]
pub(crate) fn open_regular(options: &mut OpenOptions, file: &Path) -> io::Result<File> {
    let opened = options.custom_flags(0x0020_0000).open(file)?;
    let found = opened.metadata()?;
    match found.is_file() {
        true => Ok(opened),
        false if found.is_symlink() => Err(io::Error::other("it is a link")),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

#[expect(clippy::disallowed_methods, reason = "nothing waits here")]
pub(crate) fn open_to_read(file: &Path) -> io::Result<File> {
    File::open(file)
}

/// Files have no mode.
pub(crate) fn create_new_with_mode(file: &Path, _: &Metadata) -> io::Result<File> {
    File::create_new(file)
}

/// Renames a file or directory to a free name. A directory cannot be renamed while a file in it is open, and virus
/// scanners open every new one for a moment: so this tries for two seconds.
///
/// # Errors
/// `to` exists, or whatever MoveFileEx says.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    for _ in 0..100 {
        match fs::rename(from, to) {
            Err(error) if is_locked(&error) && !to.exists() => thread::sleep(RETRY_DELAY),
            other => return other,
        }
    }
    fs::rename(from, to)
}

/// The time between two tries.
const RETRY_DELAY: Duration = Duration::from_millis(20);

/// Whether another process seems to have the file open: ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION.
fn is_locked(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32))
}

pub(crate) fn is_in_use(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::DirectoryNotEmpty || is_locked(error)
}

/// Nothing to do: the name makes a file executable.
pub(crate) fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

pub(crate) fn may_clone(_: &Path) -> bool {
    false
}

/// std has no such call.
pub(crate) fn clone_file(_: &File, _: &Path, _: &Metadata) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There is no such call.
pub(crate) fn swap_dirs(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Nothing to do: the name makes a file executable.
pub(crate) fn set_program_mode(_: &File) -> io::Result<()> {
    Ok(())
}

/// The user's profile is private already.
pub(crate) fn create_private_file(file: &Path) -> io::Result<File> {
    File::create_new(file)
}

/// Nothing to do: there is no umask.
pub(crate) fn forbid_others_to_write(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Nothing to do: files have no mode.
pub(crate) fn copy_mode(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Creates `dir`. The user's profile is private already.
pub(crate) fn create_private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}
