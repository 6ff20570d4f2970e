//! What an active environment, VIRTUAL_ENV, weighs against what the walk found.
//!
//! It is the user's own choice where it belongs to this very project, whosever it is; a neighbour's never
//! slips in.

use std::path::{Path, PathBuf};

use super::barred::barred;
use super::walk::{End, Walked};
use super::{Answer, Found, Missing, Passed, Search, Why, project, unclaimed};
use crate::error::{Error, shown, typed};
use crate::os;
use crate::venv::{self, health, is_sound};

/// The answer, once the active environment has had its say.
///
/// # Errors
/// There are several environments, and nothing says which; or the one that was found is a stranger's.
pub fn weigh(walked: Walked, search: &Search) -> Result<Answer, Error> {
    let chosen = chosen(&walked, search);
    let Walked {
        start,
        end,
        project,
        passed,
    } = walked;
    let found = |root: PathBuf, why| {
        let left = other_than(&root, search);
        Answer::Found(Found {
            root,
            why,
            left,
            passed: Vec::new(),
        })
    };
    let missing = |at: PathBuf, barred| {
        let (project, left) = (project.clone(), other_than(&at, search));
        Answer::Missing(Missing {
            at,
            project,
            barred,
            left,
            passed: Vec::new(),
        })
    };
    let mut answer = match (chosen, end) {
        (Some((active, why)), _) => found(active.to_owned(), why),
        (None, End::Environment { root, why, .. }) => found(root, why),
        (None, End::ToBeMade { root, .. }) => missing(root, None),
        (None, End::Strangers { root, whose, .. }) => {
            let place = project.as_deref().unwrap_or(&start);
            let own = place.join(search.names.first());
            return Err(whose.refusal(&root, &search.start, &own));
        }
        (None, End::Several { roots, dir }) => return Err(undecided(&roots, &dir)),
        (None, End::Top) => {
            let place = project.as_deref().unwrap_or(&start);
            missing(
                place.join(search.names.first()),
                barred(place, project.is_some(), search),
            )
        }
    };
    match &mut answer {
        Answer::Found(found) => found.passed = passed,
        Answer::Missing(missing) => {
            if missing.barred.is_none() {
                unclaimed(&missing.at, search)?;
            }
            missing.passed = passed;
        }
    }
    Ok(answer)
}

/// The active environment, where it comes before what the walk found, and why it does.
fn chosen<'a>(walked: &Walked, search: &'a Search) -> Option<(&'a Path, Why)> {
    let active = search.active.as_deref()?;
    if let End::Environment { root, .. } = &walked.end
        && (root == active || os::same_file(root, active))
    {
        return None;
    }
    if !is_sound(active) || is_anothers(active, &walked.start, search) {
        return None;
    }
    let is_nowhere = matches!(walked.end, End::Top) && walked.project.is_none();
    if search.is_scripts && !is_nowhere {
        // A script has started vrun in its turn: what it requires is not what this project does.
        return None;
    }
    match &walked.end {
        End::Top => Some((active, Why::ActiveAlone)),
        End::Environment { dir, .. }
        | End::ToBeMade { dir, .. }
        | End::Strangers { dir, .. }
        | End::Several { dir, .. }
            if inside(active, dir) =>
        {
            Some((active, Why::ActiveHere))
        }
        // Who has activated it has chosen it, whosever it is.
        End::Strangers { root, .. } if os::same_file(root, active) => {
            Some((active, Why::ActiveHere))
        }
        End::Environment { root, .. } if !runs_here(root) && runs_here(active) => {
            Some((active, Why::ActiveInstead(root.clone())))
        }
        _ => None,
    }
}

/// Whether a Python of the environment runs on this system and sees its packages, by a close look, which only
/// a command with two environments to choose from pays for.
fn runs_here(root: &Path) -> bool {
    is_sound(root) && health::ailing(root).is_none()
}

/// Several environments, none of a usual name, and none of them active.
fn undecided(roots: &[PathBuf], dir: &Path) -> Error {
    let what = format!("{} has more than one environment, and no .venv", shown(dir));
    let error = roots
        .iter()
        .fold(Error::failed(what), |error, root| error.cause(shown(root)));
    let such_as = roots.first().map(typed).unwrap_or_default();
    error.hint(format!(
        "say which with `--env`, such as `vrun --env {such_as} ...`, or with VRUN_ENV"
    ))
}

/// The active environment where it is another than `root`. What VIRTUAL_ENV names without being an
/// environment (some images say `/usr`) has no scripts directory that could be taken off PATH.
pub fn other_than(root: &Path, search: &Search) -> Option<PathBuf> {
    let active = search.active.as_deref()?;
    (active != root && active.join(venv::MARKER).is_file()).then(|| active.to_owned())
}

/// The environment that an active one, or another rule, outweighs in this answer, and why; `search` is that of the
/// answer.
pub fn outweighed(answer: &Answer, search: &Search) -> Option<Passed> {
    let (root, why) = match answer {
        Answer::Found(found) => (&found.root, Some(&found.why)),
        Answer::Missing(missing) => (&missing.at, None),
    };
    if let Some(Why::ActiveInstead(nearest)) = why {
        return Some(Passed {
            path: nearest.clone(),
            why: "it has no Python that runs here".to_owned(),
        });
    }
    let active = search.active.as_deref()?;
    if active == root || os::same_file(active, root) {
        return None;
    }
    let but = match why {
        _ if !active.join(venv::MARKER).is_file() => "it has no pyvenv.cfg".to_owned(),
        Some(Why::Named(by)) => format!("{by} names another"),
        _ if !is_sound(active) => "it has no Python".to_owned(),
        _ => "it is not this project's".to_owned(),
    };
    Some(Passed {
        path: active.to_owned(),
        why: format!("it is active, but {but}"),
    })
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
