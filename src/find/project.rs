//! The project: the nearest directory at or above a place that holds one of the files every project has.

use std::path::Path;

use crate::os;

const FILES: [&str; 8] = [
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
const VERSION_CONTROL: [&str; 2] = [".git", ".hg"];

/// The project that holds `place`.
pub fn nearest<'a>(place: &'a Path, home: Option<&Path>) -> Option<&'a Path> {
    place.ancestors().find(|dir| is_root(dir, home))
}

/// Whether `dir` is a project's root. People keep their dotfiles, or a whole system, in git: that makes
/// neither the home directory nor the root a project.
pub fn is_root(dir: &Path, home: Option<&Path>) -> bool {
    let holds = |names: &[&str]| names.iter().any(|name| dir.join(name).exists());
    let counts = || dir.parent().is_some() && !is_home(dir, home);
    holds(&FILES) || (holds(&VERSION_CONTROL) && counts())
}

/// The file that makes a directory a project's root wherever it lies.
pub fn sign(dir: &Path) -> Option<&'static str> {
    FILES.into_iter().find(|name| dir.join(name).exists())
}

/// Whether `dir` is the user's home directory, by whatever name it is reached.
pub fn is_home(dir: &Path, home: Option<&Path>) -> bool {
    home.is_some_and(|home| dir == home || os::same_file(dir, home))
}
