//! The project of a directory: the nearest one at or above it that holds a file typical of a project.

use std::path::Path;

use crate::os;

const PROJECT_FILES: [&str; 8] = [
    "pyproject.toml",
    "pylock.toml",
    "requirements.txt",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "tox.ini",
    ".python-version",
];

/// `.git` is a directory, or a file in a worktree or a submodule.
const VCS_MARKERS: [&str; 2] = [".git", ".hg"];

/// The root of the project that holds `dir`.
pub(crate) fn nearest_project<'a>(dir: &'a Path, home: Option<&Path>) -> Option<&'a Path> {
    dir.ancestors().find(|dir| is_project_root(dir, home))
}

/// Whether `dir` is a project's root. People keep their dotfiles, or a whole system, in git: that makes
/// neither the home directory nor the root a project.
pub(super) fn is_project_root(dir: &Path, home: Option<&Path>) -> bool {
    let may_be_vcs_root = || dir.parent().is_some() && !is_home_dir(dir, home);
    marker_file(dir).is_some()
        || (VCS_MARKERS.iter().any(|name| dir.join(name).exists()) && may_be_vcs_root())
}

/// The file that makes `dir` a project's root, whichever directory it is.
pub(super) fn marker_file(dir: &Path) -> Option<&'static str> {
    let mut names = PROJECT_FILES.into_iter();
    names.find(|name| dir.join(name).exists())
}

/// Whether `dir` is the user's home directory, by any of its paths.
pub(super) fn is_home_dir(dir: &Path, home: Option<&Path>) -> bool {
    home.is_some_and(|home| dir == home || os::is_same_file(dir, home))
}
