//! The install options, and the variables that set them for a whole CI job.

use std::path::PathBuf;

use crate::error::Error;
use crate::manifest::Selection;
use crate::process::{self, Process};

/// The options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InstallOptions {
    /// Whether missing requirements are installed without being asked for.
    pub install: InstallMode,
    /// Whether the environment is synced with its requirement files.
    pub sync: SyncMode,
    /// Requirement files instead of the ones that are detected.
    pub files: Option<RequirementsFiles>,
    /// Dependency groups, besides.
    pub groups: Vec<String>,
    /// Extras of the project, besides.
    pub extras: Vec<String>,
    /// Whether what only developers need is left out; None if nothing says so.
    pub no_dev: Option<bool>,
}

/// Whether missing requirements are installed without being asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstallMode {
    /// On first use, and after an unfinished install.
    AsNeeded,
    /// For a shim: as [`InstallMode::AsNeeded`], but only on a terminal or in CI.
    WhereSeen,
    /// `--no-install`
    Never,
}

/// Whether an environment is synced with the requirement files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyncMode {
    /// The default.
    Never,
    /// Only if the files have changed (VRUN_SYNC).
    IfChanged,
    /// `--sync`
    Now(SyncOrder),
}

/// What a sync does besides installing what is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SyncOrder {
    /// `--upgrade`: whether the index is asked for newer versions of what is there.
    pub is_upgrade: bool,
    /// `--exact`: whether packages that nothing requires are removed.
    pub is_exact: bool,
}

/// Requirement files that the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RequirementsFiles {
    /// By `--requirements`: relative to the working directory.
    FromOption(Vec<PathBuf>),
    /// By VRUN_REQUIREMENTS: relative to the project.
    FromVariable(Vec<PathBuf>),
}

impl InstallOptions {
    /// Whether a new environment gets what the project requires.
    pub(super) fn installs_on_creation(&self) -> bool {
        self.install != InstallMode::Never || matches!(self.sync, SyncMode::Now(_))
    }

    /// What is selected by these options, and else by `recorded`; an empty name selects nothing. `project` is where the
    /// variable's files are.
    pub(super) fn select(
        &self,
        recorded: Selection,
        process: &Process,
        project: impl FnOnce() -> PathBuf,
    ) -> Result<Selection, Error> {
        let files = match &self.files {
            None => recorded.files,
            Some(RequirementsFiles::FromOption(files)) => files
                .iter()
                .map(|file| process.absolute(file))
                .collect::<Result<_, _>>()?,
            Some(RequirementsFiles::FromVariable(files)) => {
                let project = project();
                let absolute = |file| process::normalize(project.join(file));
                files.iter().map(absolute).collect()
            }
        };
        let named = |now: &Vec<String>, recorded| match now.is_empty() {
            true => recorded,
            false => now.iter().filter(|it| !it.is_empty()).cloned().collect(),
        };
        Ok(Selection {
            files,
            groups: named(&self.groups, recorded.groups),
            extras: named(&self.extras, recorded.extras),
            no_dev: self.no_dev.unwrap_or(recorded.no_dev),
        })
    }
}
