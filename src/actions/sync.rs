//! `--sync` without a command: install what the project requires. With `-n`, with a command or without, only say what.

use std::path::PathBuf;

use crate::cli::{AutoCreate, EnvSource, Mode, Settings};
use crate::error::Error;
use crate::find::{Outcome, Search};
use crate::installer::{InstallFailure, OtherPython};
use crate::process::Process;
use crate::quote::printable;
use crate::requirements::{self, InstallContext, Locator, SyncMode};
use crate::venv::Venv;

use super::context::{find_environment, prepare_search, report_selection};
use super::first_use;

pub(crate) fn sync(
    settings: &Settings,
    auto_create: AutoCreate,
    process: &mut Process,
) -> Result<(), Error> {
    let search = prepare_search(settings, process)?;
    let (found, is_new) = match find_environment(settings, &search, process)? {
        Outcome::Found(found) => (found, false),
        Outcome::Missing(missing) if settings.mode == Mode::DryRun => {
            let env = first_use::plan(missing, None, settings, auto_create, process)?;
            return report_steps(&env.venv, &search, settings, process);
        }
        Outcome::Missing(missing) => {
            let env =
                first_use::create_for_command(missing, settings, auto_create, &search, process)?;
            (env, true)
        }
    };
    report_selection(&found, &search, process);
    let venv = Venv::open(&found.root)?;
    match settings.mode {
        Mode::Real => {
            let venv = first_use::with_request(venv, settings, auto_create, &search, process)?;
            ensure_installed_in(&venv, is_new, &search, settings, process).map(drop)
        }
        Mode::DryRun => report_steps(&venv, &search, settings, process),
    }
}

/// Installs what is missing. Where this command created the environment, with a Python that nobody asked for and the
/// requirements do not work with, it is recreated once with another. Returns whether it was.
pub(super) fn ensure_installed_in(
    venv: &Venv,
    is_new: bool,
    search: &Search,
    settings: &Settings,
    process: &Process,
) -> Result<bool, Error> {
    let installed = ensure_installed(venv, search, settings, process);
    let Err(InstallFailure {
        error,
        other_python,
    }) = installed
    else {
        return Ok(false);
    };
    match other_python.filter(|_| is_new && settings.python.is_none()) {
        Some(other) => {
            let (root, OtherPython { request, reason }) = (printable(&venv.root), &*other);
            process.verbosity.notice(format_args!(
                "{reason}: recreating {root} with `-p {request}`"
            ));
            first_use::recreate(&venv.root, &other.to_request(), settings, search, process)?;
        }
        None => return Err(error),
    }
    let venv = Venv::open(&venv.root)?;
    ensure_installed(&venv, search, settings, process)?;
    Ok(true)
}

/// Installs what is missing, or only reports it, depending on the options.
pub(super) fn ensure_installed(
    venv: &Venv,
    search: &Search,
    settings: &Settings,
    process: &Process,
) -> Result<(), InstallFailure> {
    requirements::ensure_installed(install_context(venv, search, settings, process))
}

/// `-n --sync`: what would be installed.
pub(super) fn report_steps(
    venv: &Venv,
    search: &Search,
    settings: &Settings,
    process: &Process,
) -> Result<(), Error> {
    let context = install_context(venv, search, settings, process).of_requiring_project();
    let SyncMode::Now(order) = settings.install_options.sync else {
        return Ok(());
    };
    let verbosity = process.verbosity;
    if let Some(name) = requirements::find_up_to_date(&context, order) {
        verbosity.notice(format_args!("up to date with {name}"));
        return Ok(());
    }
    let Some(plan) = requirements::report_plan(&context)? else {
        return Err(requirements::no_plan_error(&context));
    };
    let removal = order.is_exact.then(|| plan.removal());
    for step in plan.steps(order.is_upgrade).into_iter().chain(removal) {
        verbosity.notice(format_args!("would {step}"));
    }
    Ok(())
}

pub(super) fn install_context<'a>(
    venv: &'a Venv,
    search: &'a Search,
    settings: &'a Settings,
    process: &'a Process,
) -> InstallContext<'a> {
    InstallContext {
        venv,
        start: &search.start,
        member: search.member.get().map(PathBuf::as_path),
        options: &settings.install_options,
        is_named: settings.env.is_some(),
        locator: match settings.env {
            Some(EnvSource::ByOption(_)) => Locator::Env,
            _ if settings.has_location_option() => Locator::Directory,
            _ => Locator::None,
        },
        process,
    }
}
