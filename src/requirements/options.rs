//! What a person asks of the installing: by options, and by variables for a whole CI job.

use std::path::PathBuf;

/// The options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InstallOptions {
    /// Whether anything is installed unasked.
    pub install: InstallMode,
    /// Whether the environment is brought in line.
    pub sync: SyncMode,
    /// A requirement file other than the usual ones.
    pub requirements_file: Option<RequirementsFile>,
}

/// Whether what an environment lacks is installed unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstallMode {
    /// On first use, and where that was not finished.
    AsNeeded,
    /// Never: `--no-install`.
    Never,
}

/// Whether an environment is brought in line with the requirement files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyncMode {
    /// It is not.
    Never,
    /// Where something has changed: VRUN_SYNC.
    IfChanged,
    /// Now: `--sync`.
    Now(Extraneous),
}

/// What becomes of packages that nothing asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extraneous {
    /// They stay.
    Keep,
    /// They go: `--exact`.
    Remove,
}

/// A requirement file that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RequirementsFile {
    /// By `--requirements`: relative to the working directory.
    FromOption(PathBuf),
    /// By VRUN_REQUIREMENTS: relative to the project.
    FromVariable(PathBuf),
}
