//! A request for a Python, and where it came from.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::quote::printable;

use super::request_syntax::RequestKind;

/// What was asked for: by a person with an option or a variable, or by what is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExplicitRequest {
    /// As it was typed.
    pub text: OsString,
    /// `--python` or `VRUN_PYTHON`; or where else it stands.
    pub source: Cow<'static, str>,
}

/// What Python is wanted.
#[derive(Debug)]
pub(crate) struct PythonRequest {
    /// What it means.
    pub kind: RequestKind,
    /// As it was written.
    pub text: OsString,
    /// Who asks.
    pub source: RequestSource,
}

/// Where a request was found.
#[derive(Debug)]
pub(crate) enum RequestSource {
    /// This option or variable, or what else was named there.
    Explicit(Cow<'static, str>),
    /// This `.python-version`.
    VersionFile(PathBuf),
    /// `requires-python` in this pyproject.toml.
    Pyproject(PathBuf),
    /// This environment, whose packages are for one minor version.
    Environment(PathBuf),
}

impl fmt::Display for RequestSource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestSource::Explicit(from) => write!(out, "{from}"),
            RequestSource::VersionFile(file) => write!(out, "{}", printable(file)),
            RequestSource::Environment(root) => write!(out, "{}", printable(root)),
            RequestSource::Pyproject(file) => {
                write!(out, "`requires-python` in {}", printable(file))
            }
        }
    }
}
