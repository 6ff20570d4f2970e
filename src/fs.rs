//! Writing and creating files, with errors that name the path.

use std::path::Path;
use std::{fs, io};

use crate::error::io_reason;
use crate::os;
use crate::quote::printable;

/// What a new file is called until it takes the place of the old one.
const TEMP_SUFFIX: &str = ".vrun-new";

/// Writes a file anew that is there: beside it and renamed, so that there is no moment without one. Its mode
/// stays.
///
/// # Errors
/// It cannot be written.
pub(crate) fn rewrite_file(file: &Path, text: &[u8]) -> io::Result<()> {
    replace_atomically(file, |new| {
        write_file(new, text)?;
        os::copy_mode(file, new)
    })
}

/// Writes a file that is to be run, whole or not at all.
///
/// # Errors
/// It cannot be written.
pub(crate) fn write_script(file: &Path, text: &[u8]) -> io::Result<()> {
    replace_atomically(file, |new| {
        write_file(new, text)?;
        os::make_executable(new)
    })
}

/// Writes a new file.
pub(crate) fn write_file(path: &Path, text: impl AsRef<[u8]>) -> io::Result<()> {
    fs::write(path, text).map_err(|error| path_error("write", path, &error))
}

pub(crate) fn make_dir(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path).map_err(|error| path_error("make", path, &error))
}

/// The error, with what it kept from being done.
pub(crate) fn path_error(verb: &str, path: &Path, error: &io::Error) -> io::Error {
    let what = format!("cannot {verb} {}: {}", printable(path), io_reason(error));
    io::Error::new(error.kind(), what)
}

/// The entries of a directory; none if it does not exist.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read_dir_if_exists(
    dir: &Path,
) -> io::Result<impl Iterator<Item = io::Result<fs::DirEntry>>> {
    match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
    .map(|entries| entries.into_iter().flatten())
}

/// What makes a file at the path it is given -> that file at `at`, in one step. Only for who holds the lock: the
/// path is the same each time, so that what a killed one left goes with the next attempt.
///
/// # Errors
/// It cannot be made, or not be moved.
pub(crate) fn replace_atomically(
    at: &Path,
    make: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let mut new = at.as_os_str().to_owned();
    new.push(TEMP_SUFFIX);
    let new = Path::new(&new);
    // Of an attempt that was killed.
    let _ = fs::remove_file(new);
    make(new)?;
    fs::rename(new, at)
}
