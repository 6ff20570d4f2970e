//! An existing environment and a request -> whether the one matches the other. The environment is never changed; the
//! error says how to get a matching one.

use std::path::{Path, PathBuf};
use std::{fs, iter};

use crate::error::Error;
use crate::os;
use crate::process::{Process, Verbosity};
use crate::quote::{printable, shell_word};
use crate::venv::{self, Venv};

use super::architecture::{Architecture, executable_architecture};
use super::explicit_request::parse_explicit;
use super::inspection::Inspection;
use super::request::{ExplicitRequest, PythonRequest, RequestSource};
use super::request_syntax::{PythonKey, RequestKind};
use super::version_files::resolve_request;
use super::{base_of, path_lookup, probe};

/// Checks an existing environment against an explicit request, from files alone, unless the request is the path of a
/// version manager's shim, which has to be run.
///
/// # Errors
/// It does not match (the hint says how to recreate it), or the request is invalid.
pub(crate) fn check_compatible(
    venv: &Venv,
    explicit: &ExplicitRequest,
    process: &Process,
) -> Result<(), Error> {
    let request = parse_explicit(explicit, process)?;
    let recorded = recorded_version(venv);
    let quiet = &quiet(process);
    let ask = |path: &Path, base: &Path| {
        probe::with_prober(venv, quiet, |prober| prober.may_lead_to(path, base))
    };
    match is_match(venv, recorded.as_ref(), &request.kind, ask)? {
        true => Ok(()),
        false => Err(mismatch(
            venv,
            recorded.map(|recorded| recorded.key),
            &request,
        )),
    }
}

/// The same for an action that only reads: an interpreter that it may not ask is assumed to match.
pub(crate) fn may_be_compatible(inspection: &Inspection<'_>, explicit: &ExplicitRequest) -> bool {
    let recorded = recorded_version(inspection.venv);
    parse_explicit(explicit, inspection.process)
        .and_then(|request| may_match(inspection, recorded.as_ref(), &request.kind))
        .unwrap_or(false)
}

/// The request of a project that an environment does not match.
#[derive(Debug)]
pub(crate) struct UnmetRequest {
    /// The file that says so.
    pub file: Option<PathBuf>,
    /// The request as a sentence.
    pub sentence: String,
    /// The environment's version.
    pub actual: String,
}

/// The request of its project, if the environment does not match it.
pub(crate) fn unmet_request(inspection: &Inspection<'_>) -> Option<UnmetRequest> {
    let request = resolve_request(None, Some(inspection.project?), inspection.process).ok()??;
    let recorded = recorded_version(inspection.venv)?;
    let is_unmet = !may_match(inspection, Some(&recorded), &request.kind).ok()?;
    is_unmet.then(|| UnmetRequest {
        sentence: format!("{} asks for {}", request.source, printable(&request.text)),
        actual: recorded.key.dotted_release(),
        file: request.source.into_file(),
    })
}

/// The file of `project` that says which Python is to be used.
pub(crate) fn requesting_file(project: &Path, process: &Process) -> Option<PathBuf> {
    let request = resolve_request(None, Some(project), process).ok()??;
    request.source.into_file()
}

fn may_match(
    inspection: &Inspection<'_>,
    recorded: Option<&RecordedVersion>,
    kind: &RequestKind,
) -> Result<bool, Error> {
    let process = &quiet(inspection.process);
    let quiet = Inspection {
        process,
        ..*inspection
    };
    is_match(inspection.venv, recorded, kind, |path, base| {
        quiet.with_prober(|prober| prober.may_lead_to(path, base))
    })
}

/// Whether the environment may match. `ask` says whether a script leads to an interpreter.
fn is_match(
    venv: &Venv,
    recorded: Option<&RecordedVersion>,
    kind: &RequestKind,
    ask: impl FnOnce(&Path, &Path) -> Result<bool, Error>,
) -> Result<bool, Error> {
    match kind {
        RequestKind::Path(path) => is_base_of(path, venv, ask),
        // If nothing is recorded, the user is assumed to be right.
        kind => Ok(recorded.is_none_or(|recorded| recorded.may_match(kind))
            && kind.matches_architecture(&venv::python_path(&venv.root))),
    }
}

fn quiet(process: &Process) -> Process {
    Process {
        verbosity: Verbosity::Quiet,
        ..process.clone()
    }
}

/// A request for another interpreter that the packages of an environment work with: of the same implementation, minor
/// version and build, and for the same processor, as far as its Python is still there to tell. None if these are not
/// recorded.
pub(crate) fn request_for_env(venv: &Venv) -> Option<PythonRequest> {
    let key = recorded_version(venv)?.key;
    let name = match &*key.implementation {
        "cpython" => "",
        other => other,
    };
    let build = if key.free_threaded { "t" } else { "" };
    let own = executable_architecture(&venv::python_path(&venv.root));
    let own = own.filter(|_| !is_started_by_uv(venv));
    let is_arm64 = cfg!(target_arch = "aarch64");
    // What vrun is too is not worth a word.
    let shown = match own {
        Some(Architecture::Bits32) => "-32",
        Some(Architecture::X64) if is_arm64 => "-64",
        Some(Architecture::Arm64) if !is_arm64 => "-arm64",
        _ => "",
    };
    let text = format!("{name}{}{build}{shown}", key.minor_version()?);
    let mut kind = RequestKind::parse(&text)?;
    if let RequestKind::Release { architecture, .. } = &mut kind {
        *architecture = own;
    }
    Some(PythonRequest {
        kind,
        text: text.into(),
        source: RequestSource::Environment {
            root: venv.root.clone(),
            home: venv.cfg.home.clone(),
        },
    })
}

/// Whether its Python may be a launcher of uv, which is for uv's processor and not for that of the Python that it starts
/// (uv-trampoline-builder).
fn is_started_by_uv(venv: &Venv) -> bool {
    let creator = || venv::detect_creator(&venv::read_pyvenv_cfg(&venv.root).ok()?);
    !os::HAS_SYMLINKS && creator().is_some_and(|creator| creator.name == "uv")
}

fn mismatch(venv: &Venv, key: Option<PythonKey>, request: &PythonRequest) -> Error {
    let root = printable(&venv.root);
    let (text, source) = (printable(&request.text), &request.source);
    let cause = match base_of::resolve_base(&venv::python_path(&venv.root)) {
        Ok(base) => format!("its Python is {}", printable(base)),
        Err(why) => why,
    };
    Error::failed(match key {
        Some(key) => format!("{root} uses {key}, but {source} asks for `{text}`"),
        None => format!("{root} does not use `{text}`, which {source} asks for"),
    })
    .with_cause(cause)
    .with_hint(format!(
        "`vrun --create --clear --env {} -p {}` recreates it",
        shell_word(&venv.root),
        shell_word(&request.text)
    ))
}

/// What an environment's files say about its Python.
struct RecordedVersion {
    key: PythonKey,
    /// Whether they tell a final release from a pre-release: venv writes `3.14.0` for both.
    is_level_known: bool,
}

impl RecordedVersion {
    /// Whether any Python that these records could describe matches `kind`.
    fn may_match(&self, kind: &RequestKind) -> bool {
        let release = &self.key.release;
        // `3.12` may have any patch number.
        let releases: Vec<Vec<u64>> = match release[..] {
            [major, minor] => (0..100).map(|patch| vec![major, minor, patch]).collect(),
            _ => vec![release.clone()],
        };
        let levels: Vec<String> = if self.is_level_known {
            vec![self.key.suffix.clone()]
        } else {
            let levels = ["a", "b", "rc"].into_iter();
            let early = levels.flat_map(|level| (0..10).map(move |n| format!("{level}{n}")));
            iter::once(String::new()).chain(early).collect()
        };
        releases.iter().any(|release| {
            levels.iter().any(|level| {
                kind.matches_any_build(&PythonKey {
                    release: release.clone(),
                    suffix: level.clone(),
                    ..self.key.clone()
                })
            })
        })
    }
}

fn recorded_version(venv: &Venv) -> Option<RecordedVersion> {
    let version = venv.cfg.version.as_deref()?;
    let level = release_level(version);
    let libraries = fs::read_dir(venv.root.join("lib")).into_iter().flatten();
    let mut names = libraries.flatten().map(|entry| entry.file_name());
    let implementation = match &venv.cfg.implementation {
        Some(name) => name.to_ascii_lowercase(),
        None if names.any(|name| name.to_string_lossy().starts_with("pypy")) => "pypy".to_owned(),
        None => "cpython".to_owned(),
    };
    let minor = venv.cfg.minor_version();
    let free_threaded = minor.is_some_and(|minor| minor.is_free_threaded(&venv.root));
    Some(RecordedVersion {
        is_level_known: level.is_some(),
        key: PythonKey {
            implementation,
            release: release_numbers(version),
            suffix: level.unwrap_or_default(),
            free_threaded,
        },
    })
}

/// `rc1` of `3.14.0rc1` and `3.14.0.candidate.1`, empty for `3.14.0.final.0`; None for `3.14.0`, which does not say.
fn release_level(version: &str) -> Option<String> {
    let start = version.find(|c: char| c.is_ascii_alphabetic())?;
    let level = &version[start..];
    let (word, number) = level.split_once('.').unwrap_or((level, ""));
    Some(match word {
        "final" => String::new(),
        "alpha" => format!("a{number}"),
        "beta" => format!("b{number}"),
        "candidate" => format!("rc{number}"),
        _ => word.to_owned(),
    })
}

/// 3, 12, 1 of `3.12.1` and `3.12.1.final.0`; 3, 14, 0 of `3.14.0rc1`.
fn release_numbers(version: &str) -> Vec<u64> {
    let parts = version.split('.').map_while(|part| {
        let end = part.find(|c: char| !c.is_ascii_digit());
        part[..end.unwrap_or(part.len())].parse().ok()
    });
    parts.take(3).collect()
}

/// Whether the interpreter at `path` is the base of the environment.
fn is_base_of(
    path: &Path,
    venv: &Venv,
    ask: impl FnOnce(&Path, &Path) -> Result<bool, Error>,
) -> Result<bool, Error> {
    let base = base_of::resolve_base(&venv::python_path(&venv.root));
    let requested = base_of::resolve_base(&path_lookup::executable_in(path));
    let (Ok(base), Ok(requested)) = (base, requested) else {
        return Ok(false);
    };
    let is_same = os::is_same_file(&requested, &base);
    if is_same || !probe::is_script(&requested) {
        return Ok(is_same);
    }
    ask(&requested, &base)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks an environment with this pyvenv.cfg, and this directory in it, against a request.
    fn check_config(cfg: &str, dir: &str, text: &str) -> Result<(), String> {
        let root = tempfile::tempdir().expect("a directory");
        fs::write(root.path().join(venv::PYVENV_CFG), cfg).expect("a file");
        fs::create_dir_all(root.path().join(dir)).expect("a directory");
        let request = ExplicitRequest {
            text: text.into(),
            source: "--python".into(),
        };
        let venv = Venv::open(root.path()).expect("an environment");
        check_compatible(&venv, &request, &Process::default()).map_err(|error| error.to_string())
    }

    /// Each row: pyvenv.cfg, a directory, requests that match, and requests that do not.
    fn assert_requests(rows: &[(&str, &str, &str, &str)]) {
        for (cfg, dir, matching, mismatching) in rows {
            for text in matching.split(' ') {
                assert_eq!(check_config(cfg, dir, text), Ok(()), "{text} of {cfg}");
            }
            for text in mismatching.split(' ') {
                check_config(cfg, dir, text).expect_err(text);
            }
        }
    }

    #[test]
    fn the_version_is_read_from_the_environments_files() {
        let venv = "home = /x\nversion = 3.12.1\n";
        let virtualenv = "home = /x\nimplementation = PyPy\nversion_info = 3.10.14.final.0\n";
        let uv = "home = /x\nimplementation = CPython\nversion_info = 3.14.0rc1\n";
        let (python, pypy) = ("lib/python3.12", "lib/pypy3.12");
        let threaded = os::free_threaded_file(Path::new(""), "python3.12t");
        let threaded = &threaded.display().to_string();
        assert_requests(&[
            (venv, python, "3.12 >=3.12,<3.13", "3.11 pypy3.12"),
            (venv, pypy, "pypy3.12 3.12.1", "cpython3.12 pypy3.9"),
            (venv, threaded, "3.12t >=3.12", "3.12 3.13t"),
            (virtualenv, pypy, "pypy3.10 3.10.14", "3.10.1 >3.11"),
            (uv, python, "3.14 3", "3.13 <3.14"),
            ("home = /x\n", python, "3.12 3.11", "no-python 3.x"),
        ]);
    }

    #[test]
    fn what_is_not_recorded_does_not_refuse() {
        let venv = "version = 3.14.0\n";
        let candidate = "version_info = 3.14.0.candidate.2\n";
        let last = "version_info = 3.14.0.final.0\n";
        let minor = "python-version = 3.11\n";
        let both = "version = 3.11.7\npython-version = 3.11\n";
        assert_requests(&[
            (
                venv,
                "",
                "3.14.0rc1 3.14.0 >=3.14",
                "3.13.0rc1 3.14.1rc1 <3.14",
            ),
            (
                candidate,
                "",
                "3.14.0rc2 3.14 >=3.14.0rc1",
                "3.14.0rc1 ==3.14.0 >=3.14",
            ),
            (
                last,
                "",
                "3.14.0 >=3.14 <=3.14.0",
                "3.14.0rc1 >3.14.0 <3.14",
            ),
            (minor, "", ">=3.11.4 3.11.7 <3.11.3", ">=3.12 3.1 <3.11"),
            (both, "", ">=3.11.4 3.11.7 3.11", ">=3.11.8 3.11.4 3.12"),
        ]);
    }

    #[test]
    fn its_packages_want_a_python_for_the_same_processor() {
        let root = tempfile::tempdir().expect("a directory");
        let cfg = root.path().join(venv::PYVENV_CFG);
        fs::write(cfg, "home = /x\nversion = 3.12.1\n").expect("a file");
        let venv = Venv::open(root.path()).expect("an environment");
        let python = venv::python_path(root.path());
        fs::create_dir_all(python.parent().expect("a directory")).expect("a directory");
        let other = root.path().join("other");
        let pe = |machine: [u8; 2]| {
            let start = [&b"MZ"[..], &[0; 58], &[0x40, 0, 0, 0], b"PE\0\0"];
            [&start.concat(), &machine[..]].concat()
        };
        let x64 = || pe([0x64, 0x86]);
        let [for_x64, for_arm64] = match cfg!(target_arch = "aarch64") {
            true => ["3.12-64", "3.12"],
            false => ["3.12", "3.12-arm64"],
        };
        for (own, text, is_for_other) in [
            (pe([0x4c, 0x01]), "3.12-32", false),
            (x64(), for_x64, true),
            (pe([0x64, 0xaa]), for_arm64, false),
            (b"\x7fELF\x01".to_vec(), "3.12-32", false),
            (b"\x7fELF\x02".to_vec(), "3.12", true),
            (b"#!/bin/sh".to_vec(), "3.12", true),
        ] {
            fs::write(&python, own).expect("a file");
            fs::write(&other, x64()).expect("a file");
            let request = request_for_env(&venv).expect("a request");
            assert_eq!(request.text, text);
            assert_eq!(
                request.kind.matches_architecture(&other),
                is_for_other,
                "{text}"
            );
        }
    }

    #[test]
    fn another_interpreter_for_a_free_threaded_environment_is_free_threaded() {
        let root = tempfile::tempdir().expect("a directory");
        fs::write(root.path().join(venv::PYVENV_CFG), "version = 3.13.0\n").expect("a file");
        let venv = Venv::open(root.path()).expect("an environment");
        let text = || request_for_env(&venv).expect("a request").text;
        assert_eq!(text(), "3.13");
        let only_there = os::free_threaded_file(root.path(), "python3.13t");
        fs::create_dir_all(only_there).expect("a directory");
        assert_eq!(text(), "3.13t");
    }

    #[test]
    fn a_mismatch_names_both_versions_and_how_to_recreate_it() {
        let cfg = "home = /x\nversion = 3.12.1\n";
        let error = check_config(cfg, "", "3.11").expect_err("a mismatch");
        assert!(error.contains(" uses Python 3.12.1, but --python asks for `3.11`\n"));
        assert!(error.contains("cause: the base of the environment "));
        assert!(error.contains("hint: `vrun --create --clear --env "));
    }
}
