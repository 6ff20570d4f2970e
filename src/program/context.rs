//! An environment, its view and what was asked for -> where a program is looked for, and who is asked about an
//! environment that is not as it should be.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::shell_word;
use crate::venv::{PyvenvCfg, SubstitutePython};

use super::model::ForeignPolicy;

/// Where programs are looked for.
#[derive(Debug)]
pub(crate) struct ResolveContext<'a> {
    /// The environment's directory.
    pub root: &'a Path,
    /// What its pyvenv.cfg says.
    pub cfg: &'a PyvenvCfg,
    /// The view's PATH.
    pub path: &'a OsStr,
    /// The file that vrun runs from, so that it never finds itself under another name.
    pub self_exe: Option<PathBuf>,
    /// Whether `python` may be another than the environment's.
    pub foreign: ForeignPolicy,
    /// What vrun, as a shim, has left word of in this very process: see `shim`.
    pub handoff: Option<&'a OsStr>,
    /// Whether it took an option to come to this environment from here.
    pub is_env_explicit: bool,
    /// What is asked only where the environment turns out to be broken.
    pub queries: &'a dyn EnvQueries,
}

impl ResolveContext<'_> {
    /// How vrun is called for this environment from here.
    pub(super) fn vrun_command(&self) -> String {
        vrun_command(self.root, self.is_env_explicit)
    }
}

/// How vrun is called for the environment at `root`, where it took an option to come to it, or did not.
pub(crate) fn vrun_command(root: &Path, by_option: bool) -> String {
    if by_option {
        return format!("vrun --env {}", shell_word(root));
    }
    "vrun".to_owned()
}

/// Questions about an environment that is broken, or was moved or copied, which others answer.
pub(crate) trait EnvQueries: fmt::Debug {
    /// What can stand in for its Python.
    ///
    /// # Errors
    /// It was stopped while it looked.
    fn find_substitute(&self) -> Result<Option<SubstitutePython>, Error>;

    /// Whether git tracks it.
    fn is_tracked(&self) -> bool;

    /// Which packages it imports from another place, as a clause, where it was moved or copied.
    fn describe_stale_imports(&self) -> Option<String>;

    /// Which of its scripts run with another Python where vrun does not start them, as a clause.
    fn describe_stale_scripts(&self) -> Option<String>;
}
