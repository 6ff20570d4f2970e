//! A project inside the directory that holds the environment, such as a package of a monorepo: whether what it requires is
//! installed there. A file of its own records that, and what was found out.

use std::path::Path;

use crate::installer::find_missing;
use crate::manifest::detect;
use crate::quote::printable;
use crate::venv::{self, detect_creator};

use super::context::InstallContext;
use super::drift::{self, Drift};
use super::fingerprint;
use super::state::{InstallState, Status, TrackedFile, python_minor_version};

/// How a requirement file is called from where the environment is.
pub(super) fn name(file: &Path, root: &Path) -> String {
    let relative = root.parent().and_then(|dir| file.strip_prefix(dir).ok());
    printable(relative.unwrap_or(file))
}

/// Whether it is known what the project requires. Only an environment that vrun has created or installed into is looked at
/// and written to. With nothing new it makes one system call for each recorded file.
pub(super) fn is_settled(context: &InstallContext<'_>) -> bool {
    let Some(project) = context.member else {
        return false;
    };
    if let Some((state, _)) = context.any_state() {
        let is_open = matches!(state.status, Status::NotInstalled | Status::NothingRequired);
        let drift = || drift::detect_drift(&state, &python_minor_version(context.venv));
        if !is_open || drift() == Drift::Unchanged {
            return true;
        }
    }
    if !is_managed(&context.venv.root) {
        return false;
    }
    let Ok(selection) = context.selection(None) else {
        return false;
    };
    let Ok(plan) = detect::detect_plan(project, &selection) else {
        return false;
    };
    let directories = fingerprint::tracked_directories(project, &selection);
    let (source, files) = match &plan {
        Some(plan) => (plan.source(), fingerprint::tracked_files(plan, project)),
        None => (project, Vec::new()),
    };
    let mut state = InstallState::unfinished(source, selection, project);
    state.status = match &plan {
        None => Status::NothingRequired,
        Some(plan) if !find_missing(&plan.required, &context.venv.root).is_empty() => {
            Status::NotInstalled
        }
        Some(_) => Status::Done,
    };
    state.is_member = true;
    state.python_version = python_minor_version(context.venv);
    state.files = files.into_iter().map(TrackedFile::capture).collect();
    let directories = directories.into_iter();
    state.directories = directories.map(TrackedFile::capture_directory).collect();
    let root = &context.venv.root;
    state.save(root, root).is_ok()
}

fn is_managed(root: &Path) -> bool {
    let is_made = || {
        let cfg = venv::read_pyvenv_cfg(root).unwrap_or_default();
        detect_creator(&cfg).is_some_and(|creator| creator.name == "vrun")
    };
    InstallState::load(root).is_some() || is_made()
}
