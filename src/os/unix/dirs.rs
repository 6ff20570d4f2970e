//! The directories of a user, and names to do with Pythons.

use std::path::{Path, PathBuf};

/// The cache directory: XDG_CACHE_HOME or its default, on macOS `~/Library/Caches` (XDG Base Directory Specification;
/// Apple's File System Programming Guide).
pub(crate) fn cache_home(
    home: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    let default = match cfg!(target_os = "macos") {
        true => "Library/Caches",
        false => ".cache",
    };
    let set = setting("XDG_CACHE_HOME").filter(|dir| dir.is_absolute());
    set.or_else(|| Some(home?.join(default)))
}

/// The data directory, below which uv installs Pythons (XDG Base Directory Specification).
pub(crate) fn data_home(
    home: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    let set = setting("XDG_DATA_HOME").filter(|dir| dir.is_absolute());
    set.or_else(|| Some(home?.join(".local/share")))
}

/// pyenv's directory in the home directory.
pub(crate) const PYENV_DIR: &str = ".pyenv";
/// The Python launcher: there is none.
pub(crate) const PY_LAUNCHER: Option<&str> = None;
/// What people type for any Python.
pub(crate) const PYTHON_COMMAND: &str = "python3";

/// Installers register no Python here.
pub(crate) fn registered_pythons() -> Vec<(String, PathBuf)> {
    Vec::new()
}
