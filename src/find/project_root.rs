//! The project: the nearest directory at or above a place that holds one of the files every project has.

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

/// The project that holds `place`.
pub(crate) fn nearest_project<'a>(place: &'a Path, home: Option<&Path>) -> Option<&'a Path> {
    place.ancestors().find(|dir| is_project_root(dir, home))
}

/// Whether `dir` is a project's root. People keep their dotfiles, or a whole system, in git: that makes
/// neither the home directory nor the root a project.
pub(crate) fn is_project_root(dir: &Path, home: Option<&Path>) -> bool {
    let holds = |names: &[&str]| names.iter().any(|name| dir.join(name).exists());
    let counts = || dir.parent().is_some() && !is_home_dir(dir, home);
    holds(&PROJECT_FILES) || (holds(&VCS_MARKERS) && counts())
}

/// The file that makes a directory a project's root wherever it lies.
pub(crate) fn marker_file(dir: &Path) -> Option<&'static str> {
    PROJECT_FILES
        .into_iter()
        .find(|name| dir.join(name).exists())
}

/// Whether `dir` is the user's home directory, by whatever name it is reached.
pub(crate) fn is_home_dir(dir: &Path, home: Option<&Path>) -> bool {
    home.is_some_and(|home| dir == home || os::is_same_file(dir, home))
}
