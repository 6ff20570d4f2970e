//! What `--repair` says when it cannot do its work.

use std::io;
use std::path::Path;

use crate::error::{Error, io_reason};
use crate::health::{Fix, Problem};
use crate::quote::printable;

use super::input::RepairInput;

/// Why it is not mended, if it is not.
pub(super) fn refusal_error(problem: &Problem, case: &RepairInput<'_>) -> Option<Error> {
    let what = format!("{} {}", printable(case.root), problem.message());
    let refused = Error::refused(what).with_cause(problem.cause());
    match problem.fix() {
        Fix::GrantAccess => Some(refused.with_hint(problem.access_hint())),
        Fix::CreateBeside(name) if !case.is_explicit => Some(refused.with_hint(format!(
            "`export VRUN_NAME={name}` has vrun make one for this system beside it"
        ))),
        _ => None,
    }
}

pub(super) fn repair_error(root: &Path, error: &io::Error) -> Error {
    Error::failed(format!("cannot repair {}", printable(root))).with_cause(io_reason(error))
}

pub(super) fn write_error(root: &Path, file: &Path, error: &io::Error) -> Error {
    let cause = format!("{}: {}", printable(file), io_reason(error));
    Error::failed(format!("cannot repair {}", printable(root))).with_cause(cause)
}
