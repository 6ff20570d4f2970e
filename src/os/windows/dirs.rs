//! The directories of a user, and names to do with Pythons.

use std::path::{Path, PathBuf};

/// The cache directory.
pub(crate) fn cache_home(
    _: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    setting("LOCALAPPDATA").filter(|path| path.is_absolute())
}

/// The data directory, below which uv installs Pythons.
pub(crate) fn data_home(
    _: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    setting("APPDATA").filter(|path| path.is_absolute())
}

/// pyenv's directory in the home directory (pyenv-win's README).
pub(crate) const PYENV_DIR: &str = r".pyenv\pyenv-win";
/// The Python launcher, which comes with Python's installer (PEP 397).
pub(crate) const PY_LAUNCHER: Option<&str> = Some("py");
/// What people type for any Python.
pub(crate) const PYTHON_COMMAND: &str = "python";
