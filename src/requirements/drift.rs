//! What is known of the requirement files, and a look at them -> whether they still say what was installed.
//!
//! On the hot path: one call to the system for each file. Only where that shows a difference is a file read.

use std::path::Path;

use crate::error::shown;

use super::files;
use super::state::{Known, Stamp, State};

/// What a look shows.
#[derive(Debug, PartialEq, Eq)]
pub enum Drift {
    /// All is as it was.
    None,
    /// The files were touched, and say the same. They are known better now.
    Touched(Vec<Known>),
    /// They say something else.
    Changed(Change),
}

/// What has changed.
#[derive(Debug, PartialEq, Eq)]
pub struct Change {
    /// The subject of a line: `requirements.txt changed`.
    pub what: String,
    /// The file that still asks for one that is gone: no install succeeds before that is mended.
    pub asking: Option<String>,
    /// What tells this change from another.
    pub id: String,
}

/// Looks at the files. `python` is the minor version of the environment's Python.
pub fn look(state: &State, python: &str) -> Drift {
    if state.python != python {
        return Drift::Changed(Change {
            what: format!("Python was {} and is {python}", shown(&state.python)),
            asking: None,
            id: files::sum([python.as_bytes()]),
        });
    }
    let is_as_seen =
        |known: &Known| Stamp::of(&known.path) == known.seen.as_ref().map(|seen| seen.0);
    if state.files.iter().all(is_as_seen) {
        return Drift::None;
    }
    let now: Vec<_> = state
        .files
        .iter()
        .map(|known| Known::now(known.path.clone()))
        .collect();
    let pairs = state.files.iter().zip(&now);
    let changed: Vec<_> = pairs
        .filter(|(was, is)| content(was) != content(is))
        .collect();
    match changed.first() {
        None => Drift::Touched(now),
        Some((was, is)) => Drift::Changed(Change {
            what: format!("{} {}", name(&is.path, state), verb(was, is)),
            asking: asking(&changed, state),
            id: files::sum(
                now.iter()
                    .map(|known| content(known).unwrap_or_default().as_bytes()),
            ),
        }),
    }
}

/// The source, where it is as it was and part of it is gone.
fn asking(changed: &[(&Known, &Known)], state: &State) -> Option<String> {
    let is_lost = |(was, is): &(&Known, &Known)| was.seen.is_some() && is.seen.is_none();
    let is_source = |(_, is): &(&Known, &Known)| is.path == state.source;
    let lost = changed.iter().all(is_lost) && !changed.iter().any(is_source);
    lost.then(|| name(&state.source, state))
}

impl Change {
    /// What is known of it, as a sentence.
    pub fn told(&self) -> String {
        match &self.asking {
            None => format!("{} since the last install", self.what),
            Some(source) => format!(
                "{} since the last install, and {source} still asks for it",
                self.what
            ),
        }
    }

    /// What to do about it, for who is called `call`.
    pub fn mend(&self, call: &str) -> String {
        match &self.asking {
            None => format!("`{call} --sync`"),
            Some(source) => format!("mend {source}, then `{call} --sync`"),
        }
    }
}

fn content(known: &Known) -> Option<&str> {
    known.seen.as_ref().map(|(_, digest)| digest.as_str())
}

fn verb(was: &Known, is: &Known) -> &'static str {
    match (&was.seen, &is.seen) {
        (None, _) => "is new",
        (_, None) => "is gone",
        _ => "changed",
    }
}

/// A file's name as the project's people know it.
pub fn name(path: &Path, state: &State) -> String {
    shown(path.strip_prefix(&state.project).unwrap_or(path))
}
