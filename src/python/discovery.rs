//! A request -> the base interpreter to create the environment with.
//!
//! Candidates are asked in a fixed order, and the first match wins. A virtual environment's Python resolves to its
//! base, and a version manager's shim to the interpreter it starts.

use std::ffi::OsStr;
use std::iter;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::os;
use crate::quote::printable;

use super::interpreter::Interpreter;
use super::no_match::no_match_error;
use super::path_lookup::{PythonCandidate, executable_in};
use super::probe::Prober;
use super::request::{PythonRequest, RequestSource};
use super::request_syntax::RequestKind;
use super::{base_of, candidates, homebrew, managed};

/// The base interpreter for `request`.
///
/// # Errors
/// None matches: the error names every interpreter that was asked. Or Ctrl-C.
pub(crate) fn find_interpreter(
    request: Option<&PythonRequest>,
    prober: &Prober<'_>,
) -> Result<Interpreter, Error> {
    let verbosity = prober.process.verbosity;
    let choose = |base: Interpreter, found_by| {
        let base = homebrew::with_opt_path(base);
        let exe = printable(&base.exe);
        verbosity.verbose(|| format!("base {exe} ({}): {found_by}", base.key));
        base
    };
    let mut mismatches = Vec::new();
    let mut last_resort = None;
    let mut failures = Vec::new();
    let mut asked: Vec<PathBuf> = Vec::new();
    for PythonCandidate { path, found_by } in candidates_for(request, prober) {
        let answer = match base_of::resolve_base(&path) {
            Ok(base) if asked.contains(&base) => continue,
            Ok(base) => {
                asked.push(base.clone());
                prober.probe(&base)?
            }
            Err(why) => Err(why),
        };
        match answer {
            Ok(base) if is_match(request, &base) && !is_unasked_pypy(request, &path) => {
                return Ok(choose(with_free_threaded_name(base, request), found_by));
            }
            Ok(base) => {
                let exe = printable(&base.exe);
                verbosity.verbose(|| format!("passed over {exe}: it is {}", base.key));
                if last_resort.is_none() && is_last_resort(request, &base) {
                    last_resort = Some((mismatches.len(), found_by));
                }
                mismatches.push(base);
            }
            Err(why) => {
                verbosity.verbose(|| format!("passed over {}: {why}", printable(&path)));
                failures.push((path, why));
            }
        }
    }
    match last_resort {
        Some((at, found_by)) => Ok(choose(mismatches.swap_remove(at), found_by)),
        None => Err(no_match_error(
            request,
            &mismatches,
            &failures,
            prober.process,
        )),
    }
}

/// `base`, under the name that only a free-threaded build has if one was requested: a different build may be installed
/// over the other names.
fn with_free_threaded_name(base: Interpreter, request: Option<&PythonRequest>) -> Interpreter {
    let is_requested = request.is_some_and(|request| match request.kind {
        RequestKind::Release { free_threaded, .. } => free_threaded,
        _ => false,
    });
    let Some(version) = base.key.minor_version() else {
        return base;
    };
    let name = format!("python{version}t{}", os::EXE_SUFFIX);
    let exe = base.exe.with_file_name(name);
    match base.key.free_threaded && is_requested && os::is_same_file(&exe, &base.exe) {
        true => Interpreter { exe, ..base },
        false => base,
    }
}

fn is_match(request: Option<&PythonRequest>, base: &Interpreter) -> bool {
    let is_requested = match request {
        None => !base.key.free_threaded,
        Some(request) => {
            request.kind.matches(&base.key) && request.kind.matches_architecture(&base.exe)
        }
    };
    base.has_venv_module() && is_requested
}

/// Whether a Python was found as PyPy (`pypy3.9`), and the request is for a version alone.
fn is_unasked_pypy(request: Option<&PythonRequest>, path: &Path) -> bool {
    let names_pypy = |text: &OsStr| text.to_string_lossy().to_lowercase().contains("pypy");
    path.file_name().is_some_and(names_pypy)
        && request.is_some_and(|request| !names_pypy(request.text.as_ref()))
}

/// A free-threaded build or a PyPy that was not requested is used only if nothing else matches.
fn is_last_resort(request: Option<&PythonRequest>, base: &Interpreter) -> bool {
    base.has_venv_module() && request.is_none_or(|request| base.could_be(&request.kind))
}

fn candidates_for<'a>(
    request: Option<&'a PythonRequest>,
    prober: &Prober<'a>,
) -> Box<dyn Iterator<Item = PythonCandidate> + 'a> {
    match request.map(|request| &request.kind) {
        Some(RequestKind::Path(path)) => Box::new(iter::once(PythonCandidate {
            path: executable_in(path),
            found_by: "named explicitly",
        })),
        Some(RequestKind::PyenvName(name)) => {
            Box::new(managed::pyenv_version(name, prober.process).into_iter())
        }
        _ => {
            let all = candidates::all_candidates(prober.process);
            match request.map(|request| &request.source) {
                Some(RequestSource::Environment {
                    home: Some(home), ..
                }) => Box::new(home_first(all, home).into_iter()),
                _ => Box::new(all),
            }
        }
    }
}

/// The candidates, those in the directory `home` first.
fn home_first(all: impl Iterator<Item = PythonCandidate>, home: &Path) -> Vec<PythonCandidate> {
    let mut all: Vec<_> = all.collect();
    let is_there = |path: &Path| path.parent().is_some_and(|dir| os::is_same_file(dir, home));
    all.sort_by_cached_key(|candidate| !is_there(&candidate.path));
    all
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::request_syntax::PythonKey;
    use super::*;

    #[test]
    fn a_requested_free_threaded_build_is_used_by_its_own_name() {
        let dir = tempfile::tempdir().expect("a directory");
        let [plain, threaded] = ["python3", "python3.13t"].map(|name| {
            let name = format!("{name}{}", os::EXE_SUFFIX);
            dir.path().join(name)
        });
        let chosen = |text: &str, free_threaded| {
            let request = PythonRequest {
                kind: RequestKind::parse(text).expect("a request"),
                text: text.into(),
                source: RequestSource::Explicit("--python".into()),
            };
            let base = Interpreter {
                exe: plain.clone(),
                key: PythonKey {
                    implementation: "cpython".to_owned(),
                    release: vec![3, 13, 0],
                    suffix: String::new(),
                    free_threaded,
                },
                stdlib: PathBuf::new(),
                bytecode: None,
            };
            with_free_threaded_name(base, Some(&request)).exe
        };
        fs::write(&plain, "").expect("a file");
        assert_eq!(chosen("3.13t", true), plain);
        // A different file of that name.
        fs::write(&threaded, "").expect("a file");
        assert_eq!(chosen("3.13t", true), plain);
        fs::remove_file(&threaded).expect("a file");
        fs::hard_link(&plain, &threaded).expect("a link");
        assert_eq!(chosen("3.13t", true), threaded);
        assert_eq!(chosen("3", true), plain);
        assert_eq!(chosen("3.13t", false), plain);
    }
}
