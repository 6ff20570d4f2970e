//! An environment, and what its project requires -> the environment synced.
//!
//! In this order: take the lock, select the source, mark the environment unfinished, check trust, run the installer,
//! record what was installed. An interrupted install stays marked, and the next run continues.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::create::BuildContext;
use crate::error::{Error, ErrorKind, io_reason};
use crate::fs::remove_abandoned_files;
use crate::installer::{
    InstallError, InstallFailure, InstallRunner, REPLACE_HINT, RETRY_HINT, conclude,
};
use crate::interrupt::{self, InterruptGuard};
use crate::manifest::{InstallPlan, Selection, detect, script_list};
use crate::quote::{printable, shell_word};
use crate::trust::{self, Trust};
use crate::{create, installer, os, python, venv};

use super::context::InstallContext;
use super::drift::{self, Drift};
use super::fingerprint;
use super::install::install;
use super::installed;
use super::options::SyncOrder;
use super::state::{
    FileStamp, InstallState, Status, TrackedFile, python_minor, python_minor_version,
};
use super::unread::{UnreadFile, find_unread};

/// Why an environment is synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SyncReason {
    /// Its requirements are missing or have changed, unless another process has installed them meanwhile.
    Outdated,
    /// `--sync`
    Requested(SyncOrder),
}

/// Syncs the environment.
///
/// # Errors
/// `--sync` without a requirement file; the files belong to another user; the installer fails; Ctrl-C.
pub(super) fn sync(context: &InstallContext<'_>, reason: SyncReason) -> Result<(), InstallFailure> {
    let root = &context.venv.root;
    if reason == SyncReason::Outdated && has_no_requirements(context)? {
        return Ok(());
    }
    let lock = match create::lock_environment(root, "installing into", context.process.verbosity) {
        Ok(lock) => lock,
        // The environment may be part of a read-only image, and have all that the command needs.
        Err(error) if reason == SyncReason::Outdated && !context.is_auto_sync() => {
            let (root, cause) = (printable(root), io_reason(&error));
            context.process.verbosity.notice(format_args!(
                "missing requirements are not installed into {root}: {cause}"
            ));
            return Ok(());
        }
        Err(error) => return Err(not_writable_error(root, &error).into()),
    };
    let trust = Trust::new(context.start, context.process);
    let _umask = (!context.is_named).then(|| trust.keep_others_out(root));
    let interrupt = InterruptGuard::install();
    sync_locked(context, reason, root, lock.file(), interrupt.flag())?;
    drop(lock);
    refresh_directories(context);
    Ok(())
}

/// Records the stamps that directories have after the lock is gone from one of them, so that the next command has
/// nothing to look at.
fn refresh_directories(context: &InstallContext<'_>) {
    let root = &context.venv.root;
    let Some((mut state, bytes)) = context.state() else {
        return;
    };
    let now = state.directories.iter();
    let now = now.map(|dir| TrackedFile::capture_directory(dir.path.clone()));
    let now: Vec<_> = now.collect();
    let mut pairs = state.directories.iter().zip(&now);
    if state.directories != now && pairs.all(|(was, is)| was.digest() == is.digest()) {
        state.directories = now;
        state.save_if_unchanged(root, &bytes);
    }
}

/// What the environment is up to date with, if files show that it is; None if an installer has to look.
pub(crate) fn find_up_to_date(context: &InstallContext<'_>, order: SyncOrder) -> Option<String> {
    let root = &context.venv.root;
    // What another project has installed since may be in the way of this one's.
    if context.member.is_some() || (order.is_exact && InstallState::has_members(root)) {
        return None;
    }
    let (state, bytes) = InstallState::load(root)?;
    // A file that could not be read is not known to be unchanged.
    let is_known =
        |file: &TrackedFile| file.fingerprint.is_some() || FileStamp::stat(&file.path).is_none();
    let is_done = state.status == Status::Done
        && state.left_out.is_empty()
        && state.files.iter().all(is_known);
    if !is_done || order.is_upgrade || selects_otherwise(&state, context) {
        return None;
    }
    let (state, is_touched) = match drift::detect_drift(&state, context.venv) {
        Drift::Unchanged => (state, false),
        Drift::Touched {
            files, directories, ..
        } => {
            let state = InstallState {
                files,
                directories,
                ..state
            };
            (state, true)
        }
        Drift::Changed(_) => return None,
    };
    let name = installed::find_intact(root, &state, order)?;
    if installer::has_constraints(context.process, root) {
        return None;
    }
    if is_touched {
        state.save_if_unchanged(root, &bytes);
    }
    Some(name)
}

/// Installs what is missing into an environment that is still built in `staged` and replaces another.
///
/// # Errors
/// The same; the other one stays.
pub(crate) fn install_staged(
    context: &InstallContext<'_>,
    staged: &Path,
    build: &BuildContext<'_>,
) -> Result<(), Error> {
    sync_locked(
        context,
        SyncReason::Outdated,
        staged,
        build.lock,
        build.stop,
    )
    .map_err(
        |InstallFailure {
             error,
             other_python,
         }| match error.kind() {
            ErrorKind::Interrupted => error,
            _ if other_python.is_some() => create::old_environment_stays(error),
            _ => create::old_environment_stays(error).with_hint(REPLACE_HINT),
        },
    )
}

fn sync_locked(
    context: &InstallContext<'_>,
    reason: SyncReason,
    dir: &Path,
    lock: &File,
    stop: &AtomicBool,
) -> Result<(), InstallFailure> {
    let root = &context.venv.root;
    let state = match context.member {
        Some(_) => context.state(),
        None => InstallState::load_from(dir, root),
    };
    let state = state.map(|(state, _)| state);
    let state = state.as_ref();
    if reason == SyncReason::Outdated && state.is_some_and(|state| !is_outdated(state, context)) {
        return Ok(());
    }
    let selection = context.selection(state)?;
    let (project, plan) = plan_install(context, state, &selection)?;
    let Some(plan) = plan else {
        if reason == SyncReason::Outdated && context.member.is_none() {
            InstallState::delete(dir);
            return Ok(());
        }
        return Err(no_plan_error(context).into());
    };
    let runner = InstallRunner {
        root,
        dir,
        python: venv::python_path(dir),
        minor: python_minor(context.venv),
        project: &project,
        vars: &python::vars_for_pip(context.process, dir),
        lock,
        stop,
        progress_output: context.progress_output(),
        retry_hint: match script_list::is_script_list(plan.source(), root) {
            true => script_list::SCRIPT_RETRY_HINT,
            false => RETRY_HINT,
        },
        verbosity: context.process.verbosity,
    };
    install_and_record(&plan, selection, reason, &runner, context)
}

/// Records the state before and after the install.
fn install_and_record(
    plan: &InstallPlan,
    selection: Selection,
    reason: SyncReason,
    runner: &InstallRunner<'_>,
    context: &InstallContext<'_>,
) -> Result<(), InstallFailure> {
    let save = |state: &InstallState| {
        let saved = state.save(runner.dir, runner.root);
        saved.map_err(|error| not_writable_error(runner.root, &error))
    };
    remove_abandoned_files(runner.dir);
    let directories = fingerprint::tracked_directories(runner.project, &selection);
    let mut state = InstallState::unfinished(plan.source(), selection, runner.project);
    state.is_member = context.member.is_some();
    state.python_version = python_minor_version(context.venv);
    save(&state)?;
    // Captured before the installer runs, so that a change made meanwhile is noticed.
    let files = fingerprint::tracked_files(plan, runner.project).into_iter();
    state.files = files.map(TrackedFile::capture).collect();
    let directories = directories.into_iter();
    state.directories = directories.map(TrackedFile::capture_directory).collect();
    let order = match reason {
        SyncReason::Outdated => SyncOrder::default(),
        SyncReason::Requested(order) => order,
    };
    let result =
        check_trusted(&state, context).and_then(|()| install(plan, order, runner, context.process));
    if runner.stop.load(Ordering::Relaxed) {
        // Whatever the result.
        return Err(interrupt::interrupted_error().into());
    }
    match &result {
        Ok(installed) => {
            state.status = Status::Done;
            state.left_out.clone_from(&installed.left_out);
            let is_whole = installed.is_whole && !state.is_member;
            installed::record_packages(plan, is_whole, order, runner);
            runner.remove_log();
        }
        Err(InstallError::Failed { reason, .. }) => state.status = Status::Failed(reason.clone()),
        Err(InstallError::WrongPython { misfit, .. }) => {
            state.status = Status::Failed(misfit.cause.clone());
        }
        Err(InstallError::Interrupted | InstallError::Killed(_) | InstallError::Unreachable(_)) => {
        }
    }
    let is_script = script_list::is_script_list(plan.source(), runner.root);
    let result = result
        .map(drop)
        .map_err(|error| conclude(error, context.venv, is_script, runner, context.process));
    let hint = result.as_ref().err().and_then(|it| it.error.hint());
    let is_special = |hint: &&str| *hint != runner.retry_hint;
    state.way_on = hint.filter(is_special).map(str::to_owned);
    save(&state)?;
    result
}

/// Whether nothing was ever required here, so that there is no need to wait for the lock.
fn has_no_requirements(context: &InstallContext<'_>) -> Result<bool, Error> {
    if context.state().is_some() {
        return Ok(false);
    }
    let selection = context.selection(None)?;
    let (_, plan) = plan_install(context, None, &selection)?;
    Ok(plan.is_none())
}

/// The project, and what is installed for it.
pub(super) fn plan_install(
    context: &InstallContext<'_>,
    state: Option<&InstallState>,
    selection: &Selection,
) -> Result<(PathBuf, Option<InstallPlan>), Error> {
    let project = project_root(context, state);
    let plan = detect::detect_plan(&project, selection)?;
    Ok((project, plan))
}

fn is_outdated(state: &InstallState, context: &InstallContext<'_>) -> bool {
    let has_changed = || {
        let drift = drift::detect_drift(state, context.venv);
        matches!(drift, Drift::Changed(_))
    };
    match &state.status {
        Status::Unfinished | Status::NotInstalled => true,
        _ if selects_otherwise(state, context) => true,
        Status::Done | Status::NothingRequired => has_changed(),
        Status::Failed(_) => is_retried(state, context) || has_changed(),
    }
}

/// Whether a failed install is retried on each run, though its files are unchanged.
pub(super) fn is_retried(state: &InstallState, context: &InstallContext<'_>) -> bool {
    let root = &context.venv.root;
    let is_cured = |reason: &str| installer::has_installer_now(reason, root, context.process);
    script_list::is_script_list(&state.source, root)
        || matches!(&state.status, Status::Failed(reason) if is_cured(reason))
        || context.process.is_ci()
        || context.is_auto_sync()
}

/// Whether the user selects something other than what was installed.
pub(super) fn selects_otherwise(state: &InstallState, context: &InstallContext<'_>) -> bool {
    let selection = context.selection(Some(state));
    selection.is_ok_and(|selection| !selection.is_same(&state.selection))
}

/// The recorded root of the project, else the one around the environment.
fn project_root(context: &InstallContext<'_>, state: Option<&InstallState>) -> PathBuf {
    let recorded = state.map(|state| state.project.clone());
    let root = &context.venv.root;
    recorded
        .filter(|project| project.is_dir())
        .or_else(|| context.project_root())
        .unwrap_or_else(|| root.parent().unwrap_or(root).to_owned())
}

/// The error of `--sync` in a project that says nothing.
pub(crate) fn no_plan_error(context: &InstallContext<'_>) -> Error {
    let state = context.state().map(|(state, _)| state);
    let project = project_root(context, state.as_ref());
    let shown = printable(&project);
    let error = Error::failed(format!("nothing in {shown} says what to install"))
        .with_cause("there is no pylock.toml, requirements.txt, Pipfile, setup.py or setup.cfg, and no pyproject.toml of a project");
    match find_unread(&project) {
        Some(UnreadFile { name, advice }) => error
            .with_cause(format_args!(
                "{name} is not among the files that vrun reads"
            ))
            .with_hint(advice),
        None => {
            let record = os::save_output_command("vrun pip freeze", "requirements.txt");
            error.with_hint(format!("`{record}` records what is installed"))
        }
    }
}

/// An install runs code that a requirement file chooses, so another user's file is refused unless the user named it.
fn check_trusted(state: &InstallState, context: &InstallContext<'_>) -> Result<(), InstallError> {
    let trust = Trust::new(context.start, context.process);
    let untrusted = |file: &TrackedFile| {
        file.fingerprint.as_ref()?;
        let found = trust::read_metadata(&file.path).ok()?;
        let dir = file.path.parent().unwrap_or(&file.path);
        Some((
            file.path.clone(),
            trust.untrusted_marker_owner(&found, dir)?,
        ))
    };
    let mut files = state
        .files
        .iter()
        .filter(|_| state.selection.files.is_empty());
    let Some((file, owner)) = files.find_map(untrusted) else {
        return Ok(());
    };
    let reason = format!("{} belongs to another user", printable(&file));
    let way_on = format!(
        "`vrun --sync --requirements {}` allows it",
        shell_word(&state.source)
    );
    let error = owner
        .to_file_error(&file, &trust, &way_on)
        .with_cause("installing can run code, so the file must belong to you or root");
    Err(InstallError::Failed { error, reason })
}

fn not_writable_error(root: &Path, error: &io::Error) -> Error {
    let (root, reason) = (printable(root), io_reason(error));
    Error::failed(format!("cannot install into {root}"))
        .with_cause(format_args!("{root} cannot be written to: {reason}"))
        .with_hint("`vrun --no-install ...` runs the command with what is already installed")
}
