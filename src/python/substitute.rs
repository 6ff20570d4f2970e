//! An environment whose Python is gone -> an installed interpreter that can run in its place.
//!
//! It must have the same implementation, minor version and build, because the packages are built for those. The one in
//! the `home` of pyvenv.cfg comes first, then the first candidate that fits. Started under the environment's own name
//! for its Python, it reads that pyvenv.cfg and finds the packages. No file is written.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::error::{Error, ErrorKind};
use crate::os;
use crate::output::Verbosity;
use crate::process::Process;
use crate::venv::{self, MinorVersion, SubstitutePython, Venv};

use super::interpreter::Interpreter;
use super::probe::Prober;
use super::probe_cache::usable_cache_dir;
use super::request::PythonRequest;
use super::request_syntax::RequestKind;
use super::{base_of, child_env, compatibility, discovery, sysconfig};

/// Has interpreters asked on behalf of an environment that is there.
pub(super) fn with_prober<T>(
    venv: &Venv,
    process: &Process,
    verbosity: Verbosity,
    act: impl FnOnce(&Prober<'_>) -> T,
) -> T {
    let vars = child_env::vars_for_python(process);
    let cache = usable_cache_dir(process, verbosity);
    act(&Prober {
        process,
        cache_dir: cache.as_deref(),
        vars: &vars,
        cwd: venv.root.parent().unwrap_or(Path::new("/")),
        stop: &AtomicBool::new(false),
        verbosity,
    })
}

/// The release that took getpath from C to Python, which looks elsewhere for its library.
const GETPATH_PY_MINOR: u64 = 11;

/// What can stand in for the Python of `venv`; None where there is nothing, or nothing is known of what it was.
///
/// # Errors
/// Ctrl-C while an interpreter is asked.
pub(crate) fn find_substitute(
    venv: &Venv,
    process: &Process,
    verbosity: Verbosity,
) -> Result<Option<SubstitutePython>, Error> {
    // Without links there are none to lead nowhere.
    let Some(request) = cpython_request(venv).filter(|_| os::HAS_SYMLINKS) else {
        return Ok(None);
    };
    let Some(base) = matching_interpreter(venv, &request, process, verbosity)? else {
        return Ok(None);
    };
    let prefix = required_prefix(&base, venv);
    let stand_in = SubstitutePython {
        prefix,
        exe: base.exe.clone(),
    };
    Ok(Some(stand_in).filter(|_| !is_framework_build(&base)))
}

/// Whether there is an interpreter that the packages of `venv` are for, of whatever implementation.
///
/// # Errors
/// Ctrl-C while an interpreter is asked.
pub(crate) fn has_matching_interpreter(
    venv: &Venv,
    process: &Process,
    verbosity: Verbosity,
) -> Result<bool, Error> {
    match compatibility::request_for_env(&with_library_version(venv)) {
        Some(request) => Ok(matching_interpreter(venv, &request, process, verbosity)?.is_some()),
        None => Ok(false),
    }
}

/// The interpreter that `request` asks for, at home or elsewhere.
fn matching_interpreter(
    venv: &Venv,
    request: &PythonRequest,
    process: &Process,
    verbosity: Verbosity,
) -> Result<Option<Interpreter>, Error> {
    with_prober(
        venv,
        process,
        verbosity,
        |inquiry| match interpreter_at_home(venv, request, inquiry)? {
            Some(base) => Ok(Some(base)),
            None => match discovery::find_interpreter(Some(request), inquiry) {
                Ok(base) => Ok(Some(base)),
                Err(error) if error.kind() == ErrorKind::Interrupted => Err(error),
                Err(_) => Ok(None),
            },
        },
    )
}

/// Whether it is one of macOS's framework builds: those start by way of a launcher that goes by its own path,
/// whatever it is called (Mac/Tools/pythonw.c).
fn is_framework_build(base: &Interpreter) -> bool {
    let mut names = base.stdlib.iter().map(Path::new);
    names.any(|name| name.extension().is_some_and(|end| end == "framework"))
}

/// What its packages are for. Only what was measured is asked to stand in: CPython.
fn cpython_request(venv: &Venv) -> Option<PythonRequest> {
    let request = compatibility::request_for_env(&with_library_version(venv))?;
    let RequestKind::Release {
        implementation: None | Some("cpython"),
        release,
        free_threaded,
    } = request.kind
    else {
        return None;
    };
    Some(PythonRequest {
        kind: RequestKind::Release {
            implementation: Some("cpython"),
            release,
            free_threaded,
        },
        ..request
    })
}

/// The environment with a version: where its pyvenv.cfg says none, that of its library.
fn with_library_version(venv: &Venv) -> Venv {
    let library = || MinorVersion::from_library(&venv.root).map(|series| series.to_string());
    let mut cfg = venv.cfg.clone();
    cfg.version = cfg.version.or_else(library);
    Venv {
        root: venv.root.clone(),
        cfg,
    }
}

/// The one in the directory that pyvenv.cfg names.
fn interpreter_at_home(
    venv: &Venv,
    request: &PythonRequest,
    inquiry: &Prober<'_>,
) -> Result<Option<Interpreter>, Error> {
    let Some(home) = venv.cfg.home.as_deref().filter(|home| home.is_absolute()) else {
        return Ok(None);
    };
    let mut names = vec![OsString::from("python3"), "python".into()];
    if let RequestKind::Release { release, .. } = &request.kind
        && let [major, minor, ..] = release[..]
    {
        names.insert(0, format!("python{major}.{minor}").into());
    }
    names.splice(
        0..0,
        dangling_target(venv).and_then(|file| Some(file.file_name()?.to_owned())),
    );
    for path in names.iter().map(|name| home.join(name)) {
        if !path.is_file() || path.starts_with(&venv.root) {
            continue;
        }
        if let Ok(path) = base_of::resolve_base(&path)
            && let Ok(base) = inquiry.probe(&path)?
            && request.kind.matches_any_build(&base.key)
        {
            return Ok(Some(base));
        }
    }
    Ok(None)
}

/// Where the link of the environment's Python leads.
fn dangling_target(venv: &Venv) -> Option<PathBuf> {
    let mut path = venv::python_path(&venv.root);
    let mut end = None;
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = path.with_file_name(target);
        end = Some(path.clone());
    }
    end
}

/// Where the base is installed, if it would not find that out by itself: an environment's Python looks for
/// its library above `home` (before 3.11 above what its own links lead to), then where it was configured to be.
fn required_prefix(base: &Interpreter, venv: &Venv) -> Option<PathBuf> {
    let library = base.stdlib.parent()?;
    let below = Path::new(library.file_name()?).join(base.stdlib.file_name()?);
    let home = venv.cfg.home.clone();
    let linked = dangling_target(venv).and_then(|file| Some(file.parent()?.to_owned()));
    let start = if base.minor() >= GETPATH_PY_MINOR {
        home.or(linked)
    } else {
        linked.or(home)
    };
    let is_found = sysconfig::finds_stdlib(start.as_deref(), &base.stdlib, &below);
    (!is_found).then(|| library.parent().map(Path::to_owned))?
}
