//! What the making of an environment asks of the file system.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// Whether links are made as a matter of course: they are for administrators here.
pub const HAS_LINKS: bool = false;
/// Where venv keeps the templates that are this system's own.
pub const TEMPLATES: &str = "nt";
/// How Python ends a line of a text file.
pub const LINE_END: &str = "\r\n";
/// What the directory for C headers is called.
pub const INCLUDE: &str = "Include";
/// Whether an environment has a `lib64` beside its `lib`.
pub const HAS_LIB64: bool = false;

/// Where an environment's modules lie, of whichever version its Python is (sysconfig's `nt_venv` scheme).
pub fn library(root: &Path, _: &str) -> PathBuf {
    root.join("Lib")
}

/// Renames a file or directory to where nothing lies. A directory cannot be renamed while a file in it is open, and
/// what looks for viruses opens every new one for a moment: so it is tried for two seconds.
///
/// # Errors
/// Something lies there, or whatever MoveFileEx says.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    for _ in 0..100 {
        match fs::rename(from, to) {
            Err(error) if is_held(&error) && !to.exists() => thread::sleep(MOMENT),
            other => return other,
        }
    }
    fs::rename(from, to)
}

/// How long it takes until it is worth another try.
const MOMENT: Duration = Duration::from_millis(20);

/// ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION: another process has a file open, as far as can be told.
fn is_held(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32))
}

/// Whether a directory could not be taken away because another process is still at work in it.
pub fn is_in_use(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::DirectoryNotEmpty || is_held(error)
}

/// Every file whose name says so can be run.
///
/// # Errors
/// None.
pub fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether it is worth trying to clone files in `dir`: never.
pub fn may_clone(_: &Path) -> bool {
    false
}

/// Makes `to` share the blocks of `from`: std has no such call here.
///
/// # Errors
/// Always.
pub fn clone(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Has two directories change places: there is no such call.
///
/// # Errors
/// Always.
pub fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Programs are told by their names.
///
/// # Errors
/// Never.
pub fn make_program(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Files have no mode.
///
/// # Errors
/// None.
pub fn copy_mode(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes `dir`. What lies below the user's profile is his alone.
///
/// # Errors
/// It cannot be made.
pub fn private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}
