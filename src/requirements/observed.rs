//! A project that nothing was installed for by vrun -> what it requires, and whether that is in the environment.

use std::path::Path;

use crate::fs::entry_names;
use crate::installer::find_missing;
use crate::manifest::{InstallPlan, detect, project_files};
use crate::venv::{self, Venv};

use super::context::InstallContext;
use super::fingerprint;
use super::seed_names::is_seed;
use super::state::{InstallState, Status, TrackedFile, python_minor_version};

/// Records what `observe` finds. False if that cannot be.
pub(super) fn record(project: &Path, context: &InstallContext<'_>) -> bool {
    let root = &context.venv.root;
    observe(project, context).is_some_and(|state| state.save(root, root).is_ok())
}

/// The state of `project` in the environment; None if a file cannot be read.
pub(super) fn observe(project: &Path, context: &InstallContext<'_>) -> Option<InstallState> {
    let selection = context.selection(None).ok()?;
    let plan = detect::detect_plan(project, &selection).ok()?;
    let directories = fingerprint::tracked_directories(project, &selection);
    let (source, files) = match &plan {
        Some(plan) => (plan.source(), fingerprint::tracked_files(plan, project)),
        None => (project, project_files(project)),
    };
    let mut state = InstallState::unfinished(source, selection, project);
    state.status = match &plan {
        None => Status::NothingRequired,
        Some(plan) if lacks(plan, context.venv) => Status::NotInstalled,
        Some(_) => Status::Done,
    };
    state.is_member = context.member.is_some();
    state.python_version = python_minor_version(context.venv);
    state.files = files.into_iter().map(TrackedFile::capture).collect();
    let directories = directories.into_iter();
    state.directories = directories.map(TrackedFile::capture_directory).collect();
    Some(state)
}

/// Whether what was recorded as not installed still is not: pip, called by hand, records nothing.
pub(super) fn is_still_lacking(state: &InstallState, venv: &Venv) -> bool {
    match detect::detect_plan(&state.project, &state.selection) {
        Ok(Some(plan)) => lacks(&plan, venv),
        Ok(None) => false,
        Err(_) => true,
    }
}

/// Whether a package that the plan names is not there, or none at all.
fn lacks(plan: &InstallPlan, venv: &Venv) -> bool {
    let root = &venv.root;
    let is_alone = venv.cfg.system_site_packages != Some(true);
    let is_missing = || !find_missing(&plan.required, root).is_empty();
    is_alone && (is_missing() || (!plan.is_empty() && !has_packages(root)))
}

/// Whether there are packages besides those that every environment has.
pub(super) fn has_packages(root: &Path) -> bool {
    let names = venv::site_packages(root)
        .into_iter()
        .flat_map(|dir| entry_names(&dir).unwrap_or_default());
    let mut names = names.map(|name| name.to_string_lossy().into_owned());
    names.any(|name| {
        let is_package = [".dist-info", ".egg-info", ".egg-link", ".pth"]
            .iter()
            .any(|end| name.ends_with(end));
        is_package && !is_seed(&name) && !name.starts_with("_virtualenv")
    })
}
