//! The names of Python in a scripts directory -> the same names, for another base interpreter.

use std::ffi::OsStr;
use std::path::Path;
use std::{fs, io};

use crate::error::io_reason;
use crate::fs::{copy_new, replace_atomically};
use crate::python::{Interpreter, is_script};
use crate::quote::printable;
use crate::{os, venv};

use super::options::PythonFiles;

/// Links or copies every name of Python in `scripts` to `base`: links that lead outside, and copies. Names that link to
/// each other stay as they are.
pub(super) fn relink_pythons(
    scripts: &Path,
    base: &Interpreter,
    files: PythonFiles,
) -> io::Result<()> {
    for entry in fs::read_dir(scripts)? {
        let path = entry?.path();
        if !is_python_name(path.file_name().unwrap_or_default()) {
            continue;
        }
        let found = fs::symlink_metadata(&path)?;
        if found.is_dir() {
            // Only if it is empty: its contents are not ours to remove.
            fs::remove_dir(&path).map_err(|error| {
                let why = format!("{} is a directory: {}", printable(&path), io_reason(&error));
                io::Error::new(error.kind(), why)
            })?;
            continue;
        }
        let is_link = found.is_symlink();
        let is_copy = found.is_file() && !is_script(&path);
        let is_inner_link = fs::read_link(&path).is_ok_and(|target| {
            target.components().count() == 1 && is_python_name(target.as_os_str())
        });
        let is_loop = fs::metadata(&path).is_err_and(|error| os::is_link_loop(&error));
        if files == PythonFiles::Copies && (is_copy || is_link) {
            replace_atomically(&path, |new| {
                copy_new(&base.exe, new).and_then(|copy| os::set_program_mode(&copy))
            })?;
        } else if is_copy || is_link && (!is_inner_link || is_loop) {
            replace_atomically(&path, |new| os::symlink_or_copy(&base.exe, new))?;
        }
    }
    Ok(())
}

/// `python`, `python3.13`, `python3.13t`, `python3.6m`, `python3-intel64`, `pypy3`, `𝜋thon`
fn is_python_name(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    let name = name.strip_suffix(os::EXE_SUFFIX).unwrap_or(name);
    let mut stems = venv::PYTHON_STEMS.iter();
    name == "𝜋thon" || stems.any(|stem| venv::is_versioned_name(name, stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_python_are_recognized() {
        for (name, is) in [
            ("python", true),
            ("python3", true),
            ("python3.13t", true),
            ("python3.6m", true),
            ("python3.13td", true),
            ("python3.12-intel64", true),
            ("pythonmud", false),
            ("pypy3.11", true),
            ("𝜋thon", true),
            ("python3-config", false),
            ("pythonw", false),
            ("pytest", false),
        ] {
            assert_eq!(is_python_name(OsStr::new(name)), is, "{name}");
        }
    }
}
