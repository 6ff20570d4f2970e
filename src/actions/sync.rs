//! `--sync` without a command: install what the project requires.

use crate::cli::{AutoCreate, Settings};
use crate::error::Error;
use crate::find::{Outcome, Search};
use crate::process::Process;
use crate::requirements::{self, InstallContext};
use crate::venv::Venv;

use super::context::{find_environment, prepare_search, report_selection};
use super::first_use;

/// `--sync` without a command.
pub(crate) fn sync(
    settings: &Settings,
    creation: AutoCreate,
    process: &mut Process,
) -> Result<(), Error> {
    let search = prepare_search(settings, process)?;
    let found = match find_environment(settings, &search, process)? {
        Outcome::Found(found) => found,
        Outcome::Missing(missing) => {
            first_use::create_for_command(missing, settings, creation, &search, process)?
        }
    };
    report_selection(&found, settings.verbosity, process);
    ensure_installed(&Venv::open(&found.root)?, &search, settings, process)
}

/// Installs what the environment lacks, or says that it does.
pub(super) fn ensure_installed(
    venv: &Venv,
    search: &Search,
    settings: &Settings,
    process: &Process,
) -> Result<(), Error> {
    requirements::ensure_installed(&InstallContext {
        venv,
        start: &search.start,
        options: &settings.install_options,
        process,
        verbosity: settings.verbosity,
    })
}
