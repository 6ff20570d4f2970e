//! What `--info` knows, before it is printed as text or JSON.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::find::{Reason, Skipped};
use crate::introspect::{IntrospectError, PythonInfo};
use crate::quote::printable;
use crate::requirements::{InstallStatus, PlanReport};
use crate::venv::Creator;

/// The JSON Schema of `--info --json`.
pub(crate) const SCHEMA: &str = include_str!("schema.json");

pub(crate) struct SearchContext<'a> {
    /// Where the search started.
    pub start: &'a Path,
    /// The project around it.
    pub project: Option<&'a Path>,
    /// The directories that the search looked into, from the start up.
    pub walk: Vec<PathBuf>,
    /// The active environment.
    pub active: Option<&'a Path>,
    /// What looked like an environment on the way but was not taken.
    pub skipped: Vec<&'a Skipped>,
    /// What `--sync` would install, if anything says so; or why that is unknown, as a clause.
    pub plan: Result<Option<PlanReport>, String>,
}

/// Where a command would run.
pub(crate) enum InfoOutcome<'a> {
    Found(Box<EnvInfo<'a>>),
    /// In an environment that does not exist yet.
    Missing {
        at: &'a Path,
        /// Why it would not be created automatically.
        refusal: Option<String>,
        problem: ProblemReport,
    },
    Unknown(ProblemReport),
}

pub(crate) struct EnvInfo<'a> {
    pub root: &'a Path,
    pub reason: &'a Reason,
    /// VIRTUAL_ENV_PROMPT
    pub prompt: String,
    /// What the project asks for, if its Python is another.
    pub mismatch: Option<String>,
    pub creator: Option<Creator>,
    pub diff: EnvDiff,
    pub python_info: Result<PythonInfo, IntrospectError>,
    /// What keeps its Python from running.
    pub problem: Option<ProblemReport>,
    pub requirements: Option<InstallStatus>,
}

/// The variables that the view changes.
pub(crate) struct EnvDiff {
    pub set: Vec<(&'static str, OsString)>,
    /// With their old values.
    pub unset: Vec<(&'static str, Option<OsString>)>,
    pub path_first: PathBuf,
    pub path_removed: Vec<PathBuf>,
}

/// Why there is no environment, or what is wrong with its Python.
#[derive(Default)]
pub(crate) struct ProblemReport {
    /// Its id in JSON, that of `--doctor`.
    pub id: &'static str,
    /// What is wrong, as a clause.
    pub message: String,
    pub causes: Vec<String>,
    /// What to type. For an environment that exists, `--doctor` says it.
    pub fix: Option<String>,
    /// The interpreter that runs instead of the environment's Python.
    pub substitute: Option<PathBuf>,
}

/// Why `sys` is unknown, as a clause.
pub(super) fn describe_unknown(error: &IntrospectError) -> String {
    match error {
        IntrospectError::PythonMissing(path) => format!("{} leads to no Python", printable(path)),
        IntrospectError::UnknownInterpreter(path) => {
            format!("{} is not a Python that vrun knows", printable(path))
        }
        IntrospectError::UnsupportedVersion(python) => format!(
            "vrun does not know the rules of {} {}",
            python.implementation,
            python.major_minor()
        ),
        IntrospectError::StdlibMissing(path) => {
            format!("no standard library is found from {}", printable(path))
        }
    }
}
