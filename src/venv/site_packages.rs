//! An environment -> its site-packages directories.

use std::fs;
use std::path::{Path, PathBuf};

/// The names of an environment's library directories: `python3.12`, `pypy3.11`.
pub(super) fn library_names(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root.join("lib")).into_iter().flatten();
    let names = entries.flatten().map(|entry| entry.file_name());
    let mut names: Vec<_> = names.filter_map(|name| name.into_string().ok()).collect();
    names.sort();
    names
}

/// Where packages are installed in the environment at `root`: one directory for each version of Python on Unix, `Lib`
/// on Windows, whichever system it was created on.
pub(crate) fn site_packages(root: &Path) -> Vec<PathBuf> {
    let lib = root.join("lib");
    let libraries = library_names(root).into_iter().map(|name| lib.join(name));
    let sites = libraries
        .chain([root.join("Lib")])
        .map(|dir| dir.join("site-packages"));
    sites.filter(|dir| dir.is_dir()).collect()
}
