//! What `--repair` works on: an environment, its project, and the options.

use std::path::Path;

use crate::output::Verbosity;
use crate::process::Process;
use crate::python::ExplicitRequest;

/// An environment to be repaired.
#[derive(Clone, Copy)]
pub(crate) struct RepairInput<'a> {
    /// Its directory.
    pub root: &'a Path,
    /// The project that it is for.
    pub project: Option<&'a Path>,
    /// The user's home directory.
    pub home: Option<&'a Path>,
    /// Whether it was named: then even another system's is made anew.
    pub is_explicit: bool,
    /// What Python was asked for.
    pub python_request: Option<&'a ExplicitRequest>,
    /// Whose variables and cache.
    pub process: &'a Process,
    /// How much is said.
    pub verbosity: Verbosity,
}
