//! The errors of introspection.

use std::path::PathBuf;

use super::python_binary::PythonBinary;

/// Why an environment's Python cannot be described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IntrospectError {
    /// The environment's Python leads to no file.
    PythonMissing(PathBuf),
    /// Neither its name nor the files around it identify it.
    UnknownInterpreter(PathBuf),
    /// A version whose rules are unknown here.
    UnsupportedVersion(Box<PythonBinary>),
    /// No library is found from here.
    StdlibMissing(PathBuf),
}
