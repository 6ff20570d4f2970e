//! `--sync` without a command: install what the project requires.

use std::path::Path;

use crate::cli::{AutoCreate, Settings};
use crate::error::Error;
use crate::find::Outcome;
use crate::process::Process;
use crate::requirements::{self, InstallContext};
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
        Outcome::Missing(missing) => {
            first_use::create_for_command(missing, settings, auto_create, &search, process)?
        }
    };
    report_selection(&found, &search, process);
    ensure_installed(&Venv::open(&found.root)?, &search.start, settings, process)
}

/// Installs what is missing, or only reports it, depending on the options.
pub(super) fn ensure_installed(
    venv: &Venv,
    start: &Path,
    settings: &Settings,
    process: &Process,
) -> Result<(), Error> {
    requirements::ensure_installed(&InstallContext {
        venv,
        start,
        options: &settings.install_options,
        is_named: settings.env.is_some(),
        process,
    })
}
