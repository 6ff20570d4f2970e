//! The project of a directory: the nearest one at or above it that holds a file typical of a project.

use std::path::{Path, PathBuf};

use crate::os;
use crate::process::Process;
use crate::trust::{self, Trust, Untrusted};

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

/// A file or directory typical of a project that is ignored because of its owner.
pub(super) type IgnoredMarker = (PathBuf, Untrusted);

/// The root of the project that holds `dir`.
pub(crate) fn nearest_project<'a>(dir: &'a Path, process: &Process) -> Option<&'a Path> {
    find_project(
        dir,
        process.home_dir().as_deref(),
        &Trust::new(dir, process),
    )
}

pub(super) fn find_project<'a>(
    dir: &'a Path,
    home: Option<&Path>,
    trust: &Trust,
) -> Option<&'a Path> {
    let mut dirs = dir.ancestors();
    dirs.find(|dir| is_project_root(dir, home, trust, &mut Vec::new()))
}

/// Whether `dir` is a project's root. People keep their dotfiles, or a whole system, in git: that makes
/// neither the home directory nor the root a project.
pub(super) fn is_project_root(
    dir: &Path,
    home: Option<&Path>,
    trust: &Trust,
    ignored: &mut Vec<IgnoredMarker>,
) -> bool {
    let may_be_vcs_root = || dir.parent().is_some() && !is_home_dir(dir, home);
    let is_marked = marker_file(dir, trust, ignored).is_some()
        || (find_marker(dir, &VCS_MARKERS, trust, ignored).is_some() && may_be_vcs_root());
    is_marked && packages_dir(dir).is_none()
}

/// Where other tools install what projects require.
const PACKAGE_DIRS: [&str; 3] = ["node_modules", "site-packages", "dist-packages"];

/// The outermost directory of installed packages that `dir` is, or is in. No package in it is the user's project.
pub(super) fn packages_dir(dir: &Path) -> Option<&Path> {
    let is_packages_dir = |dir: &&Path| {
        let name = dir.file_name();
        PACKAGE_DIRS
            .iter()
            .any(|known| name == Some(known.as_ref()))
    };
    dir.ancestors().filter(is_packages_dir).last()
}

/// `dir`, or, in a `node_modules`, what that is for.
pub(super) fn outside_packages(dir: &Path) -> &Path {
    let packages = packages_dir(dir).filter(|packages| packages.ends_with("node_modules"));
    packages.and_then(Path::parent).unwrap_or(dir)
}

/// The file that makes `dir` a project's root, whichever directory it is.
pub(super) fn marker_file(
    dir: &Path,
    trust: &Trust,
    ignored: &mut Vec<IgnoredMarker>,
) -> Option<&'static str> {
    find_marker(dir, &PROJECT_FILES, trust, ignored)
}

/// Whether a trusted owner put `name` into `dir`.
pub(super) fn has_trusted_marker(dir: &Path, name: &'static str, trust: &Trust) -> bool {
    find_marker(dir, &[name], trust, &mut Vec::new()).is_some()
}

/// The first of these names that is in `dir` and that a trusted owner put there.
fn find_marker(
    dir: &Path,
    names: &[&'static str],
    trust: &Trust,
    ignored: &mut Vec<IgnoredMarker>,
) -> Option<&'static str> {
    let mut names = names.iter().copied();
    names.find(|name| {
        let path = dir.join(name);
        let found = trust::read_metadata(&path);
        found.is_ok_and(|found| match trust.untrusted_marker_owner(&found, dir) {
            Some(owner) => {
                ignored.push((path, owner));
                false
            }
            None => true,
        })
    })
}

/// Whether `dir` is the user's home directory, by any of its paths.
pub(super) fn is_home_dir(dir: &Path, home: Option<&Path>) -> bool {
    home.is_some_and(|home| dir == home || os::is_same_file(dir, home))
}

/// The directory of the environment at `root`, if `project` is somewhere inside it, as a package of a monorepo does.
pub(crate) fn dir_around<'a>(root: &'a Path, project: &Path) -> Option<&'a Path> {
    let dir = root.parent()?;
    (dir != project && project.starts_with(dir)).then_some(dir)
}
