//! What a Python was configured with, without starting it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::fs::path_error;
use crate::os;

/// A text among the variables that `make` wrote down when the Python was built, in the module
/// `_sysconfigdata_*` of its standard library (Lib/sysconfig). None where there is none, or it is empty.
///
/// # Errors
/// What is there cannot be read.
pub(crate) fn read_variable(stdlib: &Path, name: &str) -> io::Result<Option<String>> {
    let Some(module) =
        sysconfigdata_path(stdlib).map_err(|error| path_error("read", stdlib, &error))?
    else {
        return Ok(None);
    };
    let text = fs::read(&module).map_err(|error| path_error("read", &module, &error))?;
    // One to a line, sorted, and those that are asked for are among the last.
    let key = format!("'{name}': '");
    let mut lines = text
        .rsplit(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_start);
    let value = lines.find_map(|line| line.strip_prefix(key.as_bytes()));
    let value = value.and_then(|rest| rest.split(|byte| *byte == b'\'').next());
    let value = value.map(|value| String::from_utf8_lossy(value).into_owned());
    Ok(value.filter(|value| !value.is_empty()))
}

/// Whether an interpreter that looks for its library above `start`, then where it was configured to be (getpath.py),
/// finds `stdlib`. `below` is the library's path in a prefix.
pub(crate) fn finds_stdlib(start: Option<&Path>, stdlib: &Path, below: &Path) -> bool {
    let above = start.into_iter().flat_map(Path::ancestors);
    let found = above
        .map(|prefix| prefix.join(below))
        .find(|dir| dir.join("os.py").is_file());
    // What cannot be read is left to the interpreter itself.
    let prefix = || read_variable(stdlib, "prefix").ok().flatten();
    found
        .or_else(|| Some(Path::new(&prefix()?).join(below)))
        .is_some_and(|dir| os::is_same_file(&dir, stdlib))
}

fn sysconfigdata_path(stdlib: &Path) -> io::Result<Option<PathBuf>> {
    let is_it = |name: &str| name.starts_with("_sysconfigdata_") && name.ends_with(".py");
    for entry in read_dir_if_exists(stdlib)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_it) {
            return Ok(Some(entry.path()));
        }
    }
    Ok(None)
}

/// What is in a directory; nothing where there is no such directory.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read_dir_if_exists(
    dir: &Path,
) -> io::Result<impl Iterator<Item = io::Result<fs::DirEntry>>> {
    match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
    .map(|found| found.into_iter().flatten())
}
