//! Why an install ended early.

use crate::error::Error;
use crate::interrupt;

use super::python_misfit::PythonMisfit;

/// Why an install ended early.
#[derive(Debug)]
pub(crate) enum InstallError {
    /// Ctrl-C: the next run continues.
    Interrupted,
    /// A signal ended the installer, as where memory has run out, so it has refused nothing: the next run continues.
    Killed(Error),
    /// An index cannot be reached now: the next run continues.
    Unreachable(Error),
    /// What is required does not work with this Python.
    WrongPython {
        error: Error,
        misfit: Box<PythonMisfit>,
    },
    /// It failed.
    Failed {
        /// What to report now.
        error: Error,
        /// What to record for later runs, in a few words.
        reason: String,
    },
}

impl From<InstallError> for Error {
    fn from(error: InstallError) -> Error {
        match error {
            InstallError::Interrupted => interrupt::interrupted_error(),
            InstallError::Killed(error)
            | InstallError::Unreachable(error)
            | InstallError::WrongPython { error, .. }
            | InstallError::Failed { error, .. } => error,
        }
    }
}
