//! No Python for a request -> the error: what was requested, what there is, and how to get one that matches.

use std::path::PathBuf;

use pep440_rs::{Operator, Version, VersionSpecifier, VersionSpecifiers};

use crate::error::Error;
use crate::os;
use crate::process::Process;
use crate::quote::printable;
use crate::venv::MinorVersion;

use super::interpreter::Interpreter;
use super::near_request::{KNOWN_MINORS, near_request};
use super::path_lookup;
use super::request::{PythonRequest, RequestSource};
use super::request_syntax::RequestKind;

/// The one that most packages have wheels for.
const RECOMMENDED_SERIES: &str = "3.13";

/// More than any series has had.
const MAX_PATCH: u64 = 40;

/// No interpreter matches: these do not, and these failed.
pub(super) fn no_match_error(
    request: Option<&PythonRequest>,
    mismatches: &[Interpreter],
    failures: &[(PathBuf, String)],
    process: &Process,
) -> Error {
    let mut error = Error::failed(match request {
        None => "found no Python 3 to create an environment with".to_owned(),
        Some(PythonRequest { text, source, .. }) => {
            format!(
                "no Python matches `{}`, which {source} asks for",
                printable(text)
            )
        }
    });
    for (at, base) in mismatches.iter().enumerate() {
        let is_same = |other: &Interpreter| os::is_same_file(&other.exe, &base.exe);
        if !mismatches[..at].iter().any(is_same) {
            let note = match base.has_venv_module() {
                true => "",
                false => ", which has no venv module; Python 3.3 was the first with one",
            };
            error = error.with_cause(format!("{} is {}{note}", printable(&base.exe), base.key));
        }
    }
    let kind = request.map(|request| &request.kind);
    // Shims that start no interpreter are common, so they are reported only if no interpreter was found at all.
    if mismatches.is_empty() {
        for (path, why) in failures {
            error = error.with_cause(format_args!("{}: {why}", printable(path)));
        }
        if failures.is_empty() {
            error = error.with_cause(match kind {
                Some(RequestKind::PyenvName(_)) => "pyenv has no version of that name",
                _ => os::NO_PYTHON_CAUSE,
            });
        }
    }
    if let Some(RequestKind::Range(range)) = kind
        && let Some(version) = pinned_series(range)
    {
        error = error.with_cause(format_args!(
            "`=={version}` is {version}.0 alone; the series is `=={version}.*`"
        ));
    }
    error.with_hint(match request {
        None => match os::INSTALL_PYTHON {
            Some(command) => format!(
                "`{command}{RECOMMENDED_SERIES}` installs one, or name an interpreter with `-p PATH`"
            ),
            None => "install Python 3, or name an interpreter with `-p PATH`".to_owned(),
        },
        Some(request) => hint(request, process),
    })
}

fn hint(request: &PythonRequest, process: &Process) -> String {
    if matches!(request.kind, RequestKind::Path(_)) {
        return "name another, or let vrun look for one, as with `-p 3`".to_owned();
    }
    let is_typed = matches!(request.source, RequestSource::Explicit(_));
    if let Some(near) = near_request(&request.text, process).filter(|_| is_typed) {
        return format!("did you mean `-p {near}`?");
    }
    let install = match install_command(request, process) {
        Some(command) => format!("`{command}` installs one"),
        None => "install one".to_owned(),
    };
    let other = match is_typed {
        true => "use another with `-p REQUEST`, such as `-p 3` or a path",
        // What a project requires is not for vrun to talk a person out of.
        false => "name one that fits with `-p PATH`",
    };
    format!("{install}, or {other}")
}

/// The command of a version manager on PATH that installs such a Python.
fn install_command(request: &PythonRequest, process: &Process) -> Option<String> {
    let is_there = |name: &str| {
        path_lookup::find_on_path(name, "", process)
            .next()
            .is_some()
    };
    let version = installable_version(&request.kind)?;
    let managers = ["uv python", "pyenv"].into_iter();
    let mut managers =
        managers.filter(|manager| is_there(manager.split(' ').next().unwrap_or(manager)));
    match managers.next() {
        Some(manager) => Some(format!("{manager} install {version}")),
        None => {
            // It has one package for each series.
            let series = MinorVersion::from_version(&version)?;
            Some(format!("{}{series}", os::INSTALL_PYTHON?))
        }
    }
}

/// The version to install for a request: its own, or the newest series of a range.
fn installable_version(kind: &RequestKind) -> Option<String> {
    match kind {
        RequestKind::Release {
            implementation: None | Some("cpython"),
            release,
            free_threaded: false,
            ..
        } if release.len() > 1 => {
            let numbers: Vec<_> = release.iter().map(u64::to_string).collect();
            Some(numbers.join("."))
        }
        RequestKind::Range(range) => KNOWN_MINORS.rev().find_map(|minor| {
            let versions = (0..MAX_PATCH).map(|patch| Version::new([3, minor, patch]));
            let mut fitting = versions.filter(|version| range.contains(version));
            let first = fitting.next()?;
            // A manager takes a series for its newest patch.
            Some(match range.contains(&Version::new([3, minor, MAX_PATCH])) {
                true => format!("3.{minor}"),
                false => fitting.next_back().unwrap_or(first).to_string(),
            })
        }),
        _ => None,
    }
}

/// `3.12` of `==3.12`, which people take for the series.
fn pinned_series(range: &VersionSpecifiers) -> Option<String> {
    let is_series = |specifier: &&VersionSpecifier| {
        *specifier.operator() == Operator::Equal && specifier.version().release().len() == 2
    };
    let found = range.iter().find(is_series);
    found.map(|specifier| specifier.version().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_to_install_is_named() {
        for (text, expected) in [
            ("3.12", Some("3.12")),
            ("3.12.1", Some("3.12.1")),
            ("3", None),
            ("pypy3.10", None),
            ("3.13t", None),
            (">=3.10,<3.13", Some("3.12")),
            (">=3.9", Some("3.14")),
            ("==3.12", Some("3.12.0")),
            ("==3.11.*,<3.11.5", Some("3.11.4")),
            (">=3.99", None),
        ] {
            let kind = RequestKind::parse(text).expect(text);
            assert_eq!(installable_version(&kind).as_deref(), expected, "{text}");
        }
    }
}
