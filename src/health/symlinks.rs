//! A path of an environment's Python -> where its links lead, read one by one: the name of the last target says which
//! Python it is, and a dangling one says what was removed.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::{fs, iter};

use crate::os;
use crate::venv::{MinorVersion, scripts_dir};

use super::problem::Problem;

/// As many as Linux follows (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// The file that `python`, of the environment at `root`, leads to, or the problem with its links.
pub(super) fn resolve_python(root: &Path, python: &Path) -> Result<PathBuf, Problem> {
    let last_link = || {
        let first = (None, python.to_owned());
        link_targets(python).fold(first, |(_, link), target| (Some(link), target))
    };
    let is_denied = match fs::metadata(python) {
        Ok(found) if found.is_file() => return Ok(last_link().1),
        Err(error) if os::is_link_loop(&error) => {
            let link = python.to_owned();
            return Err(Problem::LinkLoop { link });
        }
        Err(error) => error.kind() == ErrorKind::PermissionDenied,
        Ok(_) => false,
    };
    let scripts = scripts_dir(root);
    Err(match last_link() {
        (Some(link), target) if is_denied => Problem::PythonInaccessible { link, target },
        (Some(link), target) => Problem::PythonMissing { link, target },
        (None, _) => Problem::NoPython { scripts },
    })
}

/// The target of `path`, if it is a link, then the target of that.
fn link_targets(path: &Path) -> impl Iterator<Item = PathBuf> {
    let target = |link: &Path| Some(link.with_file_name(fs::read_link(link).ok()?));
    iter::successors(target(path), move |link| target(link)).take(MAX_LINKS)
}

/// What the links of a Python say about their target.
#[derive(Debug)]
pub(super) enum LinkedPython {
    /// It is not a link.
    Copy,
    /// A Python of this version, by its name, at this path.
    Versioned(MinorVersion, PathBuf),
    /// Something without a version in its name.
    Unversioned,
}

/// What `python`, of the environment at `root`, leads to by the names of the link targets. Targets within the
/// environment are ignored: they are as old as it is.
pub(super) fn linked_python(root: &Path, python: &Path) -> LinkedPython {
    let mut targets = link_targets(python).peekable();
    if targets.peek().is_none() {
        return LinkedPython::Copy;
    }
    let outside = targets.filter(|target| !is_within(target, root));
    let versioned =
        outside.filter_map(|path| Some((MinorVersion::from_name(path.file_name()?)?, path)));
    match versioned.last() {
        Some((minor, path)) => LinkedPython::Versioned(minor, path),
        None => LinkedPython::Unversioned,
    }
}

/// By the text alone: no step may cost more than the readlink.
fn is_within(path: &Path, root: &Path) -> bool {
    let below = path.strip_prefix(root);
    below.is_ok_and(|below| below.components().all(|part| part != Component::ParentDir))
}
