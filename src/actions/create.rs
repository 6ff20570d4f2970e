//! `--create`: create the environment and print where it is.

use std::path::PathBuf;

use crate::cli::{Mode, Settings};
use crate::create::{
    CreateRequest, CreateTarget, IfExists, Trigger, VenvOptions, check_target, create_environment,
};
use crate::error::Error;
use crate::find::{self, Outcome};
use crate::output::print;
use crate::process::Process;
use crate::venv::Venv;
use crate::{inline_script, requirements};

use super::context::{find_environment, prepare_search, report_selection, report_skipped};
use super::sync::ensure_installed;

/// `--create`: makes the environment, and prints where it is.
pub(crate) fn create(
    settings: &Settings,
    options: &VenvOptions,
    process: &mut Process,
) -> Result<(), Error> {
    let search = prepare_search(settings, process)?;
    let at = target_path(
        find_environment(settings, &search, process)?,
        settings,
        options,
        process,
    )?;
    let project = find::nearest_project(&search.start, search.home.as_deref());
    let note = match options.has_pip() {
        true => requirements::initial_state(&settings.install_options, project, &at, process)?,
        false => None,
    };
    let order = CreateRequest {
        target: CreateTarget {
            path: &at,
            project_root: project,
        },
        python_request: settings.python.as_ref(),
        options,
        trigger: Trigger::Requested,
        extra_file: note.as_ref(),
        process,
        verbosity: settings.verbosity,
    };
    match settings.mode {
        Mode::DryRun => check_target(&order)?,
        Mode::Real => {
            create_environment(&order)?;
            inline_script::remove_expired_envs(process);
            ensure_installed(&Venv::open(&at)?, &search, settings, process)?;
        }
    }
    print(&[at.as_os_str().as_encoded_bytes(), b"\n"].concat())
}

/// Where `--create` is to make it.
fn target_path(
    answer: Outcome,
    settings: &Settings,
    options: &VenvOptions,
    process: &Process,
) -> Result<PathBuf, Error> {
    match answer {
        Outcome::Found(found) => {
            report_selection(&found, settings.verbosity, process);
            match options.if_exists {
                IfExists::Keep => Ok(found.root),
                IfExists::Clear | IfExists::Upgrade => found.into_modifiable_root(),
            }
        }
        Outcome::Missing(missing) => {
            report_skipped(&missing.skipped, settings.verbosity);
            match &missing.forbidden {
                Some(barred) => Err(barred.to_error(&missing.root)),
                None => Ok(missing.root),
            }
        }
    }
}
