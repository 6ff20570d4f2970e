//! What a search ends with, and the rule that decided. Errors, `-v` and `--info` need no second look.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::{printable, shell_word};

use super::forbidden::ForbiddenPlace;

/// What a search ends with.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// This environment.
    Found(FoundEnv),
    /// None; this is where one would be made.
    Missing(ToCreate),
}

/// The environment that was decided on.
#[derive(Debug)]
pub(crate) struct FoundEnv {
    /// Its directory, absolute, as the user wrote or sees it.
    pub root: PathBuf,
    /// What decided.
    pub reason: Reason,
    /// An environment that is active and was not taken: what of it is on PATH has to go.
    pub deactivated: Option<PathBuf>,
    /// What looked like an environment on the way and is none.
    pub skipped: Vec<Skipped>,
}

impl FoundEnv {
    /// The environment that the walk found or that was named, which may be changed where one that is merely
    /// active may not.
    ///
    /// # Errors
    /// There is only an active one.
    pub(crate) fn into_modifiable_root(self) -> Result<PathBuf, Error> {
        match self.reason {
            Reason::ActiveAlone => {
                let root = printable(&self.root);
                let error = Error::refused(format!("{root} is not changed: it is only active"));
                Err(error.with_hint(format!(
                    "`--env {}` says that it is meant; without VIRTUAL_ENV one is made here",
                    shell_word(&self.root)
                )))
            }
            Reason::ActiveInstead(nearest) => Ok(nearest),
            _ => Ok(self.root),
        }
    }
}

/// Where an environment would be made.
#[derive(Debug)]
pub(crate) struct ToCreate {
    /// Its directory to be.
    pub root: PathBuf,
    /// The project that it would be for.
    pub project: Option<PathBuf>,
    /// Why vrun does not make it unasked.
    pub forbidden: Option<ForbiddenPlace>,
    /// An environment that is active and cannot serve here.
    pub deactivated: Option<PathBuf>,
    /// What looked like an environment on the way and is none.
    pub skipped: Vec<Skipped>,
}

/// What was passed over, and why.
#[derive(Debug)]
pub(crate) struct Skipped {
    /// The file or directory.
    pub path: PathBuf,
    /// What is amiss.
    pub reason: String,
}

/// The rule that decided.
#[derive(Debug)]
pub(crate) enum Reason {
    /// `--env` or `VRUN_ENV` names it.
    Explicit(&'static str),
    /// The search stood inside it.
    Inside,
    /// It lies in this directory under one of the usual names.
    Nearest(PathBuf),
    /// This `.venv` file names it.
    Redirect(PathBuf),
    /// It is the only environment in this project's root.
    OnlyChild(PathBuf),
    /// It is active, and belongs to this very project.
    ActiveHere,
    /// It is active, and no other was found.
    ActiveAlone,
    /// It is active, and this one, which was found, has no Python that runs here.
    ActiveInstead(PathBuf),
    /// This script says what it requires, and that is in it.
    Script(PathBuf),
    /// It was made for this run.
    Created,
}

impl Reason {
    /// What programs know the rule by; it stays the same from version to version.
    pub(crate) fn id(&self) -> &'static str {
        match self {
            Reason::Explicit(_) => "named",
            Reason::Inside => "inside",
            Reason::Nearest(_) => "nearest",
            Reason::Redirect(_) => "redirect",
            Reason::OnlyChild(_) => "only-child",
            Reason::ActiveHere => "active-here",
            Reason::ActiveAlone => "active-alone",
            Reason::ActiveInstead(_) => "active-instead",
            Reason::Script(_) => "script",
            Reason::Created => "made",
        }
    }

    /// The directory or file that decided, where it is not the environment itself.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Reason::Nearest(at)
            | Reason::Redirect(at)
            | Reason::OnlyChild(at)
            | Reason::ActiveInstead(at)
            | Reason::Script(at) => Some(at),
            Reason::Explicit(_)
            | Reason::Inside
            | Reason::ActiveHere
            | Reason::ActiveAlone
            | Reason::Created => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Explicit(by) => write!(out, "{by} names it"),
            Reason::Inside => write!(out, "the search started inside it"),
            Reason::Nearest(dir) => write!(out, "the nearest, in {}", printable(dir)),
            Reason::Redirect(file) => write!(out, "{} names it", printable(file)),
            Reason::OnlyChild(dir) => write!(out, "the only one in {}", printable(dir)),
            Reason::ActiveHere => write!(out, "it is active and belongs to this project"),
            Reason::ActiveAlone => write!(out, "it is active and there is no other"),
            Reason::ActiveInstead(_) => write!(out, "it is active and the nearest cannot run here"),
            Reason::Script(file) => write!(out, "{} says what is in it", printable(file)),
            Reason::Created => write!(out, "just made"),
        }
    }
}
