//! What a project requires -> installed on first use, and a notice when the requirements have changed since.

use std::path::Path;

use crate::create::ExtraFile;
use crate::error::Error;
use crate::installer::InstallFailure;
use crate::manifest::{Selection, detect, script_list};
use crate::os;
use crate::process::{Process, Verbosity};
use crate::python;
use crate::quote::printable;
use crate::venv;

use super::context::{InstallContext, Locator};
use super::drift::{self, Drift};
use super::first_file;
use super::member;
use super::observed;
use super::options::{InstallMode, InstallOptions, SyncMode};
use super::python_misfit;
use super::state::{InstallState, Status, name_from_env};
use super::state_file;
use super::sync::{self, SyncReason};
use super::unread::{self, UnreadFile};

/// The state file of a new environment at `root`, which lists the requirements of `project` as still to be installed;
/// or says which Python it asks for; None if there is neither, or it is not wanted.
///
/// # Errors
/// The requirement file cannot be read.
pub(crate) fn initial_state(
    options: &InstallOptions,
    project: Option<&Path>,
    root: &Path,
    process: &Process,
) -> Result<Option<ExtraFile>, Error> {
    if !options.installs_on_creation() {
        return Ok(None);
    }
    let project = project.or(root.parent()).unwrap_or(root);
    // What was asked for where a killed vrun has left a directory half filled.
    let recorded = match venv::is_env(root) {
        true => None,
        false => InstallState::load(root),
    };
    let recorded = recorded.map_or(Selection::default(), |(state, _)| state.selection);
    let selection = options.select(recorded, process, || project.to_owned())?;
    let plan = detect::detect_plan(project, &selection)?;
    if plan.is_none()
        && let Some(UnreadFile { name, advice }) = unread::find_unread(project)
    {
        let verbosity = process.verbosity;
        verbosity.notice(format_args!("{name} is not installed: {advice}"));
    }
    Ok(match plan {
        Some(plan) => Some(state_file::initial_file(
            plan.source(),
            selection,
            project,
            root,
        )),
        None => python::requesting_file(project, process)
            .map(|file| state_file::version_file_state(file, project, root)),
    })
}

/// The state file of a new environment at `root`, with the requirements of the list at `path` still to be installed.
/// The installer works in `script_dir`.
pub(crate) fn initial_script_state(path: &Path, script_dir: &Path, root: &Path) -> ExtraFile {
    let selection = Selection {
        files: vec![path.to_owned()],
        ..Selection::default()
    };
    state_file::initial_file(path, selection, script_dir, root)
}

/// Before a program runs: finishes an unfinished install, syncs if that is asked for, and reports changed requirements.
/// With nothing to do it makes one system call for each recorded file.
///
/// # Errors
/// An install that was asked for fails; Ctrl-C.
pub(crate) fn ensure_installed(context: InstallContext<'_>) -> Result<(), InstallFailure> {
    if context.member.is_none() {
        return ensure_project(&context);
    }
    if let SyncMode::Now(_) = context.options.sync {
        return ensure_project(&context.of_requiring_project());
    }
    // What is named is of the project that is meant.
    let options = InstallOptions {
        files: None,
        groups: Vec::new(),
        extras: Vec::new(),
        no_dev: None,
        ..context.options.clone()
    };
    ensure_project(&InstallContext {
        member: None,
        // In the package `--sync` installs what the package requires.
        locator: match context.locator {
            Locator::None => Locator::Directory,
            locator => locator,
        },
        options: &options,
        ..context
    })?;
    match member::is_settled(&context) {
        true => ensure_project(&context),
        false => Ok(()),
    }
}

fn ensure_project(context: &InstallContext<'_>) -> Result<(), InstallFailure> {
    let InstallContext { venv, options, .. } = context;
    if let SyncMode::Now(order) = options.sync {
        python_misfit::report_before_sync(context);
        return match sync::find_up_to_date(context, order) {
            Some(name) => {
                let verbosity = context.process.verbosity;
                verbosity.notice(format_args!("up to date with {name}"));
                Ok(())
            }
            None => sync::sync(context, SyncReason::Requested(order)),
        };
    }
    if options.install == InstallMode::Never {
        return Ok(());
    }
    let may_install = || options.install != InstallMode::WhereSeen || context.process.is_seen();
    let sync_outdated = || match may_install() {
        true => sync::sync(context, SyncReason::Outdated),
        false => Err(unseen_error(&venv.root).into()),
    };
    let found = context
        .any_state()
        .or_else(|| first_file::record_first_file(context));
    let found_status = found.as_ref().map(|(state, _)| &state.status);
    let has_requirements = found_status.is_some_and(|status| *status != Status::NothingRequired);
    if !has_requirements && context.is_auto_sync() && may_install() {
        sync_outdated()?;
    }
    let Some((state, bytes)) = found else {
        return Ok(());
    };
    let is_auto_sync = context.is_auto_sync() && may_install();
    if state.status == Status::NotInstalled && !is_auto_sync {
        let (name, root) = (
            name_from_env(&state.source, &venv.root),
            printable(&venv.root),
        );
        let call = context.vrun_command(&state.project);
        let line = format!("{name} is not installed in {root}: `{call} --sync` installs it");
        notify_of_not_installed(&line, state, &bytes, context);
        return Ok(());
    }
    if matches!(state.status, Status::Unfinished | Status::NotInstalled)
        || sync::selects_otherwise(&state, context)
    {
        return sync_outdated();
    }
    match (&state.status, drift::detect_drift(&state, venv)) {
        (Status::NothingRequired, Drift::Changed(_))
            if context.member.is_none() && !context.is_auto_sync() =>
        {
            if observed::record(&state.project, context) {
                return ensure_project(context);
            }
        }
        (Status::Failed(_), Drift::Changed(_)) if may_install() => return sync_outdated(),
        (Status::Failed(_), _) if sync::is_retried(&state, context) && may_install() => {
            return sync_outdated();
        }
        (Status::Failed(reason), _) => {
            let name = match state.is_member {
                true => name_from_env(&state.source, &venv.root),
                false => script_list::display_name(&state.source, &state.project, &venv.root),
            };
            context.process.verbosity.notice(format_args!(
                "{name} is not installed ({}); once that is fixed, `{} --sync` installs it",
                printable(reason),
                context.vrun_command(&state.project)
            ));
        }
        (_, Drift::Unchanged) => {}
        (
            _,
            Drift::Touched {
                files,
                directories,
                version_files,
            },
        ) => {
            if let Some((line, id)) = python_misfit::describe(&version_files, &state, context) {
                notify_once(&line, &id, state, &bytes, context);
                return Ok(());
            }
            let state = InstallState {
                files,
                directories,
                ..state
            };
            state.save_if_unchanged(&venv.root, &bytes);
        }
        (_, Drift::Changed(change)) => {
            let misfit = python_misfit::describe(&change.files, &state, context);
            if context.is_auto_sync() && may_install() {
                python_misfit::report(misfit, context);
                return sync_outdated();
            }
            let call = context.vrun_command(&state.project);
            let line = || format!("{}: {}", change.describe(), change.advice(&call));
            let line = misfit.map_or_else(line, |(line, _)| line);
            notify_once(&line, &change.id, state, &bytes, context);
        }
    }
    Ok(())
}

/// What identifies the notice that a project's requirements are not installed.
const NOT_INSTALLED: &str = "not-installed";

/// Notifies once per session, unless someone has installed the requirements meanwhile.
fn notify_of_not_installed(
    line: &str,
    mut state: InstallState,
    bytes: &[u8],
    context: &InstallContext<'_>,
) {
    if !context.process.is_ci() && !state.mark_notified(NOT_INSTALLED, os::session_id()) {
        return;
    }
    match observed::observe(&state.project, context) {
        Some(now) if now.status != Status::NotInstalled => {
            now.save_if_unchanged(&context.venv.root, bytes);
        }
        _ => notify(line, &state, bytes, context),
    }
}

fn unseen_error(root: &Path) -> Error {
    let root = printable(root);
    Error::failed(format!(
        "the project's requirements are not installed in {root}"
    ))
    .with_cause("a shim installs packages only on a terminal or in CI")
    .with_hint("`vrun --sync` installs it")
}

/// Notifies once per change and session, and in every step of a CI job.
fn notify_once(
    line: &str,
    change_id: &str,
    mut state: InstallState,
    bytes: &[u8],
    context: &InstallContext<'_>,
) {
    if context.process.is_ci() || state.mark_notified(change_id, os::session_id()) {
        notify(line, &state, bytes, context);
    }
}

/// Notifies, and saves that the session was.
fn notify(line: &str, state: &InstallState, bytes: &[u8], context: &InstallContext<'_>) {
    if context.process.verbosity == Verbosity::Quiet {
        return;
    }
    context.process.verbosity.notice(line);
    if !context.process.is_ci() {
        state.save_if_unchanged(&context.venv.root, bytes);
    }
}
