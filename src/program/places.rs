//! An environment, its view and what was asked for -> where a program is looked for, and who is asked about an
//! environment that is not as it should be.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use super::Foreign;
use crate::error::{Error, typed};
use crate::venv::{Cfg, StandIn};

/// Where programs are looked for.
#[derive(Debug)]
pub struct Places<'a> {
    /// The environment's directory.
    pub root: &'a Path,
    /// What its pyvenv.cfg says.
    pub cfg: &'a Cfg,
    /// The view's PATH.
    pub path: &'a OsStr,
    /// The file that vrun runs from, so that it never finds itself under another name.
    pub own: Option<PathBuf>,
    /// Whether `python` may be another than the environment's.
    pub foreign: Foreign,
    /// What vrun, as a shim, has left word of in this very process: see `shim`.
    pub word: Option<&'a OsStr>,
    /// Whether it took an option to come to this environment from here.
    pub by_option: bool,
    /// What is asked only where the environment turns out to be broken.
    pub help: &'a dyn Help,
}

impl Places<'_> {
    /// How vrun is called for this environment from here.
    pub(super) fn call(&self) -> String {
        call(self.root, self.by_option)
    }
}

/// How vrun is called for the environment at `root`, where it took an option to come to it, or did not.
pub fn call(root: &Path, by_option: bool) -> String {
    if by_option {
        return format!("vrun --env {}", typed(root));
    }
    "vrun".to_owned()
}

/// Questions about an environment that is broken, or was moved or copied, which others answer.
pub trait Help: fmt::Debug {
    /// What can stand in for its Python.
    ///
    /// # Errors
    /// It was stopped while it looked.
    fn stand_in(&self) -> Result<Option<StandIn>, Error>;

    /// Whether git tracks it.
    fn is_tracked(&self) -> bool;

    /// Which packages it imports from another place, as a clause, where it was moved or copied.
    fn astray(&self) -> Option<String>;

    /// Which of its scripts run with another Python where vrun does not start them, as a clause.
    fn astray_scripts(&self) -> Option<String>;
}
