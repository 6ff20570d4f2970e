//! What every step of an install needs to know: the environment, the project, the options.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::find;
use crate::installer::ProgressOutput;
use crate::manifest::Selection;
use crate::process::Process;
use crate::venv::Venv;

use super::options::{InstallOptions, SyncMode};
use super::state::InstallState;

/// An environment, and what was asked for.
pub(crate) struct InstallContext<'a> {
    pub venv: &'a Venv,
    /// Where the search started.
    pub start: &'a Path,
    pub options: &'a InstallOptions,
    /// Whether the user named the environment.
    pub is_named: bool,
    pub process: &'a Process,
}

impl InstallContext<'_> {
    pub(super) fn progress_output(&self) -> ProgressOutput {
        let is_github = self.process.non_empty_var("GITHUB_ACTIONS");
        match self.process.is_ci() {
            true if is_github.is_some_and(|value| value == "true") => ProgressOutput::GroupedLog,
            true => ProgressOutput::Log,
            false if self.process.var("TERM").is_some_and(|term| term == "dumb") => {
                ProgressOutput::Log
            }
            false => ProgressOutput::Interactive,
        }
    }

    /// The project that the environment serves: the one around it if the search started there, so that a shared
    /// environment serves the project it was created for.
    pub(super) fn project_root(&self) -> Option<PathBuf> {
        let parent = self.venv.root.parent();
        let parent = parent.filter(|dir| self.start.starts_with(dir));
        find::nearest_project(parent.unwrap_or(self.start), self.process).map(Path::to_owned)
    }

    /// What the user names now, or named at the last install.
    pub(super) fn selection(&self, state: Option<&InstallState>) -> Result<Selection, Error> {
        let project = || self.project_root().unwrap_or_else(|| self.start.to_owned());
        let recorded = state.map(|state| state.selection.clone());
        let recorded = recorded.unwrap_or_default();
        self.options.select(recorded, self.process, project)
    }

    /// Whether VRUN_SYNC is set.
    pub(super) fn is_auto_sync(&self) -> bool {
        self.options.sync == SyncMode::IfChanged
    }
}
