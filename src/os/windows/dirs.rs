//! Where a user's Pythons and other things lie.

use std::path::{Path, PathBuf};

/// The directory for files that can be made again.
pub(crate) fn cache_home(
    _: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    setting("LOCALAPPDATA").filter(|path| path.is_absolute())
}

/// Where data of programs is kept, below which uv keeps Pythons.
pub(crate) fn data_home(
    _: Option<&Path>,
    setting: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    setting("APPDATA").filter(|path| path.is_absolute())
}

/// Where pyenv lies in the home directory (pyenv-win's README).
pub(crate) const PYENV_DIR: &str = r".pyenv\pyenv-win";
/// The program that comes with Python's installer, and starts the one that it takes for the best (PEP 397).
pub(crate) const PY_LAUNCHER: Option<&str> = Some("py");
/// What a person types for any Python.
pub(crate) const PYTHON_COMMAND: &str = "python";
