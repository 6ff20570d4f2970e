//! Where a user's Pythons and other things lie.

use std::path::{Path, PathBuf};

/// The directory for files that can be made again: XDG_CACHE_HOME or its default; on macOS
/// `~/Library/Caches` (XDG Base Directory Specification; Apple's File System Programming Guide).
pub(crate) fn cache_home(
    home: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    if let Some(named) = setting("XDG_CACHE_HOME").filter(|path| path.is_absolute()) {
        return Some(named);
    }
    let below = if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    };
    Some(home?.join(below))
}

/// Where data of programs is kept, below which uv keeps Pythons (XDG Base Directory Specification).
pub(crate) fn data_home(
    home: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    let named = setting("XDG_DATA_HOME").filter(|dir| dir.is_absolute());
    named.or_else(|| Some(home?.join(".local/share")))
}

/// Where pyenv lies in the home directory.
pub(crate) const PYENV_DIR: &str = ".pyenv";
/// The program that starts the Python that it takes for the best: there is none, PATH decides.
pub(crate) const PY_LAUNCHER: Option<&str> = None;
/// What a person types for any Python.
pub(crate) const PYTHON_COMMAND: &str = "python3";

/// Installers register no Python here.
pub(crate) fn registered_pythons() -> Vec<(String, PathBuf)> {
    Vec::new()
}
