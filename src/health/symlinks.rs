//! A name of an environment's Python -> where its links lead, each read by itself: what the last one is called
//! says which Python it is, and which of them leads nowhere says what was taken away.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use crate::os;
use crate::venv::MinorVersion;

/// As many as Linux follows (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// Where a chain of links ends.
#[derive(Debug)]
pub(super) enum LinkEnd {
    /// At this file.
    File(PathBuf),
    /// There is not even a link.
    Absent,
    /// At nothing: the last link names what does not exist.
    Dangling { link: PathBuf, target: PathBuf },
    /// At what may not be looked at.
    Inaccessible { link: PathBuf, target: PathBuf },
    /// Nowhere.
    Loop,
}

/// Follows the links from `path`.
pub(super) fn follow_links(path: &Path) -> LinkEnd {
    let denied = match fs::metadata(path) {
        Ok(found) if found.is_file() => return LinkEnd::File(last_link(path).1),
        Err(error) if os::is_link_loop(&error) => return LinkEnd::Loop,
        Err(error) => error.kind() == ErrorKind::PermissionDenied,
        Ok(_) => false,
    };
    match last_link(path) {
        (Some(link), target) if denied => LinkEnd::Inaccessible { link, target },
        (Some(link), target) => LinkEnd::Dangling { link, target },
        (None, _) => LinkEnd::Absent,
    }
}

/// The last link of a chain, and what it names.
fn last_link(path: &Path) -> (Option<PathBuf>, PathBuf) {
    let (mut link, mut end) = (None, path.to_owned());
    for _ in 0..MAX_LINKS {
        let Some(target) = next_link(&end) else { break };
        link = Some(end);
        end = target;
    }
    (link, end)
}

fn next_link(link: &Path) -> Option<PathBuf> {
    let target = fs::read_link(link).ok()?;
    Some(link.with_file_name(target))
}

/// What the links of a Python say of what they lead to.
#[derive(Debug)]
pub(super) enum LinkedPython {
    /// It is a file of its own.
    Copy,
    /// A Python of this version, by its name, at this path.
    Versioned(MinorVersion, PathBuf),
    /// Something whose name says nothing.
    Unversioned,
}

/// What `python`, of the environment at `root`, leads to by the names of its links. Those within the
/// environment do not count: they were given when it was made.
pub(super) fn linked_python(root: &Path, python: &Path) -> LinkedPython {
    let Some(mut end) = next_link(python) else {
        return LinkedPython::Copy;
    };
    let mut lead = LinkedPython::Unversioned;
    for _ in 0..MAX_LINKS {
        let name = end.file_name().filter(|_| !is_within(&end, root));
        if let Some(series) = name.and_then(MinorVersion::from_name) {
            lead = LinkedPython::Versioned(series, end.clone());
        }
        let Some(target) = next_link(&end) else { break };
        end = target;
    }
    lead
}

/// By its text: no step may cost more than the readlink.
fn is_within(path: &Path, root: &Path) -> bool {
    let below = path.strip_prefix(root);
    below.is_ok_and(|below| below.components().all(|part| part != Component::ParentDir))
}
