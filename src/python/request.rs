//! A request for a Python, and where it came from.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::quote::printable;

use super::request_syntax::RequestKind;

/// A request that has not been parsed: from an option, a variable, or the script that is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExplicitRequest {
    /// As it was typed.
    pub text: OsString,
    /// `--python`, `VRUN_PYTHON`, or where else it was found.
    pub source: Cow<'static, str>,
}

/// A parsed request.
#[derive(Debug)]
pub(crate) struct PythonRequest {
    pub kind: RequestKind,
    /// As it was written.
    pub text: OsString,
    pub source: RequestSource,
}

/// Where a request was found.
#[derive(Debug)]
pub(crate) enum RequestSource {
    /// The source of an [`ExplicitRequest`].
    Explicit(Cow<'static, str>),
    /// A file that holds nothing else, such as `.python-version`.
    File(PathBuf),
    /// A setting in a file of the project.
    Setting { file: PathBuf, key: &'static str },
    /// An environment, whose packages are for one minor version. Of the candidates those in its `home` come first.
    Environment {
        root: PathBuf,
        home: Option<PathBuf>,
    },
}

impl RequestSource {
    /// The file of a project, if it is one.
    pub(super) fn into_file(self) -> Option<PathBuf> {
        match self {
            RequestSource::File(file) | RequestSource::Setting { file, .. } => Some(file),
            RequestSource::Explicit(_) | RequestSource::Environment { .. } => None,
        }
    }
}

impl fmt::Display for RequestSource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestSource::Explicit(source) => out.write_str(source),
            RequestSource::File(path) | RequestSource::Environment { root: path, .. } => {
                out.write_str(&printable(path))
            }
            RequestSource::Setting { file, key } => {
                write!(out, "`{key}` in {}", printable(file))
            }
        }
    }
}
