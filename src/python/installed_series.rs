//! The Pythons on this machine -> the newest series that a project's requirements work with.

use std::path::Path;

use crate::process::{Process, Verbosity};
use crate::venv::Venv;

use super::request::RequestSource;
use super::request_syntax::PythonKey;
use super::version_files::resolve_request;
use super::{base_of, candidates, probe};

/// What [`find_installed_series`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InstalledSeries {
    /// The request for it: `3.9`, or `cpython3.9`.
    pub request: Option<String>,
    /// Whether the project leaves it open which one is used: at most it sets a range.
    pub is_open: bool,
}

/// The newest installed series of CPython 3 with one of these minor versions. A range that the project sets is kept.
pub(crate) fn find_installed_series(
    venv: &Venv,
    project: &Path,
    minors: &[u64],
    process: &Process,
) -> InstalledSeries {
    let quiet = &Process {
        verbosity: Verbosity::Quiet,
        ..process.clone()
    };
    let request = resolve_request(None, Some(project), quiet);
    let request = request.ok().flatten();
    let is_setting = |source: &RequestSource| matches!(source, RequestSource::Setting { .. });
    let range = request
        .as_ref()
        .filter(|request| is_setting(&request.source));
    let found = probe::with_prober(venv, quiet, |prober| {
        let bases = candidates::all_candidates(quiet)
            .filter_map(|candidate| base_of::resolve_base(&candidate.path).ok());
        let answers = bases.filter_map(|base| prober.probe(&base).ok()?.ok());
        let usable = answers.filter(|base| base.has_venv_module() && !base.key.free_threaded);
        let keys: Vec<_> = usable.map(|base| base.key).collect();
        let is_cpython = |key: &&PythonKey| key.implementation == "cpython";
        let fitting = keys
            .iter()
            .filter(is_cpython)
            .filter(|key| range.is_none_or(|range| range.kind.matches(key)))
            .filter_map(minor_of)
            .filter(|minor| minors.contains(minor));
        let minor = fitting.max()?;
        // A PyPy of that version may come first.
        let mut others = keys.iter().filter(|key| !is_cpython(key));
        let name = match others.any(|key| minor_of(key) == Some(minor)) {
            true => "cpython",
            false => "",
        };
        Some(format!("{name}3.{minor}"))
    });
    InstalledSeries {
        request: found,
        is_open: request
            .as_ref()
            .is_none_or(|request| is_setting(&request.source)),
    }
}

fn minor_of(key: &PythonKey) -> Option<u64> {
    match key.release[..] {
        [3, minor, ..] => Some(minor),
        _ => None,
    }
}
