//! What `--doctor` checks: an environment, its project and its surroundings.

use std::path::Path;

use crate::process::Process;

pub(crate) struct DoctorInput<'a> {
    /// The environment's directory.
    pub root: &'a Path,
    /// The project that vrun was called from.
    pub project: Option<&'a Path>,
    /// The active environment, if it is a different one.
    pub active: Option<&'a Path>,
    /// `vrun`, or `vrun --env ROOT` if that is needed from here.
    pub vrun_command: &'a str,
    pub process: &'a Process,
}
