//! A request -> the base interpreter to create the environment with.
//!
//! Candidates come in a fixed order. Each is asked what it is, and the first that fits wins. A virtual environment's
//! Python stands for its base, and a version manager's shim for what it leads to.

use std::path::PathBuf;

use crate::error::Error;
use crate::os;
use crate::quote::printable;

use super::interpreter::Interpreter;
use super::path_lookup::{PythonCandidate, executable_in};
use super::probe::Prober;
use super::request::PythonRequest;
use super::request_syntax::{PythonKey, RequestKind};
use super::{base_of, candidates, managed};

/// The first release with a `venv` module.
pub(super) const FIRST_WITH_VENV: &[u64] = &[3, 3];

/// The base interpreter for `request`.
///
/// # Errors
/// None fits: the error names every interpreter that was seen. Or Ctrl-C.
pub(crate) fn find_interpreter(
    request: Option<&PythonRequest>,
    inquiry: &Prober<'_>,
) -> Result<Interpreter, Error> {
    let mut seen = Vec::new();
    let mut last_resort = None;
    let mut passed = Vec::new();
    let mut asked: Vec<PathBuf> = Vec::new();
    for PythonCandidate {
        path,
        found_by: how,
    } in candidates_for(request, inquiry)
    {
        let answer = match base_of::resolve_base(&path) {
            Ok(base) if asked.contains(&base) => continue,
            Ok(base) => {
                asked.push(base.clone());
                inquiry.probe(&base)?
            }
            Err(why) => Err(why),
        };
        match answer {
            Ok(base) if is_match(request, &base) => {
                return Ok(report_choice(
                    with_free_threaded_name(base, request),
                    how,
                    inquiry,
                ));
            }
            Ok(base) => {
                let Interpreter { exe, key: kind, .. } = &base;
                inquiry
                    .verbosity
                    .verbose(|| format!("passed over {}: it is {kind}", printable(exe)));
                if last_resort.is_none() && is_last_resort(request, &base) {
                    last_resort = Some((seen.len(), how));
                }
                seen.push(base);
            }
            Err(why) => {
                inquiry
                    .verbosity
                    .verbose(|| format!("passed over {}: {why}", printable(&path)));
                passed.push((path, why));
            }
        }
    }
    match last_resort {
        Some((at, how)) => Ok(report_choice(seen.swap_remove(at), how, inquiry)),
        None => Err(no_match_error(request, &seen, &passed)),
    }
}

/// Who asks for a free-threaded build gets it by the name that no other build has, which may be installed over the rest.
fn with_free_threaded_name(base: Interpreter, request: Option<&PythonRequest>) -> Interpreter {
    let is_asked_for = |request: &PythonRequest| match request.kind {
        RequestKind::Release { free_threaded, .. } => free_threaded,
        _ => false,
    };
    let PythonKey {
        release,
        free_threaded,
        ..
    } = &base.key;
    let [major, minor, ..] = release[..] else {
        return base;
    };
    let name = format!("python{major}.{minor}t{}", os::EXE_SUFFIX);
    let exe = base.exe.with_file_name(name);
    match *free_threaded && request.is_some_and(is_asked_for) && os::is_same_file(&exe, &base.exe) {
        true => Interpreter { exe, ..base },
        false => base,
    }
}

fn report_choice(base: Interpreter, how: &str, inquiry: &Prober<'_>) -> Interpreter {
    let Interpreter { exe, key: kind, .. } = &base;
    inquiry
        .verbosity
        .verbose(|| format!("base {} ({kind}): {how}", printable(exe)));
    base
}

fn is_match(request: Option<&PythonRequest>, base: &Interpreter) -> bool {
    let admitted = match request {
        None => !base.key.free_threaded,
        Some(request) => request.kind.matches(&base.key),
    };
    base.has_venv_module() && admitted
}

/// A free-threaded build serves where it is not asked for only if there is no other.
fn is_last_resort(request: Option<&PythonRequest>, base: &Interpreter) -> bool {
    base.has_venv_module()
        && request.is_none_or(|request| request.kind.matches_any_build(&base.key))
}

fn candidates_for<'a>(
    request: Option<&'a PythonRequest>,
    inquiry: &Prober<'a>,
) -> Box<dyn Iterator<Item = PythonCandidate> + 'a> {
    let process = inquiry.process;
    match request.map(|request| &request.kind) {
        Some(RequestKind::Path(path)) => Box::new(std::iter::once(PythonCandidate {
            path: executable_in(path),
            found_by: "it was named",
        })),
        Some(RequestKind::PyenvName(name)) => {
            Box::new(managed::pyenv_version(name, process).into_iter())
        }
        _ => Box::new(candidates::all_candidates(process)),
    }
}

/// Why there is no base, with all that was seen.
fn no_match_error(
    request: Option<&PythonRequest>,
    seen: &[Interpreter],
    passed: &[(PathBuf, String)],
) -> Error {
    let mut error = Error::failed(match request {
        None => "there is no Python 3 to make an environment with".to_owned(),
        Some(request) => format!(
            "no Python can be used for `{}`, which {} asks for",
            printable(&request.text),
            request.source
        ),
    });
    for (at, base) in seen.iter().enumerate() {
        let is_same = |other: &Interpreter| os::is_same_file(&other.exe, &base.exe);
        if !seen[..at].iter().any(is_same) {
            error = error.with_cause(describe_interpreter(base));
        }
    }
    let is_path = request.is_some_and(|request| matches!(request.kind, RequestKind::Path(_)));
    // Shims that lead nowhere are many and tell little, unless they are all there is.
    if seen.is_empty() {
        error = passed.iter().fold(error, |error, (path, why)| {
            error.with_cause(format_args!("{}: {why}", printable(path)))
        });
    }
    if seen.is_empty() && passed.is_empty() {
        error = error.with_cause(match request.map(|request| &request.kind) {
            Some(RequestKind::PyenvName(_)) => "pyenv keeps no version of that name",
            _ => "there is none on PATH, and pyenv and uv keep none",
        });
    }
    error.with_hint(match request {
        None => "install Python 3, or name an interpreter with `-p PATH`",
        Some(_) if is_path => "name another, or let vrun look for one, as with `-p 3`",
        Some(_) => "install one, or take another with `-p REQUEST`, such as `-p 3` or a path",
    })
}

fn describe_interpreter(base: &Interpreter) -> String {
    let old = if base.has_venv_module() {
        ""
    } else {
        ", which has no virtual environments; 3.3 was the first that had"
    };
    format!("{} is {}{old}", printable(&base.exe), base.key)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::request::RequestSource;
    use super::*;

    #[test]
    fn who_asks_for_a_free_threaded_build_gets_it_by_its_own_name() {
        let dir = tempfile::tempdir().expect("a directory");
        let [plain, own] = ["python3", "python3.13t"].map(|name| {
            let name = format!("{name}{}", os::EXE_SUFFIX);
            dir.path().join(name)
        });
        let named = |text: &str, free_threaded| {
            let request = PythonRequest {
                kind: RequestKind::parse(text).expect("a form"),
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
        assert_eq!(named("3.13t", true), plain);
        // Another one of that name.
        fs::write(&own, "").expect("a file");
        assert_eq!(named("3.13t", true), plain);
        fs::remove_file(&own).expect("a file");
        fs::hard_link(&plain, &own).expect("a link");
        assert_eq!(named("3.13t", true), own);
        assert_eq!(named("3", true), plain);
        assert_eq!(named("3.13t", false), plain);
    }
}
