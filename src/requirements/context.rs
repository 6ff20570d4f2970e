//! What every step of an install needs to know: the environment, the project, the options.

use std::path::{Path, PathBuf};

use crate::find;
use crate::output::Verbosity;
use crate::process::Process;
use crate::venv::Venv;

use super::options::{InstallOptions, SyncMode};
use super::progress::ProgressOutput;

/// An environment, and who asks.
pub(crate) struct InstallContext<'a> {
    /// The environment.
    pub venv: &'a Venv,
    /// Where the search started: what its owner has there counts.
    pub start: &'a Path,
    /// What is asked for.
    pub options: &'a InstallOptions,
    /// Whose variables.
    pub process: &'a Process,
    /// How much is said.
    pub verbosity: Verbosity,
}

impl InstallContext<'_> {
    /// Whether this is a CI job, as its variable has it.
    pub(crate) fn is_ci(&self) -> bool {
        let value = self.process.non_empty_var("CI");
        value.is_some_and(|value| value != "0" && !value.eq_ignore_ascii_case("false"))
    }

    /// Where what is done is followed.
    pub(crate) fn progress_output(&self) -> ProgressOutput {
        let folds = self.process.non_empty_var("GITHUB_ACTIONS");
        match self.is_ci() {
            true if folds.is_some_and(|value| value == "true") => ProgressOutput::GroupedLog,
            true => ProgressOutput::Log,
            false => ProgressOutput::Interactive,
        }
    }

    /// The project that the environment serves. What lies around it counts, so that a shared one serves the project
    /// that it was made for.
    pub(crate) fn project_root(&self) -> Option<PathBuf> {
        let around = self.venv.root.parent();
        let place = around.filter(|dir| self.start.starts_with(dir));
        let home = self.process.home_dir();
        find::nearest_project(place.unwrap_or(self.start), home.as_deref()).map(Path::to_owned)
    }

    /// Whether VRUN_SYNC has what changed installed.
    pub(crate) fn is_auto_sync(&self) -> bool {
        self.options.sync == SyncMode::IfChanged
    }
}

/// The environment's Python by its minor version, which its packages are for.
pub(super) fn python_minor_version(venv: &Venv) -> String {
    let version = venv.cfg.version.as_deref().unwrap_or_default();
    let parts: Vec<_> = version.split('.').take(2).collect();
    parts.join(".")
}
