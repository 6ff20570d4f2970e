//! A project inside the directory that holds the environment, such as a package of a monorepo: whether what it requires is
//! installed there. A file of its own records that, and what was found out.

use std::path::Path;

use crate::venv::{self, detect_creator};

use super::context::InstallContext;
use super::drift::{self, Drift};
use super::observed;
use super::state::{InstallState, Status};

/// Whether it is known what the project requires. Only an environment that vrun has created or installed into is looked at
/// and written to. With nothing new it makes one system call for each recorded file.
pub(super) fn is_settled(context: &InstallContext<'_>) -> bool {
    let Some(project) = context.member else {
        return false;
    };
    if let Some((state, _)) = context.any_state() {
        let is_open = matches!(state.status, Status::NotInstalled | Status::NothingRequired);
        let drift = || drift::detect_drift(&state, context.venv);
        if !is_open || drift() == Drift::Unchanged {
            return true;
        }
    }
    if !is_managed(&context.venv.root) {
        return false;
    }
    observed::record(project, context)
}

fn is_managed(root: &Path) -> bool {
    let is_made = || {
        let cfg = venv::read_pyvenv_cfg(root).unwrap_or_default();
        detect_creator(&cfg).is_some_and(|creator| creator.name == "vrun")
    };
    InstallState::load(root).is_some() || is_made()
}
