//! What `--doctor` looks at: an environment, its project, and what surrounds it.

use std::path::Path;

use crate::process::Process;

/// An environment to be looked at.
#[derive(Clone, Copy)]
pub(crate) struct DoctorInput<'a> {
    /// Its directory.
    pub root: &'a Path,
    /// The project that it is looked at from.
    pub project: Option<&'a Path>,
    /// The user's home directory.
    pub home: Option<&'a Path>,
    /// The environment that is active and is another one.
    pub active: Option<&'a Path>,
    /// How vrun is called for it from here.
    pub vrun_command: &'a str,
    /// Whose variables.
    pub process: &'a Process,
    /// Whether git tracks a file of it.
    pub is_tracked: &'a dyn Fn() -> bool,
    /// Whether git would leave it alone; None where there is no repository.
    pub is_ignored: &'a dyn Fn() -> Option<bool>,
}
