//! The result of a search, and the rule that decided.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::{printable, shell_word};

use super::forbidden::ForbiddenPlace;

/// The result of a search.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// This environment.
    Found(FoundEnv),
    /// None, but one would be created here.
    Missing(ToCreate),
}

/// The selected environment.
#[derive(Debug)]
pub(crate) struct FoundEnv {
    /// Its directory, absolute, as the user wrote or sees it.
    pub root: PathBuf,
    pub reason: Reason,
    /// The active environment if it is a different one: its entries are removed from PATH.
    pub deactivated: Option<PathBuf>,
    /// What was passed over on the way, and why.
    pub skipped: Vec<Skipped>,
}

impl FoundEnv {
    /// The environment if it was found or named. One that is merely active may not be changed.
    ///
    /// # Errors
    /// There is only an active one.
    pub(crate) fn into_modifiable_root(self) -> Result<PathBuf, Error> {
        match self.reason {
            Reason::ActiveAlone => {
                let root = printable(&self.root);
                let error = Error::refused(format!(
                    "refusing to change {root}: it was selected only because it is active"
                ));
                Err(error.with_hint(format!(
                    "select it with `--env {}`, or unset VIRTUAL_ENV to create one here",
                    shell_word(&self.root)
                )))
            }
            Reason::ActiveInstead(nearest) => Ok(nearest),
            _ => Ok(self.root),
        }
    }
}

/// Where an environment would be created.
#[derive(Debug)]
pub(crate) struct ToCreate {
    /// Its future directory.
    pub root: PathBuf,
    /// The project that it would be for.
    pub project: Option<PathBuf>,
    /// Why vrun does not create it by default.
    pub forbidden: Option<ForbiddenPlace>,
    /// An active environment that cannot serve here.
    pub deactivated: Option<PathBuf>,
    pub skipped: Vec<Skipped>,
}

/// A file or directory that was passed over, and why.
#[derive(Debug)]
pub(crate) struct Skipped {
    pub path: PathBuf,
    pub reason: String,
    /// Whether an environment is created, or created elsewhere, only because it was passed over.
    pub is_decisive: bool,
}

/// The rule that decided.
#[derive(Debug)]
pub(crate) enum Reason {
    /// `--env` or `VRUN_ENV` names it.
    Explicit(&'static str),
    /// The search started inside it.
    Inside,
    /// It is in this directory, under one of the default names.
    Nearest(PathBuf),
    /// This redirect file names it.
    Redirect(PathBuf),
    /// It is the only environment in this project's root.
    OnlyChild(PathBuf),
    /// It is active, and belongs to this project.
    ActiveHere,
    /// This runner has activated it for the command.
    Runner(&'static str),
    /// It is active, and no other was found.
    ActiveAlone,
    /// It is active, and is used because the nearest environment (this path) has no Python that runs here.
    ActiveInstead(PathBuf),
    /// It was created for this script.
    Script(PathBuf),
    /// It was created for this run.
    Created,
}

impl Reason {
    /// The directory or file that decided, if it is not the environment itself.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Reason::Nearest(path)
            | Reason::Redirect(path)
            | Reason::OnlyChild(path)
            | Reason::ActiveInstead(path)
            | Reason::Script(path) => Some(path),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Explicit(source) => write!(out, "{source} names it"),
            Reason::Inside => write!(out, "the search started inside it"),
            Reason::Nearest(dir) => write!(out, "the nearest, in {}", printable(dir)),
            Reason::Redirect(file) => write!(out, "{} names it", printable(file)),
            Reason::OnlyChild(dir) => write!(out, "the only one in {}", printable(dir)),
            Reason::ActiveHere => write!(out, "it is active and belongs to this project"),
            Reason::Runner(runner) => write!(out, "{runner} runs this command in it"),
            Reason::ActiveAlone => write!(out, "it is active and there is no other"),
            Reason::ActiveInstead(_) => write!(out, "it is active and the nearest cannot run here"),
            Reason::Script(file) => write!(out, "it is for {}", printable(file)),
            Reason::Created => write!(out, "just created"),
        }
    }
}
