//! What every step of an install needs to know: the environment, the project, the options.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::find;
use crate::installer::ProgressOutput;
use crate::manifest::{Selection, detect};
use crate::process::Process;
use crate::quote::shell_word;
use crate::venv::Venv;

use super::options::{InstallOptions, SyncMode};
use super::state::{InstallState, Status};

/// The option that a command needs to mean the same environment and project from where the user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Locator {
    /// vrun finds them.
    None,
    /// `-C`: the user named a directory, or is in a package, whose environment is another project's.
    Directory,
    /// `--env`
    Env,
}

/// An environment, and what was asked for.
pub(crate) struct InstallContext<'a> {
    pub venv: &'a Venv,
    /// Where the search started.
    pub start: &'a Path,
    /// The project that is meant, if it is another one than that of the environment's directory, as in a monorepo.
    pub member: Option<&'a Path>,
    pub options: &'a InstallOptions,
    /// Whether the user named the environment.
    pub is_named: bool,
    pub locator: Locator,
    pub process: &'a Process,
}

impl<'a> InstallContext<'a> {
    /// The same for the environment's own project, if the one that is meant requires nothing.
    pub(crate) fn of_requiring_project(self) -> InstallContext<'a> {
        let member = self.member.filter(|member| {
            let selection = self
                .options
                .select(Selection::default(), self.process, || (*member).to_owned());
            let plan = selection.and_then(|selection| detect::detect_plan(member, &selection));
            !matches!(plan, Ok(None))
        });
        InstallContext { member, ..self }
    }

    /// What is recorded about the project that is meant, and the file's bytes.
    pub(super) fn state(&self) -> Option<(InstallState, Vec<u8>)> {
        let found = self.any_state();
        found.filter(|(state, _)| state.status != Status::NothingRequired)
    }

    /// The same where there may be no requirements.
    pub(super) fn any_state(&self) -> Option<(InstallState, Vec<u8>)> {
        let root = &self.venv.root;
        match self.member {
            Some(member) => InstallState::load_member(root, member),
            None => InstallState::load_any(root, root),
        }
    }

    /// How the user calls vrun for this environment and `project`.
    pub(super) fn vrun_command(&self, project: &Path) -> String {
        match self.locator {
            Locator::None => "vrun".to_owned(),
            Locator::Directory => format!("vrun -C {}", shell_word(project)),
            Locator::Env => format!("vrun --env {}", shell_word(&self.venv.root)),
        }
    }

    pub(super) fn progress_output(&self) -> ProgressOutput {
        let is_github = self.process.non_empty_var("GITHUB_ACTIONS");
        match self.process.is_ci() {
            true if is_github.is_some_and(|value| value == "true") => ProgressOutput::GroupedLog,
            true => ProgressOutput::Log,
            false => ProgressOutput::Interactive,
        }
    }

    /// The project that the environment serves: the one around it if the search started there, so that a shared
    /// environment serves the project it was created for.
    pub(super) fn project_root(&self) -> Option<PathBuf> {
        if let Some(member) = self.member {
            return Some(member.to_owned());
        }
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
