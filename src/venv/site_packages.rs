//! An environment -> its site-packages directories.

use std::fs;
use std::path::{Path, PathBuf};

/// The library directories of an environment, by name: `python3.12`, `pypy3.11`.
pub(super) fn library_names(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root.join("lib")).into_iter().flatten();
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Where packages lie in the environment at `root`: one directory for each version of Python on Unix, `Lib`
/// on Windows, whichever made it.
pub(crate) fn site_packages(root: &Path) -> Vec<PathBuf> {
    let lib = root.join("lib");
    let below = library_names(root).into_iter().map(|name| lib.join(name));
    below
        .chain([root.join("Lib")])
        .map(|dir| dir.join("site-packages"))
        .filter(|dir| dir.is_dir())
        .collect()
}
