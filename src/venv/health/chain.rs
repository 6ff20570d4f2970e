//! A name of an environment's Python -> where its links lead, each read by itself: what the last one is called
//! says which Python it is, and which of them leads nowhere says what was taken away.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use super::Series;
use crate::os;

/// As many as Linux follows (path_resolution(7)).
const MOST: usize = 40;

/// Where a chain of links ends.
#[derive(Debug)]
pub enum End {
    /// At this file.
    File(PathBuf),
    /// There is not even a link.
    Absent,
    /// At nothing: the last link names what does not exist.
    Gone { link: PathBuf, target: PathBuf },
    /// At what may not be looked at.
    Barred { link: PathBuf, target: PathBuf },
    /// Nowhere.
    Loop,
}

/// Follows the links from `path`.
pub fn follow(path: &Path) -> End {
    let denied = match fs::metadata(path) {
        Ok(found) if found.is_file() => return End::File(last(path).1),
        Err(error) if os::is_link_loop(&error) => return End::Loop,
        Err(error) => error.kind() == ErrorKind::PermissionDenied,
        Ok(_) => false,
    };
    match last(path) {
        (Some(link), target) if denied => End::Barred { link, target },
        (Some(link), target) => End::Gone { link, target },
        (None, _) => End::Absent,
    }
}

/// The last link of a chain, and what it names.
fn last(path: &Path) -> (Option<PathBuf>, PathBuf) {
    let (mut link, mut end) = (None, path.to_owned());
    for _ in 0..MOST {
        let Some(target) = next(&end) else { break };
        link = Some(end);
        end = target;
    }
    (link, end)
}

fn next(link: &Path) -> Option<PathBuf> {
    let target = fs::read_link(link).ok()?;
    Some(link.with_file_name(target))
}

/// What the links of a Python say of what they lead to.
#[derive(Debug)]
pub enum Lead {
    /// It is a file of its own.
    Copy,
    /// A Python of this version, by its name, at this path.
    To(Series, PathBuf),
    /// Something whose name says nothing.
    Unnamed,
}

/// What `python`, of the environment at `root`, leads to by the names of its links. Those within the
/// environment do not count: they were given when it was made.
pub fn lead(root: &Path, python: &Path) -> Lead {
    let Some(mut end) = next(python) else {
        return Lead::Copy;
    };
    let mut lead = Lead::Unnamed;
    for _ in 0..MOST {
        let name = end.file_name().filter(|_| !is_within(&end, root));
        if let Some(series) = name.and_then(Series::of_name) {
            lead = Lead::To(series, end.clone());
        }
        let Some(target) = next(&end) else { break };
        end = target;
    }
    lead
}

/// By its text: no step may cost more than the readlink.
fn is_within(path: &Path, root: &Path) -> bool {
    let below = path.strip_prefix(root);
    below.is_ok_and(|below| below.components().all(|part| part != Component::ParentDir))
}
