//! A failed install, for actions: the error, and the Python that may help.

use crate::error::Error;
use crate::process::Process;
use crate::python::{self, ExplicitRequest, InstalledSeries};
use crate::venv::Venv;

use super::install_error::InstallError;
use super::python_minors::summarize_minors;
use super::python_misfit::PythonMisfit;
use super::runner::InstallRunner;

/// Why an install failed.
#[derive(Debug)]
pub(crate) struct InstallFailure {
    pub error: Error,
    /// The Python that what is required works with, if nothing asked for the one that it does not work with.
    pub other_python: Option<Box<OtherPython>>,
}

/// A Python on this machine that a new environment may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OtherPython {
    /// `3.9`
    pub request: String,
    /// Why not the one that there is.
    pub reason: String,
}

impl OtherPython {
    /// The request for it.
    pub(crate) fn to_request(&self) -> ExplicitRequest {
        ExplicitRequest {
            text: self.request.as_str().into(),
            source: "the project".into(),
        }
    }
}

impl From<Error> for InstallFailure {
    fn from(error: Error) -> InstallFailure {
        InstallFailure {
            error,
            other_python: None,
        }
    }
}

impl From<InstallFailure> for Error {
    fn from(failure: InstallFailure) -> Error {
        failure.error
    }
}

/// Adds the command that recreates the environment where its Python is why the install failed.
pub(crate) fn conclude(
    error: InstallError,
    venv: &Venv,
    is_script: bool,
    runner: &InstallRunner<'_>,
    process: &Process,
) -> InstallFailure {
    let InstallError::WrongPython { error, misfit } = error else {
        return Error::from(error).into();
    };
    if is_script {
        return error.into();
    }
    let InstalledSeries { request, is_open } =
        python::find_installed_series(venv, runner.project, &misfit.minors, process);
    let error = error.with_hint(recreate_hint(request.as_deref(), &misfit));
    let other_python = request.filter(|_| is_open).map(|request| {
        let reason = misfit.cause;
        Box::new(OtherPython { request, reason })
    });
    InstallFailure {
        error,
        other_python,
    }
}

fn recreate_hint(request: Option<&str>, misfit: &PythonMisfit) -> String {
    match request {
        Some(request) => {
            format!("`vrun --create --clear -p {request}` recreates it with that Python")
        }
        None => format!(
            "install Python {}, then `vrun --create --clear -p REQUEST` recreates it",
            summarize_minors(&misfit.minors)
        ),
    }
}
