//! What `--repair` works on, and its errors.

use std::io;
use std::path::Path;

use crate::error::{Error, io_reason};
use crate::health::{self, Fix, Problem};
use crate::process::Process;
use crate::python::ExplicitRequest;
use crate::quote::printable;

/// An environment to be repaired.
#[derive(Clone, Copy)]
pub(crate) struct RepairInput<'a> {
    pub root: &'a Path,
    pub project: Option<&'a Path>,
    /// Whether the user named it: then it is recreated even if it was created on another system.
    pub is_explicit: bool,
    pub python_request: Option<&'a ExplicitRequest>,
    pub process: &'a Process,
}

impl RepairInput<'_> {
    /// Why a problem is not repaired, if it is not.
    pub(super) fn refusal(&self, problem: &Problem) -> Option<Error> {
        let what = format!("{} {}", printable(self.root), problem.message());
        let error = Error::refused(what).with_cause(problem.cause());
        match problem.fix() {
            Fix::GrantAccess => Some(error.with_hint(problem.access_hint())),
            Fix::CreateBeside(name) if !self.is_explicit => {
                Some(error.with_hint(health::create_beside_hint(&name, self.root)))
            }
            _ => None,
        }
    }

    pub(super) fn error(&self, error: &io::Error) -> Error {
        Error::failed(format!("cannot repair {}", printable(self.root)))
            .with_cause(io_reason(error))
    }

    pub(super) fn write_error(&self, file: &Path, error: &io::Error) -> Error {
        let cause = format!("{}: {}", printable(file), io_reason(error));
        Error::failed(format!("cannot repair {}", printable(self.root))).with_cause(cause)
    }
}

/// The first problem that takes more than a line in pyvenv.cfg.
pub(super) fn main_problem(problems: &[Problem]) -> Option<&Problem> {
    let mut problems = problems.iter();
    problems.find(|problem| !is_system_site_unset(problem))
}

pub(super) fn is_system_site_unset(problem: &Problem) -> bool {
    matches!(problem, Problem::SystemSiteUnset { .. })
}
