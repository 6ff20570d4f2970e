//! The install options, and the variables that set them for a whole CI job.

use std::path::PathBuf;

use crate::error::Error;
use crate::process::{self, Process};

/// The options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InstallOptions {
    /// Whether missing requirements are installed without being asked for.
    pub install: InstallMode,
    /// Whether the environment is synced with its requirement files.
    pub sync: SyncMode,
    /// A requirement file instead of the one that is detected.
    pub requirements_file: Option<RequirementsFile>,
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
    Now(Extraneous),
}

/// What happens to packages that nothing requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extraneous {
    /// They stay.
    Keep,
    /// `--exact`
    Remove,
}

/// A requirement file that the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RequirementsFile {
    /// By `--requirements`: relative to the working directory.
    FromOption(PathBuf),
    /// By VRUN_REQUIREMENTS: relative to the project.
    FromVariable(PathBuf),
}

impl RequirementsFile {
    /// Its absolute path.
    pub(super) fn resolve(
        &self,
        process: &Process,
        project: impl FnOnce() -> PathBuf,
    ) -> Result<PathBuf, Error> {
        match self {
            RequirementsFile::FromOption(file) => process.absolute(file),
            RequirementsFile::FromVariable(file) => Ok(process::normalize(project().join(file))),
        }
    }
}
