//! What a person asks of the installing: by options, and by variables for a whole CI job.

use std::path::PathBuf;

/// The options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// Whether anything is installed unasked.
    pub install: Install,
    /// Whether the environment is brought in line.
    pub sync: Sync,
    /// A requirement file other than the usual ones.
    pub file: Option<Named>,
}

/// Whether what an environment lacks is installed unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Install {
    /// On first use, and where that was not finished.
    AsNeeded,
    /// Never: `--no-install`.
    Never,
}

/// Whether an environment is brought in line with the requirement files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// It is not.
    Never,
    /// Where something has changed: VRUN_SYNC.
    WhereChanged,
    /// Now: `--sync`.
    Now(Extras),
}

/// What becomes of packages that nothing asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extras {
    /// They stay.
    Kept,
    /// They go: `--exact`.
    Removed,
}

/// A requirement file that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// By `--requirements`: relative to the working directory.
    ByOption(PathBuf),
    /// By VRUN_REQUIREMENTS: relative to the project.
    ByVariable(PathBuf),
}
