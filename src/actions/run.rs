//! `vrun COMMAND`: select the environment, ensure that it is there, prepare the view, resolve the program, exec it.

use crate::cli::{Mode, RunRequest, Settings};
use crate::create;
use crate::error::Error;
use crate::exec;
use crate::find::{FoundEnv, Outcome, Search};
use crate::inline_script::Script;
use crate::process::Process;
use crate::program::{self, broken};
use crate::python::check_compatible;
use crate::quote::printable;
use crate::venv::Venv;

use super::context::{
    self, ExistingEnv, Selection, print_dry_run, report_selection, resolve_context,
};
use super::first_use;
use super::sync::ensure_installed;

/// Returns only where the program was told rather than run, or could not be.
pub(crate) fn run(mut request: RunRequest, process: &mut Process) -> Result<(), Error> {
    let Selection {
        search,
        script,
        outcome: answer,
    } = context::select(&mut request, process)?;
    let script = script.as_ref();
    let found = match (answer, script) {
        (Outcome::Found(found), _) => found,
        (Outcome::Missing(missing), _) if request.settings.mode == Mode::DryRun => {
            return first_use::dry_run(missing, script, request, process);
        }
        (Outcome::Missing(missing), Some(script)) => {
            first_use::create_for_script(script, missing, &request, process)?
        }
        (Outcome::Missing(missing), None) => first_use::create_for_command(
            missing,
            &request.settings,
            request.auto_create,
            &search,
            process,
        )?,
    };
    let (settings, verbosity) = (&request.settings, request.settings.verbosity);
    report_selection(&found, verbosity, process);
    let venv = ensure_ready(&found, script, &search, settings, process)?;
    let view = context::build_view(
        &venv,
        found.deactivated.as_deref(),
        script,
        settings,
        process,
    )?;
    let help = ExistingEnv::new(&venv, &search, process, verbosity);
    let places = resolve_context(&venv, &view, &help, &request, process);
    let program = program::resolve_program(request.invocation, request.args, &places)?;
    program
        .warnings
        .iter()
        .for_each(|remark| verbosity.notice(remark));
    verbosity.verbose(|| format!("running {}", printable(&program.file)));
    match settings.mode {
        Mode::DryRun => print_dry_run(&program, &view, settings, process),
        Mode::Real => {
            let vars = program.child_vars(view.apply(&process.vars));
            let error = exec::exec(&program, &vars);
            Err(broken::explain_start_failure(error, &program, &places))
        }
    }
}

/// The environment, as a program that really runs may count on it: of the Python that was asked for, and with what the
/// project requires.
fn ensure_ready(
    found: &FoundEnv,
    script: Option<&Script>,
    search: &Search,
    settings: &Settings,
    process: &Process,
) -> Result<Venv, Error> {
    if settings.mode == Mode::DryRun {
        return Venv::open(&found.root);
    }
    create::remove_leftovers(&found.root);
    let venv = Venv::open(&found.root)?;
    // What a script's own environment is made of decides where it lies.
    if let Some(wish) = &settings.python
        && script.is_none()
    {
        check_compatible(&venv, wish, process)?;
    }
    ensure_installed(&venv, search, settings, process)?;
    Ok(venv)
}
