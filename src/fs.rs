//! Creating and replacing files: the only place that opens one for writing.
//!
//! A link at a path that vrun writes to is never followed, because it may lead to one of the user's files or to the
//! base interpreter: a file is created where there is none, or replaced by a rename.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::error::io_reason;
use crate::os;
use crate::quote::printable;
use crate::read::open_regular;

/// Added to the name of a new file, beside the old one, until it replaces that.
const TEMP_SUFFIX: &str = ".vrun-new";

/// Runs `make` on a new path beside `at`, then renames the result over `at`: readers find the old file or the complete
/// new one. Only for the holder of the environment's lock: the path is the same each time, so what a killed vrun left
/// is removed by the next.
pub(crate) fn replace_atomically(
    at: &Path,
    make: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let mut new = at.as_os_str().to_owned();
    new.push(TEMP_SUFFIX);
    let new = Path::new(&new);
    let _ = fs::remove_file(new);
    let made = make(new).and_then(|()| fs::rename(new, at));
    made.inspect_err(|_| drop(fs::remove_file(new)))
}

/// The same without a lock: the path is a new one each time.
pub(crate) fn replace_unlocked(
    at: &Path,
    make: impl Fn(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let make = |new: &Path| {
        make(new).inspect_err(|error| {
            // If it exists, it belongs to another process, and the next name is tried.
            if error.kind() != ErrorKind::AlreadyExists {
                let _ = fs::remove_file(new);
            }
        })
    };
    let dir = at.parent().unwrap_or(at);
    let new = tempfile::Builder::new()
        .prefix(TEMP_SUFFIX)
        .make_in(dir, make)?;
    // Not `persist`: on Windows only std replaces a program that is running.
    fs::rename(new.path(), at)
}

/// Atomically replaces a file of the cache by one with this content, without a lock. Only the user can read it. What
/// killed processes left in its directory is removed.
pub(crate) fn replace_private_file(file: &Path, content: &[u8]) -> io::Result<()> {
    remove_abandoned(file.parent().unwrap_or(file));
    replace_unlocked(file, |new| os::create_private_file(new)?.write_all(content))
}

/// How the names of unfinished files and directories in the cache start.
const TEMP_PREFIXES: [&str; 3] = [TEMP_SUFFIX, TEMP_DIR_PREFIX, ".tmp"];

/// The same for a directory that will be renamed.
pub(crate) const TEMP_DIR_PREFIX: &str = ".new-";

/// The age at which they are surely abandoned.
const TEMP_MAX_AGE: Duration = Duration::from_secs(60 * 60);

/// Removes what killed processes left in a directory of the cache.
pub(crate) fn remove_abandoned(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_temp = |prefix: &str| name.as_encoded_bytes().starts_with(prefix.as_bytes());
        if TEMP_PREFIXES.into_iter().any(is_temp)
            && age_of(entry.metadata()).is_some_and(|age| age > TEMP_MAX_AGE)
        {
            let _ = remove_path(&entry.path());
        }
    }
}

/// Removes what killed processes left of [`replace_unlocked`] in a directory that holds other things too.
pub(crate) fn remove_abandoned_files(dir: &Path) {
    let is_ours = |name: &OsStr| {
        let random = name
            .to_str()
            .and_then(|name| name.strip_prefix(TEMP_SUFFIX));
        random.is_some_and(|random| {
            random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    };
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if is_ours(&entry.file_name())
            && entry.file_type().is_ok_and(|kind| !kind.is_dir())
            && age_of(entry.metadata()).is_some_and(|age| age > TEMP_MAX_AGE)
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A file for a helper to write to, in a directory where [`remove_abandoned_files`] finds it. It is removed on drop.
pub(crate) fn temp_file_in(dir: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(TEMP_SUFFIX)
        .tempfile_in(dir)
}

/// The time since a file was last changed.
pub(crate) fn age_of(found: io::Result<Metadata>) -> Option<Duration> {
    found.ok()?.modified().ok()?.elapsed().ok()
}

/// Atomically replaces the content of an existing file and keeps its mode.
pub(crate) fn rewrite_file(file: &Path, content: &[u8]) -> io::Result<()> {
    replace_atomically(file, |new| {
        write_new(new, content)?;
        os::copy_mode(file, new)
    })
}

/// Atomically writes an executable file.
pub(crate) fn write_script(file: &Path, content: &[u8]) -> io::Result<()> {
    replace_atomically(file, |new| {
        write_new(new, content)?;
        os::make_executable(new)
    })
}

/// Creates a file, or replaces what is there, even a link.
pub(crate) fn write_file(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    match write_new(path, content.as_ref()) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            replace_unlocked(path, |new| write_new(new, content.as_ref()))
        }
        other => other,
    }
    .map_err(|error| path_error("write", path, &error))
}

/// Creates a file. It is an error if anything is there.
pub(crate) fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    File::create_new(path)?.write_all(content)
}

/// Copies a file with its mode to a new path. It is an error if anything is there.
pub(crate) fn copy_new(from: &Path, to: &Path) -> io::Result<File> {
    let mut source = open_regular(from)?;
    let mut copy = os::create_new_with_mode(to, &source.metadata()?)?;
    io::copy(&mut source, &mut copy)?;
    Ok(copy)
}

/// What is at `path`, links not followed; None if nothing is. It is an error if that cannot be determined: something
/// may be there.
pub(crate) fn look_at(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

/// Whether the directory of `file` is inside the directory `root`, links followed.
pub(crate) fn is_really_within(file: &Path, root: &Path) -> bool {
    let dir = dunce::canonicalize(file.parent().unwrap_or(file));
    matches!((dir, dunce::canonicalize(root)), (Ok(dir), Ok(root)) if dir.starts_with(&root))
}

/// Whether a file, or what it leads to, is in the directory `dir`, by any path.
pub(crate) fn lies_in(file: &Path, dir: &Path) -> bool {
    let real = (dunce::canonicalize(file), dunce::canonicalize(dir));
    file.starts_with(dir)
        || is_really_within(file, dir)
        || matches!(real, (Ok(file), Ok(dir)) if file.starts_with(&dir))
}

/// Opens one of vrun's regular files to append to it. A link is not followed.
pub(crate) fn open_for_append(file: &Path) -> io::Result<File> {
    os::open_regular(File::options().append(true), file)
}

/// Opens a lock file, or creates it: for writing if that is allowed. A link is not followed.
pub(crate) fn open_lock_file(file: &Path) -> io::Result<File> {
    // NFS locks only files that are open for writing; a read-only file system has none.
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    match os::open_regular(&mut options, file) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            os::open_regular(File::options().read(true), file).map_err(|_| error)
        }
        other => other,
    }
}

/// Opens a file that the user names, links followed, to read it and to append to it.
#[expect(clippy::disallowed_methods, reason = "the user names the file")]
pub(crate) fn open_named_for_append(file: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).append(true).create(true).open(file)
}

pub(crate) fn make_dir(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path).map_err(|error| path_error("create", path, &error))
}

/// Removes a file, a link, or a directory with all that is in it.
pub(crate) fn remove_path(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path)?.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
}

/// The names in a directory.
pub(crate) fn entry_names(dir: &Path) -> io::Result<Vec<OsString>> {
    fs::read_dir(dir)?
        .map(|entry| Ok(entry?.file_name()))
        .collect()
}

/// The entries of a directory; none if it does not exist.
pub(crate) fn read_dir_if_exists(
    dir: &Path,
) -> io::Result<impl Iterator<Item = io::Result<fs::DirEntry>>> {
    match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
    .map(|entries| entries.into_iter().flatten())
}

/// The error, with what failed: `cannot write /a/b: permission denied`.
pub(crate) fn path_error(verb: &str, path: &Path, error: &io::Error) -> io::Error {
    let message = format!("cannot {verb} {}: {}", printable(path), io_reason(error));
    io::Error::new(error.kind(), message)
}
