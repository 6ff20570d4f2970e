//! What a project requires -> installed on first use, and one line where the requirements have changed since.

use std::path::Path;

use crate::create::ExtraFile;
use crate::error::Error;
use crate::os;
use crate::output::Verbosity;
use crate::process::{self, Process};
use crate::quote::printable;
use crate::venv::Venv;

use super::context::{InstallContext, python_minor_version};
use super::drift::{self, Drift, RequirementsChange};
use super::options::{InstallMode, InstallOptions, RequirementsFile, SyncMode};
use super::state::{self, InstallState, Status};
use super::sync::{self, SyncReason};
use super::{script_list, source, state_file};

/// What a new environment for the project at `project` is to hold, so that its requirements are known to be missing:
/// None where there are none, or none are wanted.
///
/// # Errors
/// The file that says it cannot be read.
pub(crate) fn initial_state(
    wishes: &InstallOptions,
    project: Option<&Path>,
    at: &Path,
    process: &Process,
) -> Result<Option<ExtraFile>, Error> {
    let project = project.or(at.parent()).unwrap_or(at);
    let source = match &wishes.requirements_file {
        _ if wishes.install == InstallMode::Never && !matches!(wishes.sync, SyncMode::Now(_)) => {
            None
        }
        Some(RequirementsFile::FromOption(file)) => {
            Some(source::source_from_file(&process.absolute(file)?)?)
        }
        Some(RequirementsFile::FromVariable(file)) => Some(source::source_from_file(
            &process::normalize(project.join(file)),
        )?),
        None => source::detect_source(project)?,
    };
    Ok(source.map(|source| ExtraFile {
        name: state::STATE_FILE,
        content: state_file::serialize_state(
            &InstallState::unfinished(&source, project, String::new()),
            at,
        ),
    }))
}

/// What an environment that is made anew should keep of the one at `root`: what is known of its requirements.
pub(crate) fn saved_state(root: &Path) -> Option<ExtraFile> {
    let text = std::fs::read_to_string(root.join(state::STATE_FILE)).ok()?;
    Some(ExtraFile {
        name: state::STATE_FILE,
        content: text,
    })
}

/// Has an environment that was made anew with the packages of the old one stand where that stood, for its Python as it is
/// now.
pub(crate) fn refresh_python(venv: &Venv) {
    if let Some((state, bytes)) = InstallState::load(&venv.root) {
        let python = python_minor_version(venv);
        InstallState {
            python_version: python,
            ..state
        }
        .save_if_unchanged(&venv.root, &bytes);
    }
}

/// Sees to it before a program runs: takes up what is unfinished, brings in line what is asked for, says what has
/// changed. With nothing to do this is a look at each file that is known, and at none where none is.
///
/// # Errors
/// What is asked for cannot be installed; Ctrl-C.
pub(crate) fn ensure_installed(site: &InstallContext<'_>) -> Result<(), Error> {
    if let SyncMode::Now(extras) = site.options.sync {
        return sync::sync(site, SyncReason::Requested(extras));
    }
    if site.options.install == InstallMode::Never {
        return Ok(());
    }
    let Some((state, bytes)) = InstallState::load(&site.venv.root) else {
        return match site.options.sync {
            SyncMode::IfChanged => sync::sync(site, SyncReason::Outdated),
            _ => Ok(()),
        };
    };
    if state.status == Status::Unfinished || site.has_different_file(&state) {
        return sync::sync(site, SyncReason::Outdated);
    }
    let drift = drift::detect_drift(&state, &python_minor_version(site.venv));
    match (&state.status, drift) {
        (Status::Failed(why), Drift::Unchanged | Drift::Touched(_)) => {
            let is_scripts = script_list::is_script_list(&state.source, &site.venv.root);
            if is_scripts || site.is_ci() || site.is_auto_sync() {
                return sync::sync(site, SyncReason::Outdated);
            }
            let name = script_list::display_name(&state.source, &state.project, &site.venv.root);
            site.verbosity.notice(format_args!(
                "{name} is not installed ({}); `vrun --sync` tries again",
                printable(why)
            ));
            Ok(())
        }
        (Status::Failed(_), Drift::Changed(_)) => sync::sync(site, SyncReason::Outdated),
        (_, Drift::Unchanged) => Ok(()),
        (_, Drift::Touched(files)) => {
            InstallState { files, ..state }.save_if_unchanged(&site.venv.root, &bytes);
            Ok(())
        }
        (_, Drift::Changed(_)) if site.is_auto_sync() => sync::sync(site, SyncReason::Outdated),
        (_, Drift::Changed(change)) => {
            notify_change(change, state, &bytes, site);
            Ok(())
        }
    }
}

/// Once for each change and session, and in every step of a CI job.
fn notify_change(
    change: RequirementsChange,
    mut state: InstallState,
    bytes: &[u8],
    site: &InstallContext<'_>,
) {
    let is_news = site.is_ci() || state.mark_notified(&change.id, os::session_id());
    if !is_news || site.verbosity == Verbosity::Quiet {
        return;
    }
    let run = match change.included_by {
        None => "run `vrun --sync`".to_owned(),
        Some(_) => change.fix("vrun"),
    };
    site.verbosity
        .notice(format_args!("{}: {run}", change.describe()));
    if !site.is_ci() {
        state.save_if_unchanged(&site.venv.root, bytes);
    }
}
