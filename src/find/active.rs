//! How the active environment, VIRTUAL_ENV, competes with what the walk found.
//!
//! It is the user's own choice if it belongs to this project, no matter who owns it; one that belongs to another
//! project is never used.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::{printable, shell_word};
use crate::trust::is_within;
use crate::venv::{self, looks_usable};
use crate::{health, os};

use super::forbidden::forbidden_place;
use super::project_root::{self, dir_around};
use super::runner::is_kept_for_start;
use super::search::Search;
use super::selection::{FoundEnv, Outcome, Reason, Skipped, ToCreate};
use super::walk::{Walk, WalkEnd};

/// Decides between the active environment and the end of the walk. An untrusted owner, or several environments and no
/// rule to choose, are errors.
pub(super) fn apply_active(walk: Walk<'_>, search: &Search) -> Result<Outcome, Error> {
    let preferred = preferred_active(&walk, search);
    let (project, start) = (walk.project, walk.start);
    let place = || project.unwrap_or_else(|| project_root::outside_packages(start));
    let default_root = || place().join(search.names.first());
    let mut forbidden = None;
    let (root, reason) = match (preferred, walk.end) {
        (Some((active, reason)), _) => (active.to_owned(), Some(reason)),
        (None, WalkEnd::Environment { root, reason }) => (root, Some(reason)),
        (None, WalkEnd::ToCreate(root) | WalkEnd::Broken(root)) => (root, None),
        (None, WalkEnd::Untrusted(root, owner)) => {
            return Err(owner.to_error(&root, &search.trust, &default_root()));
        }
        (None, WalkEnd::Ambiguous(roots)) => return Err(ambiguous_env_error(&roots, walk.dir)),
        (None, WalkEnd::Top) => {
            forbidden = forbidden_place(place(), walk.project.is_some(), search);
            (default_root(), None)
        }
    };
    let deactivated = search.active_other_than(&root);
    let is_member = |project: &&Path| dir_around(&root, project).is_some();
    if let Some(member) = walk.project.filter(is_member) {
        let _ = search.member.set(member.to_owned());
    }
    let skipped = walk.skipped;
    if let Some(reason) = reason {
        return Ok(Outcome::Found(FoundEnv {
            root,
            reason,
            deactivated,
            skipped,
        }));
    }
    if forbidden.is_none() {
        search.check_trusted(&root)?;
    }
    Ok(Outcome::Missing(ToCreate {
        root,
        // One that ends the walk at once leaves its project unknown.
        project: walk
            .project
            .or_else(|| search.project_of(walk.dir))
            .map(Path::to_owned),
        forbidden,
        deactivated,
        skipped,
    }))
}

/// The active environment if it comes before what the walk found, and why.
fn preferred_active<'a>(walk: &Walk<'_>, search: &'a Search) -> Option<(&'a Path, Reason)> {
    let active = search.active.as_deref()?;
    if let WalkEnd::Environment { root, .. } = &walk.end
        && (root == active || os::is_same_file(root, active))
    {
        return None;
    }
    if !looks_usable(active) {
        return None;
    }
    if let Some(runner) = search.runner.filter(|_| !search.is_script_env) {
        return Some((active, Reason::Runner(runner)));
    }
    if is_in_other_project(active, walk.start, search) {
        return None;
    }
    let is_top = matches!(walk.end, WalkEnd::Top);
    if search.is_script_env && !(is_top && walk.project.is_none()) {
        // A script started vrun: its requirements are not those of this project.
        return None;
    }
    let reason = match &walk.end {
        WalkEnd::Top => Reason::ActiveAlone,
        _ if is_within(active, walk.dir) => Reason::ActiveHere,
        _ if is_kept_for_start(active, search) => Reason::ActiveHere,
        // The user chose it by activating it, no matter who owns it.
        WalkEnd::Untrusted(root, _) if os::is_same_file(root, active) => Reason::ActiveHere,
        WalkEnd::Environment { root, .. } | WalkEnd::Broken(root)
            if !is_usable_here(root) && is_usable_here(active) =>
        {
            Reason::ActiveInstead(root.clone())
        }
        _ => return None,
    };
    Some((active, reason))
}

/// Whether a Python of the environment runs on this system and sees its packages. This thorough check is made only if
/// there are two environments to choose from.
fn is_usable_here(root: &Path) -> bool {
    looks_usable(root) && health::fatal(root).is_none()
}

/// Several environments, none of a default name, and none active.
fn ambiguous_env_error(roots: &[PathBuf], dir: &Path) -> Error {
    let dir = printable(dir);
    let error = Error::failed(format!("{dir} has more than one environment, and no .venv"));
    let error = roots
        .iter()
        .fold(error, |error, root| error.with_cause(printable(root)));
    let example = roots.first().map(shell_word).unwrap_or_default();
    error.with_hint(format!(
        "choose one with `--env`, such as `vrun --env {example} ...`, or with VRUN_ENV"
    ))
}

/// The environment, active or nearest, that lost against the one at `root`, and why.
pub(crate) fn overridden_env(
    root: &Path,
    reason: Option<&Reason>,
    search: &Search,
) -> Option<Skipped> {
    if let Some(Reason::ActiveInstead(nearest)) = reason {
        return Some(Skipped {
            path: nearest.clone(),
            reason: "it has no Python that runs here".into(),
            is_decisive: false,
        });
    }
    let active = search.active.as_deref()?;
    if active == root || os::is_same_file(active, root) {
        return None;
    }
    let why = match reason {
        _ if !venv::is_env(active) => "it has no pyvenv.cfg".to_owned(),
        Some(Reason::Explicit(source)) => format!("{source} names another"),
        _ if !looks_usable(active) => "it has no Python".to_owned(),
        _ => "it is not this project's".to_owned(),
    };
    Some(Skipped {
        path: active.to_owned(),
        reason: format!("it is active, but {why}"),
        is_decisive: false,
    })
}

/// Whether `start` is in a repository of its own inside `project`.
fn is_walled_off(start: &Path, project: &Path, search: &Search) -> bool {
    let mut below = start
        .ancestors()
        .take_while(|dir| !os::is_same_file(dir, project));
    below.any(|dir| search.is_repository_root(dir))
}

/// Whether `env` is in a project that does not contain `start`.
fn is_in_other_project(env: &Path, start: &Path, search: &Search) -> bool {
    let project = env.parent().and_then(|dir| search.project_of(dir));
    project
        .is_some_and(|project| !is_within(start, project) || is_walled_off(start, project, search))
}
