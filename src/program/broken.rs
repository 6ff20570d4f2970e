//! What is wrong with an environment -> an error with a hint. No hint destroys anything: the environment may still work
//! where it was created.

use crate::error::Error;
use crate::health::{self, Fix, Problem};
use crate::quote::{printable, shell_word};

use super::context::ResolveContext;
use super::lookup::is_in;
use super::model::Program;

/// The environment cannot be used (126).
pub(super) fn broken_env_error(problem: &Problem, context: &ResolveContext<'_>) -> Error {
    let root = printable(context.root);
    let mut error =
        Error::refused(format!("{root} {}", problem.message())).with_cause(problem.cause());
    if points_elsewhere(problem) && context.queries.is_tracked() {
        error = error.with_cause(
            "git tracks it: it came with the checkout, with the paths of where it was created",
        );
    }
    error.with_hint(match problem.fix() {
        Fix::Repair => context.repair_hint(),
        Fix::CreateBeside(name) if context.is_env_explicit => format!(
            "`vrun --env {} ...` creates one for this system beside it",
            shell_word(context.root.with_file_name(name))
        ),
        Fix::CreateBeside(name) => health::create_beside_hint(&name, context.root),
        Fix::GrantAccess => problem.access_hint(),
    })
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

/// Why the system refused to start `program`: what is wrong with the environment, if that is the reason, else `error`.
pub(crate) fn explain_start_failure(
    error: Error,
    program: &Program,
    context: &ResolveContext<'_>,
) -> Error {
    if !is_in(&context.scripts_dir(), &program.file) {
        return error;
    }
    match health::fatal(context.root) {
        Some(
            problem @ (Problem::OtherPlatform { .. }
            | Problem::OtherMachine { .. }
            | Problem::LoaderMissing { .. }),
        ) => broken_env_error(&problem, context),
        _ => error,
    }
}
