//! An environment, what its project requires -> the environment brought in line. The order of the work: the lock, the
//! choice, the mark, trust, the installer, the note of what was installed.
//!
//! The mark is in the environment before anything changes in it, so what is interrupted is known to be unfinished,
//! and the next run takes it up.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::error::{Error, io_reason};
use crate::interrupt::{self, InterruptGuard};
use crate::quote::{printable, shell_word};
use crate::{create, os, output, process, python, trust, venv};

use super::context::{InstallContext, python_minor_version};
use super::drift::{self, Drift};
use super::installer::{self, Installer};
use super::options::{Extraneous, RequirementsFile};
use super::runner::{InstallError, InstallerContext, RETRY_HINT, os_args};
use super::source::{self, RequirementsSource};
use super::state::{InstallState, Status, TrackedFile};
use super::{fingerprint, prune, script_list};

/// Why an environment is brought in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SyncReason {
    /// What was asked for once is not there yet, or has changed. Another may have seen to it meanwhile.
    Outdated,
    /// A person asks.
    Requested(Extraneous),
}

/// Brings it in line.
///
/// # Errors
/// Nothing says what to install, though a person asks; the files are a stranger's; the installer refuses; Ctrl-C.
pub(super) fn sync(site: &InstallContext<'_>, cause: SyncReason) -> Result<(), Error> {
    let root = &site.venv.root;
    if cause == SyncReason::Outdated && has_no_requirements(site)? {
        return Ok(());
    }
    let lock = match create::lock_environment(root, "installing into", site.verbosity) {
        Ok(lock) => lock,
        // A read-only image, say: what is there may do.
        Err(error) if cause == SyncReason::Outdated && !site.is_auto_sync() => {
            let (root, why) = (printable(root), io_reason(&error));
            site.verbosity.notice(format_args!(
                "what is missing in {root} is not installed: {why}"
            ));
            return Ok(());
        }
        Err(error) => return Err(not_writable_error(root, &error)),
    };
    let watch = InterruptGuard::install();
    let known = InstallState::load(root).map(|(state, _)| state);
    let known = known.as_ref();
    if cause == SyncReason::Outdated && known.is_some_and(|known| !is_outdated(known, site)) {
        return Ok(());
    }
    let project = project_root(site, known);
    let Some(source) = select_source(site, known, &project)? else {
        return handle_no_source(site, cause, &project);
    };
    let work = InstallerContext {
        root,
        python: venv::python_path(root),
        project: &project,
        vars: &python::vars_for_pip(site.process, root),
        lock: lock.file(),
        stop: watch.flag(),
        progress_output: site.progress_output(),
        retry_hint: match script_list::is_script_list(&source.path, root) {
            true => script_list::SCRIPT_RETRY_HINT,
            false => RETRY_HINT,
        },
        verbosity: site.verbosity,
    };
    install_and_record(&source, cause, &work, site)
}

/// The work between two notes of how far it is.
fn install_and_record(
    source: &RequirementsSource,
    cause: SyncReason,
    work: &InstallerContext<'_>,
    site: &InstallContext<'_>,
) -> Result<(), Error> {
    let mut state = InstallState::unfinished(source, work.project, python_minor_version(site.venv));
    save_state(&state, work.root)?;
    // As they are before: what changes while the installer runs has changed.
    state.files = fingerprint::tracked_files(source)
        .into_iter()
        .map(TrackedFile::capture)
        .collect();
    let done = check_trusted(&state, site).and_then(|()| install(source, cause, work, site));
    if work.stop.load(Ordering::Relaxed) {
        // Whatever it was that came of it.
        return Err(interrupt::interrupted_error());
    }
    match &done {
        Ok(()) => {
            state.status = Status::Done;
            work.remove_log();
        }
        Err(InstallError::Failed { reason: why, .. }) => state.status = Status::Failed(why.clone()),
        Err(InstallError::Interrupted) => {}
    }
    save_state(&state, work.root)?;
    done.map_err(Error::from)
}

/// Whether nothing was ever asked for here, so that there is nothing to wait for.
fn has_no_requirements(site: &InstallContext<'_>) -> Result<bool, Error> {
    let root = &site.venv.root;
    Ok(InstallState::load(root).is_none()
        && select_source(site, None, &project_root(site, None))?.is_none())
}

fn is_outdated(state: &InstallState, site: &InstallContext<'_>) -> bool {
    let is_same = || {
        !matches!(
            drift::detect_drift(state, &python_minor_version(site.venv)),
            Drift::Changed(_)
        )
    };
    match &state.status {
        Status::Unfinished => true,
        _ if site.has_different_file(state) => true,
        Status::Done => !is_same(),
        Status::Failed(_) if script_list::is_script_list(&state.source, &site.venv.root) => true,
        Status::Failed(_) => site.is_ci() || site.is_auto_sync() || !is_same(),
    }
}

/// The project's root: what was noted, else what the environment lies in.
fn project_root(site: &InstallContext<'_>, known: Option<&InstallState>) -> PathBuf {
    let noted = known
        .map(|known| known.project.clone())
        .filter(|project| project.is_dir());
    let beside = || {
        site.venv
            .root
            .parent()
            .unwrap_or(&site.venv.root)
            .to_owned()
    };
    noted.or_else(|| site.project_root()).unwrap_or_else(beside)
}

/// What is installed: the file that is named now, or was when it was noted, else what is usual.
fn select_source(
    site: &InstallContext<'_>,
    known: Option<&InstallState>,
    project: &Path,
) -> Result<Option<RequirementsSource>, Error> {
    if let Some(file) = site.requirements_file() {
        return source::source_from_file(&file?).map(Some);
    }
    match known.filter(|known| known.is_explicit && known.source.is_file()) {
        Some(known) => source::source_from_file(&known.source).map(Some),
        None => source::detect_source(project),
    }
}

/// Nothing says what to install.
fn handle_no_source(
    site: &InstallContext<'_>,
    cause: SyncReason,
    project: &Path,
) -> Result<(), Error> {
    if cause == SyncReason::Outdated {
        InstallState::delete(&site.venv.root);
        return Ok(());
    }
    let what = format!("nothing in {} says what to install", printable(project));
    Err(Error::failed(what)
        .with_cause("there is no pylock.toml, no requirements.txt, and no pyproject.toml with [project] or [build-system]")
        .with_hint("`vrun pip freeze > requirements.txt` writes down what is installed"))
}

/// What lies in the project may be another user's, and a requirement file says what code is run. What was named was
/// chosen.
fn check_trusted(state: &InstallState, site: &InstallContext<'_>) -> Result<(), InstallError> {
    let files = state
        .files
        .iter()
        .filter(|known| known.fingerprint.is_some() && !state.is_explicit);
    for TrackedFile { path, .. } in files {
        let whose = trust::read_metadata(path)
            .ok()
            .and_then(|seen| trust::untrusted_file_owner(&seen, site.start));
        if whose.is_some() {
            let why = format!("{} belongs to another user", printable(path));
            let what = format!("{} is not trusted", printable(path));
            let hint = format!(
                "`vrun --sync --requirements {}` allows it",
                shell_word(&state.source)
            );
            let error = Error::refused(what)
                .with_cause(&why)
                .with_cause("what is installed runs code; only your own files, root's and those of who owns the start count")
                .with_hint(hint);
            return Err(InstallError::Failed { error, reason: why });
        }
    }
    Ok(())
}

fn install(
    source: &RequirementsSource,
    cause: SyncReason,
    work: &InstallerContext<'_>,
    site: &InstallContext<'_>,
) -> Result<(), InstallError> {
    let refused = |error: Error| InstallError::Failed {
        reason: "VRUN_INSTALLER names none that is there".into(),
        error,
    };
    if source::is_blank(source) && cause != SyncReason::Requested(Extraneous::Remove) {
        return Ok(());
    }
    let installer = installer::choose_installer(work, site.process).map_err(refused)?;
    if installer == Installer::Pip {
        installer::upgrade_pip_if_needed(source, work)?;
    }
    let name = script_list::display_name(&source.path, work.project, work.root);
    let asked = installer::install_args(source, work.project);
    if !source::is_blank(source) {
        let mut words = os_args(&["install"]);
        if cause != SyncReason::Outdated || site.is_auto_sync() {
            words.push("--upgrade".into());
        }
        words.extend(asked.iter().cloned());
        let line = format!("installing {name} with {}", installer.name());
        let cannot = format!("cannot install {name} into {}", printable(work.root));
        let took = work.run_step(&installer, words, &line, &cannot)?;
        let took = output::format_duration(took);
        work.verbosity
            .notice(format_args!("installed {name} in {took}"));
    }
    if cause == SyncReason::Requested(Extraneous::Remove) {
        prune::remove_extraneous(&installer, source, asked, work)?;
    }
    Ok(())
}

fn save_state(state: &InstallState, root: &Path) -> Result<(), Error> {
    state
        .save(root)
        .map_err(|error| not_writable_error(root, &error))
}

fn not_writable_error(root: &Path, error: &io::Error) -> Error {
    Error::failed(format!("cannot install into {}", printable(root)))
        .with_cause(format_args!(
            "{} cannot be written to: {}",
            printable(root),
            io_reason(error)
        ))
        .with_hint("`vrun --no-install ...` runs with what there is")
}

impl InstallContext<'_> {
    /// Whether another file is named than was installed.
    pub(crate) fn has_different_file(&self, state: &InstallState) -> bool {
        let is_other =
            |file: PathBuf| file != state.source && !os::is_same_file(&file, &state.source);
        self.requirements_file()
            .is_some_and(|file| file.is_ok_and(is_other))
    }

    /// The file that was named, absolute.
    fn requirements_file(&self) -> Option<Result<PathBuf, Error>> {
        Some(match self.options.requirements_file.as_ref()? {
            RequirementsFile::FromOption(file) => self.process.absolute(file),
            RequirementsFile::FromVariable(file) => {
                let project = self.project_root().unwrap_or_else(|| self.start.to_owned());
                Ok(process::normalize(project.join(file)))
            }
        })
    }
}
