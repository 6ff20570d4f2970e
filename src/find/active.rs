//! What an active environment, VIRTUAL_ENV, weighs against what the walk found.
//!
//! It is the user's own choice where it belongs to this very project, whosever it is; a neighbour's never
//! slips in.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::{printable, shell_word};
use crate::venv::{self, looks_usable};
use crate::{health, os};

use super::forbidden::forbidden_place;
use super::project_root;
use super::search::{Search, check_owner};
use super::selection::{FoundEnv, Outcome, Reason, Skipped, ToCreate};
use super::walk::{Walk, WalkEnd};

/// The answer, once the active environment has had its say.
///
/// # Errors
/// There are several environments, and nothing says which; or the one that was found is a stranger's.
pub(super) fn apply_active(walked: Walk, search: &Search) -> Result<Outcome, Error> {
    let chosen = preferred_active(&walked, search);
    let Walk {
        start,
        end,
        project,
        skipped: passed,
    } = walked;
    let found = |root: PathBuf, why| {
        let left = active_other_than(&root, search);
        Outcome::Found(FoundEnv {
            root,
            reason: why,
            deactivated: left,
            skipped: Vec::new(),
        })
    };
    let missing = |at: PathBuf, barred| {
        let (project, left) = (project.clone(), active_other_than(&at, search));
        Outcome::Missing(ToCreate {
            root: at,
            project,
            forbidden: barred,
            deactivated: left,
            skipped: Vec::new(),
        })
    };
    let mut answer = match (chosen, end) {
        (Some((active, why)), _) => found(active.to_owned(), why),
        (
            None,
            WalkEnd::Environment {
                root, reason: why, ..
            },
        ) => found(root, why),
        (None, WalkEnd::ToCreate { root, .. }) => missing(root, None),
        (
            None,
            WalkEnd::Untrusted {
                root, owner: whose, ..
            },
        ) => {
            let place = project.as_deref().unwrap_or(&start);
            let own = place.join(search.names.first());
            return Err(whose.to_error(&root, &search.start, &own));
        }
        (None, WalkEnd::Ambiguous { roots, dir }) => return Err(ambiguous_env_error(&roots, &dir)),
        (None, WalkEnd::Top) => {
            let place = project.as_deref().unwrap_or(&start);
            missing(
                place.join(search.names.first()),
                forbidden_place(place, project.is_some(), search),
            )
        }
    };
    match &mut answer {
        Outcome::Found(found) => found.skipped = passed,
        Outcome::Missing(missing) => {
            if missing.forbidden.is_none() {
                check_owner(&missing.root, search)?;
            }
            missing.skipped = passed;
        }
    }
    Ok(answer)
}

/// The active environment, where it comes before what the walk found, and why it does.
fn preferred_active<'a>(walked: &Walk, search: &'a Search) -> Option<(&'a Path, Reason)> {
    let active = search.active.as_deref()?;
    if let WalkEnd::Environment { root, .. } = &walked.end
        && (root == active || os::is_same_file(root, active))
    {
        return None;
    }
    if !looks_usable(active) || is_in_other_project(active, &walked.start, search) {
        return None;
    }
    let is_nowhere = matches!(walked.end, WalkEnd::Top) && walked.project.is_none();
    if search.is_script_env && !is_nowhere {
        // A script has started vrun in its turn: what it requires is not what this project does.
        return None;
    }
    match &walked.end {
        WalkEnd::Top => Some((active, Reason::ActiveAlone)),
        WalkEnd::Environment { dir, .. }
        | WalkEnd::ToCreate { dir, .. }
        | WalkEnd::Untrusted { dir, .. }
        | WalkEnd::Ambiguous { dir, .. }
            if is_within(active, dir) =>
        {
            Some((active, Reason::ActiveHere))
        }
        // Who has activated it has chosen it, whosever it is.
        WalkEnd::Untrusted { root, .. } if os::is_same_file(root, active) => {
            Some((active, Reason::ActiveHere))
        }
        WalkEnd::Environment { root, .. } if !is_usable_here(root) && is_usable_here(active) => {
            Some((active, Reason::ActiveInstead(root.clone())))
        }
        _ => None,
    }
}

/// Whether a Python of the environment runs on this system and sees its packages, by a close look, which only
/// a command with two environments to choose from pays for.
fn is_usable_here(root: &Path) -> bool {
    looks_usable(root) && health::fatal(root).is_none()
}

/// Several environments, none of a usual name, and none of them active.
fn ambiguous_env_error(roots: &[PathBuf], dir: &Path) -> Error {
    let what = format!(
        "{} has more than one environment, and no .venv",
        printable(dir)
    );
    let error = roots.iter().fold(Error::failed(what), |error, root| {
        error.with_cause(printable(root))
    });
    let such_as = roots.first().map(shell_word).unwrap_or_default();
    error.with_hint(format!(
        "say which with `--env`, such as `vrun --env {such_as} ...`, or with VRUN_ENV"
    ))
}

/// The active environment where it is another than `root`. What VIRTUAL_ENV names without being an
/// environment (some images say `/usr`) has no scripts directory that could be taken off PATH.
pub(super) fn active_other_than(root: &Path, search: &Search) -> Option<PathBuf> {
    let active = search.active.as_deref()?;
    (active != root && active.join(venv::PYVENV_CFG).is_file()).then(|| active.to_owned())
}

/// The environment that an active one, or another rule, outweighs in this answer, and why; `search` is that of the
/// answer.
pub(crate) fn overridden_env(answer: &Outcome, search: &Search) -> Option<Skipped> {
    let (root, why) = match answer {
        Outcome::Found(found) => (&found.root, Some(&found.reason)),
        Outcome::Missing(missing) => (&missing.root, None),
    };
    if let Some(Reason::ActiveInstead(nearest)) = why {
        return Some(Skipped {
            path: nearest.clone(),
            reason: "it has no Python that runs here".to_owned(),
        });
    }
    let active = search.active.as_deref()?;
    if active == root || os::is_same_file(active, root) {
        return None;
    }
    let but = match why {
        _ if !active.join(venv::PYVENV_CFG).is_file() => "it has no pyvenv.cfg".to_owned(),
        Some(Reason::Explicit(by)) => format!("{by} names another"),
        _ if !looks_usable(active) => "it has no Python".to_owned(),
        _ => "it is not this project's".to_owned(),
    };
    Some(Skipped {
        path: active.to_owned(),
        reason: format!("it is active, but {but}"),
    })
}

/// Whether `env` lies in a project that does not hold `start`.
fn is_in_other_project(env: &Path, start: &Path, search: &Search) -> bool {
    let around = env
        .parent()
        .and_then(|above| project_root::nearest_project(above, search.home.as_deref()));
    around.is_some_and(|project| !is_within(start, project))
}

/// Whether `path` is `dir` or below it, as it is spelled or as it really lies.
fn is_within(path: &Path, dir: &Path) -> bool {
    path.starts_with(dir)
        || match (dunce::canonicalize(path), dunce::canonicalize(dir)) {
            (Ok(path), Ok(dir)) => path.starts_with(dir),
            _ => false,
        }
}
