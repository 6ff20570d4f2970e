//! The nearest `pyvenv.cfg` up the directory tree decides. An active environment of the same project comes before it,
//! and serves where there is none. Nothing is created here.

use crate::error::Error;

use super::active;
use super::search::Search;
use super::selection::Outcome;
use super::walk::{self, WalkEnd};

/// The nearest environment from where the search starts.
///
/// # Errors
/// A redirect file is broken, several environments qualify, or the one found has an untrusted owner.
pub(crate) fn nearest(search: &Search) -> Result<Outcome, Error> {
    let mut walk = walk::walk_up(&search.start, search)?;
    if matches!(walk.end, WalkEnd::Top) && walk.project.is_none() {
        // The user came here through a link: the directories above the real path count too, before an
        // environment is created in the middle of a project.
        let real = dunce::canonicalize(&search.start).unwrap_or_else(|_| search.start.clone());
        if real != search.start {
            walk = walk::walk_up(&real, search)?;
        }
    }
    active::apply_active(walk, search)
}
