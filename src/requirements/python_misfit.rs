//! Changed files -> a notice, if the project asks for another Python now than its environment has.

use std::path::PathBuf;

use crate::python::{self, Inspection};
use crate::quote::{printable, shell_word};

use super::context::InstallContext;
use super::drift::{self, Drift};
use super::fingerprint::{self, DIGEST_LENGTH};
use super::state::InstallState;

/// The notice, and what identifies it, if one of the `changed` files asks for another Python. If none does, the environment
/// was created so, as with `--python`.
pub(super) fn describe(
    changed: &[PathBuf],
    state: &InstallState,
    context: &InstallContext<'_>,
) -> Option<(String, String)> {
    if changed.is_empty() {
        return None;
    }
    let venv = context.venv;
    let unmet = python::unmet_request(&Inspection {
        venv,
        project: Some(&state.project),
        is_cached: true,
        process: context.process,
    })?;
    changed
        .iter()
        .find(|file| unmet.file.as_ref() == Some(file))?;
    let is_found = !context.is_named && venv.root.parent() == Some(&state.project);
    let call = match is_found {
        true => context.vrun_command(&state.project),
        false => format!("vrun --env {}", shell_word(&venv.root)),
    };
    let line = format!(
        "{} now, and {} has Python {}: `{call} --create --clear` recreates it",
        unmet.sentence,
        printable(&venv.root),
        unmet.actual
    );
    let id = fingerprint::digest([line.as_bytes()], DIGEST_LENGTH);
    Some((line, id))
}

pub(super) fn report(misfit: Option<(String, String)>, context: &InstallContext<'_>) {
    if let Some((line, _)) = misfit {
        context.process.verbosity.notice(line);
    }
}

/// Before `--sync`, which changes no Python, and after which the files are no longer known to have changed.
pub(super) fn report_before_sync(context: &InstallContext<'_>) {
    let Some((state, _)) = context.any_state() else {
        return;
    };
    let changed = match drift::detect_drift(&state, context.venv) {
        Drift::Unchanged => return,
        Drift::Touched { version_files, .. } => version_files,
        Drift::Changed(change) => change.files,
    };
    report(describe(&changed, &state, context), context);
}
