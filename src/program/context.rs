//! Where a program is looked up, and the queries about a broken environment.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::shell_word;
use crate::venv::{self, PyvenvCfg, SubstitutePython};

use super::model::ForeignPolicy;

/// Where programs are looked up.
#[derive(Debug)]
pub(crate) struct ResolveContext<'a> {
    /// The environment's directory.
    pub root: &'a Path,
    pub cfg: &'a PyvenvCfg,
    /// The view's PATH.
    pub path: &'a OsStr,
    /// The file that vrun runs from, so that it never finds itself under another name.
    pub self_exe: Option<PathBuf>,
    pub foreign: ForeignPolicy,
    /// The value of `HANDOFF_VAR`.
    pub handoff: Option<&'a OsStr>,
    /// Whether an option selected the environment.
    pub is_env_explicit: bool,
    /// Used only for an environment that is broken, or was moved.
    pub queries: &'a dyn EnvQueries,
}

impl ResolveContext<'_> {
    /// How the user calls vrun for this environment.
    pub(super) fn vrun_command(&self) -> String {
        vrun_command(self.root, self.is_env_explicit)
    }

    /// What to type if the environment has to be rebuilt.
    pub(super) fn repair_hint(&self) -> String {
        let call = self.vrun_command();
        format!("`{call} --repair` rebuilds it with the same packages")
    }

    /// The environment's scripts directory.
    pub(super) fn scripts_dir(&self) -> PathBuf {
        venv::scripts_dir(self.root)
    }
}

/// How the user calls vrun for the environment at `root`.
pub(crate) fn vrun_command(root: &Path, is_env_explicit: bool) -> String {
    if is_env_explicit {
        return format!("vrun --env {}", shell_word(root));
    }
    "vrun".to_owned()
}

/// What other modules know of an environment that is broken, or was moved or copied.
pub(crate) trait EnvQueries: fmt::Debug {
    /// An interpreter that can run instead of its Python.
    ///
    /// # Errors
    /// The search was interrupted.
    fn find_substitute(&self) -> Result<Option<SubstitutePython>, Error>;

    /// Where the project's files name the program `name`, and the arguments of pip's that install it there, if any.
    fn find_mention(&self, name: &str) -> Option<(String, Option<String>)>;

    /// Whether git tracks it.
    fn is_tracked(&self) -> bool;

    /// Which packages it imports from the old location, as a clause.
    fn describe_stale_imports(&self) -> Option<String>;

    /// Which of its scripts run with another Python unless vrun starts them, as a clause.
    fn describe_stale_scripts(&self) -> Option<String>;
}
