//! Files: what tells one from another, links, modes, clones, renames.

use std::fs::{self, File, Metadata};
use std::path::Path;
use std::time::Duration;
use std::{io, thread};

use same_file::Handle;

/// Whether both paths lead to the same file or directory, links followed. False where either cannot
/// be looked at.
pub(crate) fn is_same_file(a: &Path, b: &Path) -> bool {
    same_file::is_same_file(a, b).unwrap_or(false)
}

/// Whether `path` still leads to the file that `file` was opened from.
pub(crate) fn is_still_at(file: &File, path: &Path) -> bool {
    let opened = file.try_clone().and_then(Handle::from_file);
    match (opened, Handle::from_path(path)) {
        (Ok(opened), Ok(there)) => opened == there,
        _ => false,
    }
}

/// What tells the file at `path` from all others.
pub(crate) fn file_id(_: &Metadata, path: &Path) -> Option<Handle> {
    Handle::from_path(path).ok()
}

/// What tells a file from another: std does not say here.
pub(crate) fn inode(_: &Metadata) -> u64 {
    0
}

/// Whether links lead in a circle (ERROR_CANT_RESOLVE_FILENAME).
pub(crate) fn is_link_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(1921)
}

/// Stands a copy of `target`, which like a link's is seen from where `at` lies, at `at`: links are for
/// administrators here.
///
/// # Errors
/// It cannot be copied.
pub(crate) fn symlink_or_copy(target: &Path, at: &Path) -> io::Result<()> {
    let from = at.parent().unwrap_or(at).join(target);
    fs::copy(from, at).map(drop)
}

/// Renames a file or directory to where nothing lies. A directory cannot be renamed while a file in it is open, and
/// what looks for viruses opens every new one for a moment: so it is tried for two seconds.
///
/// # Errors
/// Something lies there, or whatever MoveFileEx says.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    for _ in 0..100 {
        match fs::rename(from, to) {
            Err(error) if is_locked(&error) && !to.exists() => thread::sleep(RETRY_DELAY),
            other => return other,
        }
    }
    fs::rename(from, to)
}

/// How long it takes until it is worth another try.
const RETRY_DELAY: Duration = Duration::from_millis(20);

/// ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION: another process has a file open, as far as can be told.
fn is_locked(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32))
}

/// Whether a directory could not be taken away because another process is still at work in it.
pub(crate) fn is_in_use(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::DirectoryNotEmpty || is_locked(error)
}

/// Every file whose name says so can be run.
///
/// # Errors
/// None.
pub(crate) fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether it is worth trying to clone files in `dir`: never.
pub(crate) fn may_clone(_: &Path) -> bool {
    false
}

/// Makes `to` share the blocks of `from`: std has no such call here.
///
/// # Errors
/// Always.
pub(crate) fn clone_file(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Has two directories change places: there is no such call.
///
/// # Errors
/// Always.
pub(crate) fn swap_dirs(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Programs are told by their names.
///
/// # Errors
/// Never.
pub(crate) fn set_program_mode(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Files have no mode.
///
/// # Errors
/// None.
pub(crate) fn copy_mode(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes `dir`. What lies below the user's profile is his alone.
///
/// # Errors
/// It cannot be made.
pub(crate) fn create_private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}
