//! The variables that a Python was built with, without starting it.

use std::io;
use std::path::Path;

use crate::fs::{path_error, read_dir_if_exists};
use crate::os;
use crate::read::{MAX_TEXT, read_file};

/// A string among the variables that `make` wrote into the module `_sysconfigdata_*` of the standard library
/// (Lib/sysconfig). None if there is none, or it is empty.
///
/// # Errors
/// The directory or the module cannot be read.
pub(crate) fn read_variable(stdlib: &Path, name: &str) -> io::Result<Option<String>> {
    let unreadable = |error| path_error("read", stdlib, &error);
    let entries = read_dir_if_exists(stdlib).map_err(unreadable)?;
    let names = entries
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(unreadable)?;
    let modules = names.iter().filter(|name| {
        let name = name.as_encoded_bytes();
        name.starts_with(b"_sysconfigdata_") && name.ends_with(b".py")
    });
    let Some(module) = modules.min().map(|name| stdlib.join(name)) else {
        return Ok(None);
    };
    let text = read_file(&module, MAX_TEXT).map_err(|error| path_error("read", &module, &error))?;
    // One on each line, sorted; those that vrun needs are among the last.
    let key = format!("'{name}': '");
    let mut lines = text
        .rsplit(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_start);
    let value = lines.find_map(|line| line.strip_prefix(key.as_bytes()));
    let value = value.and_then(|rest| rest.split(|byte| *byte == b'\'').next());
    let value = value.filter(|value| !value.is_empty());
    Ok(value.map(|value| String::from_utf8_lossy(value).into_owned()))
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
