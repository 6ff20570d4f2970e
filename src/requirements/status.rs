//! What is recorded of an environment's requirements -> what `--info` says of them.

use std::path::PathBuf;

use crate::quote::printable;
use crate::venv::Venv;

use super::context::python_minor_version;
use super::drift::{self, Drift};
use super::script_list;
use super::state::{InstallState, Status};

/// How an environment stands with what it was to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InstallStatus {
    /// The requirement file.
    pub file: PathBuf,
    /// How far it is.
    pub progress: InstallProgress,
    /// What is lacking; None where nothing is.
    pub shortfall: Option<Shortfall>,
}

/// What an environment lacks of what it was to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shortfall {
    /// That, as a clause.
    pub description: String,
    /// What to do about it.
    pub fix: String,
}

/// How far what was required is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstallProgress {
    /// All of it.
    Installed,
    /// The installing was cut off, or has not begun.
    Unfinished,
    /// The installer refused.
    Failed,
    /// It was, and the files have changed since.
    Changed,
}

/// What is known of that, for who is called `call`; None where vrun has installed nothing there. Nothing is written.
pub(crate) fn install_status(venv: &Venv, call: &str) -> Option<InstallStatus> {
    let (state, _) = InstallState::load(&venv.root)?;
    let name = script_list::display_name(&state.source, &state.project, &venv.root);
    let lacking = |what: String| {
        let mend = format!("`{call} --sync`");
        Some(Shortfall {
            description: what,
            fix: mend,
        })
    };
    let (progress, lacking) = match (
        &state.status,
        drift::detect_drift(&state, &python_minor_version(venv)),
    ) {
        (Status::Unfinished, _) => (
            InstallProgress::Unfinished,
            lacking(format!("the installation of {name} is not finished")),
        ),
        (Status::Failed(why), _) => (
            InstallProgress::Failed,
            lacking(format!("{name} is not installed ({})", printable(why))),
        ),
        (Status::Done, Drift::Changed(change)) => {
            let (what, mend) = (change.describe(), change.fix(call));
            (
                InstallProgress::Changed,
                Some(Shortfall {
                    description: what,
                    fix: mend,
                }),
            )
        }
        (Status::Done, _) => (InstallProgress::Installed, None),
    };
    Some(InstallStatus {
        file: state.source,
        progress,
        shortfall: lacking,
    })
}
