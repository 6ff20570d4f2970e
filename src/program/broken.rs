//! What is wrong with an environment -> the error that says so, with what helps. Nothing is thrown away by
//! what is hinted: an environment may still serve where it was made.

use crate::error::Error;
use crate::health::{self, Fix, Problem};
use crate::quote::{printable, shell_word};
use crate::venv;

use super::context::ResolveContext;
use super::model::Program;

/// The environment cannot be used (126).
pub(crate) fn broken_env_error(problem: &Problem, places: &ResolveContext<'_>) -> Error {
    let root = printable(places.root);
    let mut error =
        Error::refused(format!("{root} {}", problem.message())).with_cause(problem.cause());
    if points_elsewhere(problem) && places.queries.is_tracked() {
        error =
            error.with_cause("git tracks it: it came with a checkout, as it was where it was made");
    }
    let call = places.vrun_command();
    match problem.fix() {
        Fix::Repair => error.with_hint(format!(
            "`{call} --repair` rebuilds it with the same packages"
        )),
        Fix::CreateBeside(name) if places.is_env_explicit => error.with_hint(format!(
            "`vrun --env {}` makes and takes one for this system, beside it",
            shell_word(places.root.with_file_name(name))
        )),
        Fix::CreateBeside(name) => error.with_hint(format!(
            "`export VRUN_NAME={name}` has vrun make and take one for this system, beside it"
        )),
        Fix::GrantAccess => error.with_hint(problem.access_hint()),
    }
}

fn points_elsewhere(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::PythonMissing { .. }
            | Problem::PythonInaccessible { .. }
            | Problem::OtherPlatform { .. }
            | Problem::OtherMachine { .. }
    )
}

/// The error that `program` ended in, which the system refused to start; or what is wrong with the
/// environment, where that is what it comes from.
pub(crate) fn explain_start_failure(
    error: Error,
    program: &Program,
    places: &ResolveContext<'_>,
) -> Error {
    if program.file.parent() != Some(&venv::scripts_dir(places.root)) {
        return error;
    }
    match health::fatal(places.root) {
        Some(
            problem @ (Problem::OtherPlatform { .. }
            | Problem::OtherMachine { .. }
            | Problem::LoaderMissing { .. }),
        ) => broken_env_error(&problem, places),
        _ => error,
    }
}
