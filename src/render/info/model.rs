//! What `--info` knows of an environment, before it is printed as text or JSON.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::find::{Reason, Skipped};
use crate::introspect::{IntrospectError, PythonInfo};
use crate::requirements::InstallStatus;
use crate::venv::Creator;

/// The JSON Schema of what `json` makes.
pub(crate) const SCHEMA: &str = include_str!("schema.json");

/// Where one stands.
pub(crate) struct SearchContext<'a> {
    /// Where the search started.
    pub start: &'a Path,
    /// The project that this is in.
    pub project: Option<&'a Path>,
    /// What looked like an environment on the way and was not taken.
    pub skipped: Vec<&'a Skipped>,
}

/// Where a command would run.
pub(crate) enum InfoOutcome<'a> {
    /// In this environment.
    Found(Box<EnvInfo<'a>>),
    /// In one that is not there yet.
    Missing {
        /// Where it would be made.
        at: &'a Path,
        /// Why it would not, unasked.
        refusal: Option<String>,
        /// That, as it is said.
        problem: ProblemReport,
    },
    /// That cannot be said.
    Unknown(ProblemReport),
}

/// An environment, and what a program sees in it.
pub(crate) struct EnvInfo<'a> {
    /// Its directory.
    pub root: &'a Path,
    /// The rule that decided for it.
    pub reason: &'a Reason,
    /// What a shell's prompt shows.
    pub prompt: String,
    /// Who made it.
    pub creator: Option<Creator>,
    /// The variables that change.
    pub diff: EnvDiff,
    /// What its Python says of itself.
    pub python_info: Result<PythonInfo, IntrospectError>,
    /// What keeps that Python from being run.
    pub problem: Option<ProblemReport>,
    /// How it stands with what the project requires.
    pub requirements: Option<InstallStatus>,
}

/// What the view changes of the variables that vrun was given.
pub(crate) struct EnvDiff {
    /// Set to these.
    pub set: Vec<(&'static str, OsString)>,
    /// Taken away, and what they were.
    pub unset: Vec<(&'static str, Option<OsString>)>,
    /// What comes first on PATH.
    pub path_first: PathBuf,
    /// What goes from PATH.
    pub path_removed: Vec<PathBuf>,
}

/// Why there is no environment, or what is wrong with its Python.
#[derive(Default)]
pub(crate) struct ProblemReport {
    /// What programs know it by; `--doctor` has the same.
    pub id: &'static str,
    /// What it is, as a clause.
    pub message: String,
    /// The reasons.
    pub causes: Vec<String>,
    /// What to type next; of an environment that is there `--doctor` tells it.
    pub fix: Option<String>,
    /// The interpreter that runs in the place of the environment's Python all the same.
    pub substitute: Option<PathBuf>,
}

/// Why nothing is told of `sys`, as a clause.
pub(super) fn describe_unknown(why: &IntrospectError) -> String {
    use crate::quote::printable;
    match why {
        IntrospectError::PythonMissing(path) => format!("{} leads to no Python", printable(path)),
        IntrospectError::UnknownInterpreter(path) => {
            format!("{} is no Python that is known here", printable(path))
        }
        IntrospectError::UnsupportedVersion(python) => format!(
            "the rules of {} {} are not known here",
            python.implementation,
            python.major_minor()
        ),
        IntrospectError::StdlibMissing(path) => {
            format!("no library of Python is found from {}", printable(path))
        }
        IntrospectError::UnsupportedPlatform => "that is not told on this system yet".to_owned(),
    }
}
