//! The recorded state of an environment's requirements -> what `--info` and `--doctor` say about them.

use std::path::PathBuf;

use crate::quote::printable;
use crate::venv::Venv;

use super::drift::{self, Drift};
use super::script_list;
use super::state::python_minor_version;
use super::state::{InstallState, Status};

/// The status of an environment's requirements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InstallStatus {
    /// The requirement file.
    pub file: PathBuf,
    pub progress: InstallProgress,
    /// What is missing, if anything.
    pub shortfall: Option<Shortfall>,
}

/// What is missing of an environment's requirements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shortfall {
    /// A clause that says so.
    pub description: String,
    /// What to do about it.
    pub fix: String,
}

/// How far the requirements are installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstallProgress {
    /// Completely.
    Installed,
    /// The install was interrupted, or has not started.
    Unfinished,
    /// The installer failed.
    Failed,
    /// The files have changed since the install.
    Changed,
}

/// The status of `venv`; None if vrun has recorded no requirements there. Writes nothing. `vrun_command` is how the
/// user calls vrun.
pub(crate) fn install_status(venv: &Venv, vrun_command: &str) -> Option<InstallStatus> {
    let (state, _) = InstallState::load(&venv.root)?;
    let name = script_list::display_name(&state.source, &state.project, &venv.root);
    let drift = drift::detect_drift(&state, &python_minor_version(venv));
    let sync = format!("`{vrun_command} --sync`");
    let (progress, shortfall) = match (&state.status, drift) {
        (Status::Unfinished, _) => (
            InstallProgress::Unfinished,
            Some((format!("the installation of {name} is not finished"), sync)),
        ),
        (Status::Failed(reason), _) => (
            InstallProgress::Failed,
            Some((
                format!("{name} is not installed ({})", printable(reason)),
                sync,
            )),
        ),
        (Status::Done, Drift::Changed(change)) => (
            InstallProgress::Changed,
            Some((change.describe(), change.fix(vrun_command))),
        ),
        (Status::Done, _) => (InstallProgress::Installed, None),
    };
    Some(InstallStatus {
        file: state.source,
        progress,
        shortfall: shortfall.map(|(description, fix)| Shortfall { description, fix }),
    })
}
