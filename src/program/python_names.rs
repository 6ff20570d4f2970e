//! A program's name as it was typed -> whether it means Python, pip, a Python file or a path.

use std::ffi::OsStr;
use std::path::{self, Path};

use crate::{os, venv};

/// `tool.py`, `tool.pyw`
pub(super) fn is_python_source(name: &OsStr) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|end| {
        ["py", "pyw"]
            .iter()
            .any(|python| end.eq_ignore_ascii_case(python))
    })
}

/// Whether `name` is a path.
pub(super) fn has_separator(name: &OsStr) -> bool {
    let is_separator = |byte: &u8| path::is_separator(char::from(*byte));
    name.as_encoded_bytes().iter().any(is_separator)
}

/// Whether `name` means this environment's Python or its pip.
pub(super) fn is_python_or_pip(name: &OsStr) -> bool {
    is_python_name(name) || is_versioned("pip", name)
}

/// `python`, `python3`, `python3.12`, `python3.13t`, `python3.6m`, `pypy3`, and on Windows `pythonw` and the suffix.
pub(crate) fn is_python_name(name: &OsStr) -> bool {
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
        let names = "python python3 python3.12 python3.13t python3.13td python3.6m python3.12-intel64 pip pip3.9 pypy3 \
            pypy3.10";
        for name in names.split(' ') {
            assert!(is_python_or_pip(name.as_ref()), "{name}");
        }
        let others = "pythonic python-config pipx pip-compile python3. pythonmd pytest ipython";
        for name in others.split(' ') {
            assert!(!is_python_or_pip(name.as_ref()), "{name}");
        }
    }
}
