//! A path -> what is there, who owns it, and what holds it.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use crate::os::{self, UserId};

use super::untrusted::{Owned, Part};

/// What is at a path, and who owns it.
#[derive(Debug)]
pub(crate) struct OwnedMetadata {
    /// What the path leads to.
    pub(super) target: Metadata,
    /// The owner of the link, if it is one.
    pub(super) link_owner: Option<UserId>,
}

/// The metadata of `path`, by one system call, or two for a link.
///
/// # Errors
/// Nothing is there, or it may not be accessed.
pub(crate) fn read_metadata(path: &Path) -> io::Result<OwnedMetadata> {
    read_link_metadata(path)?
}

/// The same; the inner error is that a link is there and cannot be followed.
///
/// # Errors
/// Nothing is there, or it may not be accessed.
pub(crate) fn read_link_metadata(path: &Path) -> io::Result<io::Result<OwnedMetadata>> {
    let found = fs::symlink_metadata(path)?;
    let link_owner = found.is_symlink().then(|| os::owner_of(&found));
    let target = match link_owner {
        Some(_) => fs::metadata(path),
        None => Ok(found),
    };
    Ok(target.map(|target| OwnedMetadata { target, link_owner }))
}

impl OwnedMetadata {
    pub(crate) fn is_dir(&self) -> bool {
        self.target.is_dir()
    }

    pub(crate) fn is_file(&self) -> bool {
        self.target.is_file()
    }

    /// Ignores the owner of the link, which the user chose to follow.
    pub(crate) fn without_link(mut self) -> OwnedMetadata {
        self.link_owner = None;
        self
    }

    pub(super) fn owners(&self, link: Part, target: Part) -> impl Iterator<Item = Owned> {
        let link = self.link_owner.map(|owner| (link, owner));
        let target = (target, os::owner_of(&self.target));
        link.into_iter().chain([target])
    }
}

/// The directory that holds `path`, or what that links to, if everyone may replace what is in there.
pub(super) fn open_parent(path: &Path, is_link: bool) -> Option<PathBuf> {
    let target = is_link.then(|| dunce::canonicalize(path).ok()).flatten();
    let places = [Some(path), target.as_deref()].into_iter().flatten();
    let mut parents = places.filter_map(Path::parent);
    let parent = parents.find(|parent| {
        let found = fs::metadata(parent);
        found.is_ok_and(|found| os::is_world_writable(&found) && !os::is_sticky(&found))
    });
    parent.map(Path::to_owned)
}

pub(super) fn owner_at(path: &Path) -> Option<UserId> {
    fs::metadata(path).ok().map(|found| os::owner_of(&found))
}

/// Whether `path` is `dir` or below it, as spelled or with links resolved.
pub(crate) fn is_within(path: &Path, dir: &Path) -> bool {
    path.starts_with(dir)
        || match (dunce::canonicalize(path), dunce::canonicalize(dir)) {
            (Ok(path), Ok(dir)) => path.starts_with(dir),
            _ => false,
        }
}
