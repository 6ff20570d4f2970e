//! An environment that is there, a wish -> whether the one fits the other. An environment is never
//! changed for a wish; the error says how to have another.

use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::os;
use crate::output::Verbosity;
use crate::process::Process;
use crate::quote::{printable, shell_word};
use crate::venv::{self, Venv};

use super::request::{ExplicitRequest, PythonRequest, RequestSource};
use super::request_syntax::{PythonKey, RequestKind};
use super::version_files::{parse_explicit, resolve_request};
use super::{base_of, path_lookup, probe, substitute};

/// Whether an existing environment fits what was explicitly asked for; the error says how to rebuild it.
/// Told from files alone, but for a path that is a version manager's shim, which only it can resolve.
///
/// # Errors
/// It does not fit, or the wish cannot be understood.
pub(crate) fn check_compatible(
    venv: &Venv,
    wish: &ExplicitRequest,
    process: &Process,
) -> Result<(), Error> {
    let request = parse_explicit(wish, process)?;
    let said = recorded_version(venv);
    let fits = match &request.kind {
        RequestKind::Path(path) => is_base_of(path, venv, process)?,
        // What says nothing of itself is taken for what the user says it is.
        form => said.as_ref().is_none_or(|said| said.may_match(form)),
    };
    if fits {
        return Ok(());
    }
    Err(mismatch(venv, said.map(|said| said.key), &request))
}

/// What the project at `project` asks of Python that the environment does not have, as a sentence, and what it
/// has.
pub(crate) fn unmet_request(
    venv: &Venv,
    project: &Path,
    process: &Process,
) -> Option<(String, String)> {
    let request = resolve_request(None, Some(project), process).ok()??;
    let said = recorded_version(venv)?;
    let is_unmet = match &request.kind {
        RequestKind::Path(path) => !is_base_of(path, venv, process).ok()?,
        form => !said.may_match(form),
    };
    let asked = format!("{} asks for {}", request.source, printable(&request.text));
    is_unmet.then(|| (asked, said.key.dotted_release()))
}

/// The request for another interpreter that the packages of an environment are for: of the same
/// implementation, minor version and build. None where it does not say.
pub(crate) fn request_for_env(venv: &Venv) -> Option<PythonRequest> {
    let PythonKey {
        implementation,
        release,
        free_threaded,
        ..
    } = recorded_version(venv)?.key;
    let [major, minor, ..] = release[..] else {
        return None;
    };
    let name = if implementation == "cpython" {
        ""
    } else {
        &implementation
    };
    let build = if free_threaded { "t" } else { "" };
    let text = format!("{name}{major}.{minor}{build}");
    Some(PythonRequest {
        kind: RequestKind::parse(&text)?,
        text: text.into(),
        source: RequestSource::Environment(venv.root.clone()),
    })
}

fn mismatch(venv: &Venv, kind: Option<PythonKey>, request: &PythonRequest) -> Error {
    let root = printable(&venv.root);
    let what = format!(
        "{root} is not made with `{}`, which {} asks for",
        printable(&request.text),
        request.source
    );
    let base = base_of::resolve_base(&venv::python_path(&venv.root));
    let cause = match (kind, base) {
        (Some(kind), Ok(base)) => format!("its Python is {}, {kind}", printable(base)),
        (Some(kind), Err(_)) => format!("its Python is {kind}"),
        (None, Ok(base)) => format!("its Python is {}", printable(base)),
        (None, Err(why)) => why,
    };
    Error::failed(what).with_cause(cause).with_hint(format!(
        "`rm -r {}` takes it away, and the same command makes it anew",
        shell_word(&venv.root)
    ))
}

/// What an environment's files say of its Python.
struct RecordedVersion {
    key: PythonKey,
    /// Whether they tell a final release from the ones before it: venv writes `3.14.0` for both.
    is_level_known: bool,
}

impl RecordedVersion {
    /// Whether `form` admits what may have been meant: what is unknown does not refuse.
    fn may_match(&self, form: &RequestKind) -> bool {
        let known = self.key.release.len();
        // `3.12`, of whatever patch.
        let patches = if known == 2 { 0..100 } else { 0..1 };
        let releases = patches.map(|patch| {
            let patch = Some(patch).filter(|_| known == 2);
            self.key.release.iter().copied().chain(patch).collect()
        });
        let levels: Vec<_> = if self.is_level_known {
            vec![self.key.suffix.clone()]
        } else {
            let early = ["a", "b", "rc"].into_iter();
            let early =
                early.flat_map(|level| (0..10).map(move |number| format!("{level}{number}")));
            std::iter::once(String::new()).chain(early).collect()
        };
        let mut kinds = releases.flat_map(|release: Vec<u64>| {
            levels.iter().map(move |level| PythonKey {
                release: release.clone(),
                suffix: level.clone(),
                ..self.key.clone()
            })
        });
        kinds.any(|kind| form.matches_any_build(&kind))
    }
}

fn recorded_version(venv: &Venv) -> Option<RecordedVersion> {
    let version = venv.cfg.version.as_deref()?;
    let level = release_level(version);
    let libraries = fs::read_dir(venv.root.join("lib")).into_iter().flatten();
    let libraries: Vec<_> = libraries.flatten().map(|entry| entry.file_name()).collect();
    let any = |test: fn(&str) -> bool| libraries.iter().filter_map(|name| name.to_str()).any(test);
    let implementation = match &venv.cfg.implementation {
        Some(name) => name.to_ascii_lowercase(),
        None if any(|name| name.starts_with("pypy")) => "pypy".to_owned(),
        None => "cpython".to_owned(),
    };
    let free_threaded = any(|name| name.starts_with("python") && name.ends_with('t'));
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

/// `3.14.0rc1` and `3.14.0.candidate.1` -> `rc1`, `3.14.0.final.0` -> nothing behind the numbers;
/// `3.14.0` does not say.
fn release_level(version: &str) -> Option<String> {
    let start = version.find(|c: char| c.is_ascii_alphabetic())?;
    let (word, number) = match version[start..].split_once('.') {
        Some((word, number)) => (word, number),
        None => (&version[start..], ""),
    };
    Some(match word {
        "final" => String::new(),
        "alpha" => format!("a{number}"),
        "beta" => format!("b{number}"),
        "candidate" => format!("rc{number}"),
        _ => word.to_owned(),
    })
}

/// `3.12.1` and `3.12.1.final.0` -> 3, 12, 1; `3.14.0rc1` -> 3, 14, 0.
fn release_numbers(version: &str) -> Vec<u64> {
    let parts = version.split('.').map_while(|part| {
        let end = part
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(part.len());
        part[..end].parse().ok()
    });
    parts.take(3).collect()
}

/// Whether the environment stands on the interpreter at `path`.
fn is_base_of(path: &Path, venv: &Venv, process: &Process) -> Result<bool, Error> {
    let Ok(base) = base_of::resolve_base(&venv::python_path(&venv.root)) else {
        return Ok(false);
    };
    let Ok(asked) = base_of::resolve_base(&path_lookup::executable_in(path)) else {
        return Ok(false);
    };
    if os::is_same_file(&asked, &base) {
        return Ok(true);
    }
    if !probe::is_script(&asked) {
        return Ok(false);
    }
    let known = substitute::with_prober(venv, process, Verbosity::Quiet, |inquiry| {
        inquiry.probe(&asked)
    })?;
    Ok(known.is_ok_and(|known| os::is_same_file(&known.exe, &base)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An environment with this pyvenv.cfg and these directories in it, against a wish.
    fn check_config(cfg: &str, dirs: &[&str], text: &str) -> Result<(), String> {
        let root = tempfile::tempdir().expect("a directory");
        fs::write(root.path().join(venv::PYVENV_CFG), cfg).expect("a file");
        for dir in dirs {
            fs::create_dir_all(root.path().join(dir)).expect("a directory");
        }
        let wish = ExplicitRequest {
            text: text.into(),
            source: "--python".into(),
        };
        let venv = Venv::open(root.path()).expect("an environment");
        check_compatible(&venv, &wish, &Process::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_environment_is_known_by_its_files() {
        let venv = "home = /x\nversion = 3.12.1\n";
        let virtualenv = "home = /x\nimplementation = PyPy\nversion_info = 3.10.14.final.0\n";
        let uv = "home = /x\nimplementation = CPython\nversion_info = 3.14.0rc1\n";
        let (python, pypy, threaded) = (
            ["lib/python3.12"],
            ["lib/pypy3.12"],
            ["lib/python3.12t/site-packages"],
        );
        for (cfg, dirs, fits, misfits) in [
            (
                venv,
                &python,
                ["3.12", ">=3.12,<3.13"],
                ["3.11", "pypy3.12"],
            ),
            (
                venv,
                &pypy,
                ["pypy3.12", "3.12.1"],
                ["cpython3.12", "pypy3.9"],
            ),
            (venv, &threaded, ["3.12t", ">=3.12"], ["3.12", "3.13t"]),
            (
                virtualenv,
                &pypy,
                ["pypy3.10", "3.10.14"],
                ["3.10.1", ">3.11"],
            ),
            (uv, &python, ["3.14", "3"], ["3.13", "<3.14"]),
            (
                "home = /x\n",
                &python,
                ["3.12", "3.11"],
                ["no-python", "3.x"],
            ),
        ] {
            for text in fits {
                assert_eq!(check_config(cfg, dirs, text), Ok(()), "{text} of {cfg}");
            }
            for text in misfits {
                check_config(cfg, dirs, text).expect_err(text);
            }
        }
    }

    #[test]
    fn what_an_environment_does_not_say_does_not_refuse() {
        for (cfg, fits, misfits) in [
            (
                "version = 3.14.0\n",
                ["3.14.0rc1", "3.14.0", ">=3.14"],
                ["3.13.0rc1", "3.14.1rc1", "<3.14"],
            ),
            (
                "version_info = 3.14.0.candidate.2\n",
                ["3.14.0rc2", "3.14", ">=3.14.0rc1"],
                ["3.14.0rc1", "==3.14.0", ">=3.14"],
            ),
            (
                "version_info = 3.14.0.final.0\n",
                ["3.14.0", ">=3.14", "<=3.14.0"],
                ["3.14.0rc1", ">3.14.0", "<3.14"],
            ),
            (
                "python-version = 3.11\n",
                [">=3.11.4", "3.11.7", "<3.11.3"],
                [">=3.12", "3.1", "<3.11"],
            ),
            (
                "version = 3.11.7\npython-version = 3.11\n",
                [">=3.11.4", "3.11.7", "3.11"],
                [">=3.11.8", "3.11.4", "3.12"],
            ),
        ] {
            for text in fits {
                assert_eq!(check_config(cfg, &[], text), Ok(()), "{text} of {cfg}");
            }
            for text in misfits {
                check_config(cfg, &[], text).expect_err(text);
            }
        }
    }

    #[test]
    fn a_misfit_is_told_how_to_be_rebuilt() {
        let error = check_config("home = /x\nversion = 3.12.1\n", &[], "3.11").expect_err("misfit");
        assert!(error.contains("is not made with `3.11`, which --python asks for\n"));
        assert!(error.contains("cause: its Python is Python 3.12.1\n"));
        assert!(error.contains("hint: `rm -r "));
    }
}
