//! What an active environment, VIRTUAL_ENV, weighs against what the walk found.
//!
//! It is the user's own choice where it belongs to this very project; a neighbour's never slips in.

use std::path::{Path, PathBuf};

use super::barred::barred;
use super::walk::{End, Walked};
use super::{Answer, Found, Missing, Search, Why, project};
use crate::os;
use crate::venv::{self, is_sound};

/// The answer, once the active environment has had its say.
pub fn weigh(walked: Walked, search: &Search) -> Answer {
    let Walked {
        start,
        end,
        project,
        passed,
    } = walked;
    let found = |root: &Path, why| {
        let left = other_than(root, search);
        Answer::Found(Found {
            root: root.to_owned(),
            why,
            left,
            passed: Vec::new(),
        })
    };
    let mut answer = match end {
        End::Environment { root, why, dir } => match candidate(&root, search) {
            Some(active) if inside(active, &dir) && !is_anothers(active, &start, search) => {
                found(active, Why::ActiveHere)
            }
            Some(active) if !is_sound(&root) && !is_anothers(active, &start, search) => {
                found(active, Why::ActiveInstead(root))
            }
            _ => found(&root, why),
        },
        End::ToBeMade { root, dir } => match candidate(&root, search) {
            Some(active) if inside(active, &dir) && !is_anothers(active, &start, search) => {
                found(active, Why::ActiveHere)
            }
            _ => missing(root, project, None, search),
        },
        End::Top => match candidate(Path::new(""), search) {
            Some(active) if !is_anothers(active, &start, search) => found(active, Why::ActiveAlone),
            _ => {
                let place = project.clone().unwrap_or(start);
                let barred = barred(&place, search);
                missing(place.join(search.names.first()), project, barred, search)
            }
        },
    };
    match &mut answer {
        Answer::Found(found) => found.passed = passed,
        Answer::Missing(missing) => missing.passed = passed,
    }
    answer
}

fn missing(
    at: PathBuf,
    project: Option<PathBuf>,
    barred: Option<super::Barred>,
    search: &Search,
) -> Answer {
    let left = other_than(&at, search);
    Answer::Missing(Missing {
        at,
        project,
        barred,
        left,
        passed: Vec::new(),
    })
}

/// The active environment, where it is another than `root` and its Python is there.
fn candidate<'a>(root: &Path, search: &'a Search) -> Option<&'a Path> {
    let active = search.active.as_deref()?;
    let other = active != root && is_sound(active) && !os::same_file(active, root);
    other.then_some(active)
}

/// The active environment where it is another than `root`. What VIRTUAL_ENV names without being an
/// environment (some images say `/usr`) has no scripts directory that could be taken off PATH.
pub fn other_than(root: &Path, search: &Search) -> Option<PathBuf> {
    let active = search.active.as_deref()?;
    (active != root && active.join(venv::MARKER).is_file()).then(|| active.to_owned())
}

/// Whether `env` lies in a project that does not hold `start`.
fn is_anothers(env: &Path, start: &Path, search: &Search) -> bool {
    let around = env
        .parent()
        .and_then(|above| project::nearest(above, search.home.as_deref()));
    around.is_some_and(|project| !inside(start, project))
}

/// Whether `path` is `dir` or below it, as it is spelled or as it really lies.
fn inside(path: &Path, dir: &Path) -> bool {
    path.starts_with(dir)
        || match (dunce::canonicalize(path), dunce::canonicalize(dir)) {
            (Ok(path), Ok(dir)) => path.starts_with(dir),
            _ => false,
        }
}
