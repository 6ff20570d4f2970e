//! `vrun COMMAND`: select the environment, ensure it is there, prepare its view, resolve the program, exec it. With
//! `-n` nothing is created or started, and the last step prints. What happens if the environment's Python is missing is
//! in `program/missing_python.rs`.

use std::ffi::OsString;
use std::path::Path;

use crate::cli::{Mode, RunRequest, Settings};
use crate::create;
use crate::error::Error;
use crate::find::{Outcome, Search, ToCreate};
use crate::inline_script::Script;
use crate::process::Process;
use crate::program::{self, Invocation, broken};
use crate::quote::printable;
use crate::requirements::SyncMode;
use crate::venv::Venv;
use crate::{exec, output, render};

use super::context::report_selection;
use super::first_use;
use super::prepare::{TargetEnv, prepare};
use super::select::{Selection, select};
use super::sync::{ensure_installed_in, report_steps};

/// Returns only after `-n`, or with the reason why the program did not start.
pub(crate) fn run(mut request: RunRequest, process: &mut Process) -> Result<(), Error> {
    let Selection {
        search,
        script,
        outcome,
    } = select(&mut request, process)?;
    let outcome = match (outcome, &request.invocation) {
        (Outcome::Missing(missing), Invocation::Shim(name))
            if first_use::is_passed_on(&missing, &request, &search) =>
        {
            return pass_on(name.clone(), missing, &search, request, process);
        }
        (outcome, _) => outcome,
    };
    let env = ensure(outcome, script, &search, &request, process)?;
    let (settings, verbosity) = (&request.settings, process.verbosity);
    let prepared = prepare(&env, &search, settings, process)?;
    let context = prepared.resolve_context(&request);
    let (invocation, args) = (request.invocation, request.args);
    let program = match env.is_planned {
        true => program::predict_program(invocation, args, &context)?,
        false => program::resolve_program(invocation, args, &context)?,
    };
    for warning in &program.warnings {
        verbosity.notice(warning);
    }
    if !env.is_planned {
        verbosity.verbose(|| format!("running {}", printable(&program.file)));
    }
    match settings.mode {
        Mode::DryRun => {
            let pwd = process.var("PWD").map(Path::new);
            let directory = pwd.filter(|_| !settings.directories.is_empty());
            output::print(&render::command_line(&program, &prepared.view, directory))
        }
        Mode::Real => {
            let vars = program.child_vars(prepared.view.apply(&process.vars));
            let error = exec::exec(&program, &vars);
            Err(broken::explain_start_failure(error, &program, &context))
        }
    }
}

/// A shim where no environment is to be: the next program of its name on PATH, with the variables as they are.
fn pass_on(
    name: OsString,
    missing: ToCreate,
    search: &Search,
    request: RunRequest,
    process: &Process,
) -> Result<(), Error> {
    let env = first_use::planned_env(missing, None);
    let prepared = prepare(&env, search, &request.settings, process)?;
    let context = prepared.resolve_context(&request);
    let program = program::pass_on(name, request.args, &context)?;
    let verbosity = process.verbosity;
    verbosity.verbose(|| {
        let file = printable(&program.file);
        format!("no Python project here: running {file}")
    });
    let vars = program.child_vars(process.vars.clone());
    Err(exec::exec(&program, &vars))
}

/// Creates a missing environment. For a program that really runs, the environment has the requested Python and the
/// project's requirements.
fn ensure(
    outcome: Outcome,
    script: Option<Script>,
    search: &Search,
    request: &RunRequest,
    process: &Process,
) -> Result<TargetEnv, Error> {
    let settings = &request.settings;
    if let Outcome::Missing(missing) = &outcome {
        program::check_invocation(&request.invocation, &missing.root, process.var("PATH"))?;
    }
    let is_new = matches!(outcome, Outcome::Missing(_));
    let found = match outcome {
        Outcome::Found(found) => found,
        Outcome::Missing(missing) if settings.mode == Mode::DryRun => {
            let env = first_use::plan(missing, script, settings, request.auto_create, process)?;
            return report_install(env, search, settings, process);
        }
        Outcome::Missing(missing) => match &script {
            Some(script) => first_use::create_for_script(script, missing, request, process)?,
            None => {
                let auto_create = request.auto_create;
                first_use::create_for_command(missing, settings, auto_create, search, process)?
            }
        },
    };
    report_selection(&found, search, process);
    if settings.mode == Mode::Real {
        create::remove_leftovers(&found.root);
    }
    let mut env = TargetEnv::open(found, script)?;
    if settings.mode == Mode::DryRun {
        return report_install(env, search, settings, process);
    }
    // A script's environment is selected by the Python request, so it always matches.
    if env.script.is_none() {
        let auto_create = request.auto_create;
        env.venv = first_use::with_request(env.venv, settings, auto_create, search, process)?;
    }
    let is_new = is_new && env.script.is_none();
    if ensure_installed_in(&env.venv, is_new, search, settings, process)? {
        env.venv = Venv::open(&env.venv.root)?;
    }
    Ok(env)
}

/// `-n`: what `--sync` would install before the command runs.
fn report_install(
    env: TargetEnv,
    search: &Search,
    settings: &Settings,
    process: &Process,
) -> Result<TargetEnv, Error> {
    match (settings.install_options.sync, &env.script) {
        // Its requirements are recorded when its environment is created.
        (SyncMode::Now(_), Some(script)) if env.is_planned => {
            let name = script.name();
            let verbosity = process.verbosity;
            verbosity.notice(format_args!("would install what {name} requires"));
        }
        (SyncMode::Now(_), _) => report_steps(&env.venv, search, settings, process)?,
        _ => {}
    }
    Ok(env)
}
