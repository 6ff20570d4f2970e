//! What is known of the requirement files, and a look at them -> whether they still say what was installed.
//!
//! On the hot path: one call to the system for each file. Only where that shows a difference is a file read.

use std::path::Path;

use crate::quote::printable;

use super::fingerprint;
use super::state::{FileStamp, InstallState, TrackedFile};

/// What a look shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Drift {
    /// All is as it was.
    Unchanged,
    /// The files were touched, and say the same. They are known better now.
    Touched(Vec<TrackedFile>),
    /// They say something else.
    Changed(RequirementsChange),
}

/// What has changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RequirementsChange {
    /// The subject of a line: `requirements.txt changed`.
    pub description: String,
    /// The file that still asks for one that is gone: no install succeeds before that is mended.
    pub included_by: Option<String>,
    /// What tells this change from another.
    pub id: String,
}

/// Looks at the files. `python` is the minor version of the environment's Python.
pub(super) fn detect_drift(state: &InstallState, python: &str) -> Drift {
    if state.python_version != python {
        return Drift::Changed(RequirementsChange {
            description: format!(
                "Python was {} and is {python}",
                printable(&state.python_version)
            ),
            included_by: None,
            id: fingerprint::digest([python.as_bytes()]),
        });
    }
    let is_as_seen = |known: &TrackedFile| {
        FileStamp::stat(&known.path) == known.fingerprint.as_ref().map(|seen| seen.0)
    };
    if state.files.iter().all(is_as_seen) {
        return Drift::Unchanged;
    }
    let now: Vec<_> = state
        .files
        .iter()
        .map(|known| TrackedFile::capture(known.path.clone()))
        .collect();
    let pairs = state.files.iter().zip(&now);
    let changed: Vec<_> = pairs
        .filter(|(was, is)| digest_of(was) != digest_of(is))
        .collect();
    match changed.first() {
        None => Drift::Touched(now),
        Some((was, is)) => Drift::Changed(RequirementsChange {
            description: format!(
                "{} {}",
                relative_name(&is.path, state),
                change_verb(was, is)
            ),
            included_by: included_by(&changed, state),
            id: fingerprint::digest(
                now.iter()
                    .map(|known| digest_of(known).unwrap_or_default().as_bytes()),
            ),
        }),
    }
}

/// The source, where it is as it was and part of it is gone.
fn included_by(changed: &[(&TrackedFile, &TrackedFile)], state: &InstallState) -> Option<String> {
    let is_lost = |(was, is): &(&TrackedFile, &TrackedFile)| {
        was.fingerprint.is_some() && is.fingerprint.is_none()
    };
    let is_source = |(_, is): &(&TrackedFile, &TrackedFile)| is.path == state.source;
    let lost = changed.iter().all(is_lost) && !changed.iter().any(is_source);
    lost.then(|| relative_name(&state.source, state))
}

impl RequirementsChange {
    /// What is known of it, as a sentence.
    pub(super) fn describe(&self) -> String {
        match &self.included_by {
            None => format!("{} since the last install", self.description),
            Some(source) => format!(
                "{} since the last install, and {source} still asks for it",
                self.description
            ),
        }
    }

    /// What to do about it, for who is called `call`.
    pub(super) fn fix(&self, call: &str) -> String {
        match &self.included_by {
            None => format!("`{call} --sync`"),
            Some(source) => format!("mend {source}, then `{call} --sync`"),
        }
    }
}

fn digest_of(known: &TrackedFile) -> Option<&str> {
    known
        .fingerprint
        .as_ref()
        .map(|(_, digest)| digest.as_str())
}

fn change_verb(was: &TrackedFile, is: &TrackedFile) -> &'static str {
    match (&was.fingerprint, &is.fingerprint) {
        (None, _) => "is new",
        (_, None) => "is gone",
        _ => "changed",
    }
}

/// A file's name as the project's people know it.
pub(super) fn relative_name(path: &Path, state: &InstallState) -> String {
    printable(path.strip_prefix(&state.project).unwrap_or(path))
}
