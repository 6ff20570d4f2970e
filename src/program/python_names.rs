//! A program's name as it was typed -> what it says of the program.

use std::ffi::OsStr;
use std::path::Path;

use crate::{os, venv};

/// Whether `name` ends as Python's files do.
pub(super) fn is_python_source(name: &OsStr) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|end| end.eq_ignore_ascii_case("py") || end.eq_ignore_ascii_case("pyw"))
}

/// Whether `name` is a path.
pub(super) fn has_separator(name: &OsStr) -> bool {
    name.as_encoded_bytes()
        .iter()
        .any(|byte| std::path::is_separator(char::from(*byte)))
}

/// Whether `name` means this environment's Python or its pip.
pub(super) fn is_python_or_pip(name: &OsStr) -> bool {
    is_python_name(name) || is_versioned("pip", name)
}

/// `python`, `python3`, `python3.12`, `python3.13t`, `python3.6m`, `pypy3`, and on Windows `pythonw` and the ending.
pub(super) fn is_python_name(name: &OsStr) -> bool {
    is_versioned("python", name) || is_versioned("pypy", name)
}

fn is_versioned(stem: &str, name: &OsStr) -> bool {
    let name = name.to_str().map(os::normalize_program_name);
    name.is_some_and(|name| venv::is_versioned_name(name.strip_suffix('w').unwrap_or(&name), stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_python_and_pip_are_this_environments() {
        for name in [
            "python",
            "python3",
            "python3.12",
            "python3.13t",
            "python3.13td",
            "python3.6m",
            "python3.12-intel64",
            "pip",
            "pip3.9",
            "pypy3",
            "pypy3.10",
        ] {
            assert!(is_python_or_pip(OsStr::new(name)), "{name}");
        }
        for name in [
            "pythonic",
            "python-config",
            "pipx",
            "pip-compile",
            "python3.",
            "pythonmd",
            "pytest",
            "ipython",
        ] {
            assert!(!is_python_or_pip(OsStr::new(name)), "{name}");
        }
    }
}
