//! `--sync` without a command: install what the project requires. With `-n`, with a command or without, only say what.

use std::path::Path;

use crate::cli::{AutoCreate, Mode, Settings};
use crate::error::Error;
use crate::find::Outcome;
use crate::process::Process;
use crate::requirements::{self, Extraneous, InstallContext, SyncMode};
use crate::venv::Venv;

use super::context::{find_environment, prepare_search, report_selection};
use super::first_use;

pub(crate) fn sync(
    settings: &Settings,
    auto_create: AutoCreate,
    process: &mut Process,
) -> Result<(), Error> {
    let search = prepare_search(settings, process)?;
    let found = match find_environment(settings, &search, process)? {
        Outcome::Found(found) => found,
        Outcome::Missing(missing) if settings.mode == Mode::DryRun => {
            let env = first_use::plan(missing, None, settings, auto_create, process)?;
            return report_steps(&env.venv, &search.start, settings, process);
        }
        Outcome::Missing(missing) => {
            first_use::create_for_command(missing, settings, auto_create, &search, process)?
        }
    };
    report_selection(&found, &search, process);
    let venv = Venv::open(&found.root)?;
    match settings.mode {
        Mode::Real => ensure_installed(&venv, &search.start, settings, process),
        Mode::DryRun => report_steps(&venv, &search.start, settings, process),
    }
}

/// Installs what is missing, or only reports it, depending on the options.
pub(super) fn ensure_installed(
    venv: &Venv,
    start: &Path,
    settings: &Settings,
    process: &Process,
) -> Result<(), Error> {
    requirements::ensure_installed(&install_context(venv, start, settings, process))
}

/// `-n --sync`: what would be installed.
pub(super) fn report_steps(
    venv: &Venv,
    start: &Path,
    settings: &Settings,
    process: &Process,
) -> Result<(), Error> {
    let context = install_context(venv, start, settings, process);
    let Some(plan) = requirements::report_plan(&context)? else {
        return Err(requirements::no_plan_error(&context));
    };
    let is_exact = settings.install_options.sync == SyncMode::Now(Extraneous::Remove);
    let removal = is_exact.then(|| "remove what nothing requires".to_owned());
    for step in plan.steps().into_iter().chain(removal) {
        process.verbosity.notice(format_args!("would {step}"));
    }
    Ok(())
}

pub(super) fn install_context<'a>(
    venv: &'a Venv,
    start: &'a Path,
    settings: &'a Settings,
    process: &'a Process,
) -> InstallContext<'a> {
    InstallContext {
        venv,
        start,
        options: &settings.install_options,
        is_named: settings.env.is_some(),
        process,
    }
}
