//! The recorded state, and the requirement files on disk -> whether they have changed since the install.
//!
//! On the hot path: one system call for each file, and for each directory in which a new file would count. Only if that
//! shows a difference is anything read; what is installed is looked for again only if a directory has other names.
//! `ensure.rs` decides when there is a notice, and `status.rs` tells `--info` and `--doctor`.

use std::path::{Path, PathBuf};

use crate::manifest::detect;
use crate::quote::printable;
use crate::read::{MAX_TEXT, read_text};
use crate::venv::Venv;

use super::fingerprint::{self, DIGEST_LENGTH};
use super::state::{InstallState, Status, TrackedFile, name_from_env, python_minor_version};

/// How the files differ from the recorded ones.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Drift {
    /// Not at all.
    Unchanged,
    /// Only in their stamps, which are these now.
    Touched {
        files: Vec<TrackedFile>,
        directories: Vec<TrackedFile>,
        /// Of these only the Python that they ask for may have changed.
        version_files: Vec<PathBuf>,
    },
    /// In their content, or Python in its version.
    Changed(RequirementsChange),
}

/// A change since the install.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RequirementsChange {
    /// `requirements.txt changed`
    description: String,
    /// The file that still includes one that is gone: until it is fixed, no install succeeds.
    included_by: Option<String>,
    /// The files that changed.
    pub files: Vec<PathBuf>,
    /// Identifies the change.
    pub id: String,
}

/// Compares the files, and the version of the environment's Python.
pub(super) fn detect_drift(state: &InstallState, venv: &Venv) -> Drift {
    let python = python_minor_version(venv);
    // An invalid pyvenv.cfg does not say it.
    let is_known = state.status != Status::NothingRequired && !python.is_empty();
    if state.python_version != python && is_known {
        let was = printable(&state.python_version);
        return Drift::Changed(RequirementsChange {
            description: format!("Python was {was} and is {python}"),
            included_by: None,
            files: Vec::new(),
            id: fingerprint::digest([python.as_bytes()], DIGEST_LENGTH),
        });
    }
    let (files, directories) = (&state.files, &state.directories);
    if files
        .iter()
        .chain(directories)
        .all(TrackedFile::is_untouched)
    {
        return Drift::Unchanged;
    }
    let now = files.iter();
    let mut now: Vec<_> = now
        .map(|file| TrackedFile::capture(file.path.clone()))
        .collect();
    let directories = directories.iter();
    let directories: Vec<_> = directories
        .map(|dir| TrackedFile::capture_directory(dir.path.clone()))
        .collect();
    let pairs = files.iter().zip(&now);
    let changed = pairs.filter(|(was, is)| was.digest() != is.digest());
    let (changed_versions, changed): (Vec<_>, Vec<_>) =
        changed.partition(|(_, is)| fingerprint::is_version_file(&is.path));
    let paths = changed_versions.iter().chain(&changed);
    let mut changed_files: Vec<_> = paths.map(|(_, is)| is.path.clone()).collect();
    let (path, verb) = match changed.first() {
        Some((was, is)) => (is.path.clone(), change_verb(was, is)),
        None => match find_new_file(state, &directories) {
            Some(file) => (file, "is new"),
            None => {
                let new = new_version_files(state);
                changed_files.extend(new.iter().cloned());
                now.extend(new.into_iter().map(TrackedFile::capture));
                // A folder may be new, in which a file would count.
                let directories = match directories.is_empty() {
                    true => Vec::new(),
                    false => fingerprint::tracked_directories(&state.project, &state.selection),
                };
                let directories = directories.into_iter();
                return Drift::Touched {
                    files: now,
                    directories: directories.map(TrackedFile::capture_directory).collect(),
                    version_files: changed_files,
                };
            }
        },
    };
    let digests = now.iter().chain(&directories);
    let digests = digests.map(|file| file.digest().unwrap_or_default().as_bytes());
    Drift::Changed(RequirementsChange {
        description: format!("{} {verb}", name_of(&path, state, &venv.root)),
        included_by: included_by(&changed, state, &venv.root),
        files: changed_files,
        id: fingerprint::digest(digests, DIGEST_LENGTH),
    })
}

fn change_verb(was: &TrackedFile, is: &TrackedFile) -> &'static str {
    match (was.digest(), is.digest()) {
        (None, _) => "is new",
        (_, None) => "is gone",
        _ => "changed",
    }
}

/// A file that an install would read now and did not read then. Looked for if a directory has other names.
fn find_new_file(state: &InstallState, directories: &[TrackedFile]) -> Option<PathBuf> {
    let mut pairs = state.directories.iter().zip(directories);
    if pairs.all(|(was, is)| was.digest() == is.digest()) {
        return None;
    }
    // A file that cannot be read has changed itself.
    let plan = detect::detect_plan(&state.project, &state.selection);
    let files = fingerprint::tracked_files(&plan.ok()??, &state.project);
    let is_known = |file: &PathBuf| state.files.iter().any(|known| known.path == *file);
    files
        .into_iter()
        .find(|file| !is_known(file) && !fingerprint::is_version_file(file))
}

fn new_version_files(state: &InstallState) -> Vec<PathBuf> {
    let is_new = |file: &PathBuf| state.files.iter().all(|known| known.path != *file);
    let files = fingerprint::version_files(&state.project);
    files.filter(is_new).collect()
}

/// The source, if it is unchanged and files that it includes are gone.
fn included_by(
    changed: &[(&TrackedFile, &TrackedFile)],
    state: &InstallState,
    root: &Path,
) -> Option<String> {
    let is_lost = |(was, is): &(&TrackedFile, &TrackedFile)| {
        was.digest().is_some() && is.digest().is_none() && is.path != state.source
    };
    let text = || read_text(&state.source, MAX_TEXT).unwrap_or_default();
    let is_included = |(was, _): &&(&TrackedFile, &TrackedFile)| {
        let name = was.path.file_name().unwrap_or_default().to_string_lossy();
        text().contains(&*name)
    };
    let is_lost = changed.iter().all(is_lost) && changed.iter().any(|it| is_included(&it));
    is_lost.then(|| name_of(&state.source, state, root))
}

impl RequirementsChange {
    /// The change as a clause.
    pub(super) fn describe(&self) -> String {
        let since = format!("{} since the last install", self.description);
        match &self.included_by {
            None => since,
            Some(source) => format!("{since}, and {source} still asks for it"),
        }
    }

    /// What to do about it. `vrun_command` is how the user calls vrun.
    pub(super) fn fix(&self, vrun_command: &str) -> String {
        match &self.included_by {
            None => format!("`{vrun_command} --sync`"),
            Some(source) => format!("fix {source}, then `{vrun_command} --sync`"),
        }
    }

    /// The same as a sentence.
    pub(super) fn advice(&self, vrun_command: &str) -> String {
        match &self.included_by {
            None => format!("run {}", self.fix(vrun_command)),
            Some(_) => self.fix(vrun_command),
        }
    }
}

/// Relative to the project of the environment at `root`, which a package of it shares.
fn name_of(path: &Path, state: &InstallState, root: &Path) -> String {
    match state.is_member {
        true => name_from_env(path, root),
        false => printable(path.strip_prefix(&state.project).unwrap_or(path)),
    }
}
