//! An environment whose Python is gone -> an installed interpreter that can run in its place.
//!
//! It must have the same implementation, minor version and build, because the packages are built for those. It is one of
//! the candidates for a base interpreter, preferably one in the `home` of pyvenv.cfg: what only that file names is not
//! started. Under the environment's own name for its Python it reads that pyvenv.cfg and finds the packages. No file is
//! written. `program/missing_python.rs` decides when it is started instead of the environment's Python, and how.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};
use crate::introspect::sysconfig;
use crate::os;
use crate::process::Process;
use crate::venv::{self, MinorVersion, SubstitutePython, Venv};

use super::inspection::Inspection;
use super::interpreter::Interpreter;
use super::probe::{Prober, with_prober};
use super::request::PythonRequest;
use super::request_syntax::RequestKind;
use super::{base_of, compatibility, discovery};

/// The release that moved getpath from C to Python, which searches elsewhere for the standard library.
const GETPATH_PY_MINOR: u64 = 11;

/// An interpreter that can run in place of the Python of `venv`; None if none can, or the version is not recorded. The
/// error is Ctrl-C.
pub(crate) fn find_substitute(
    inspection: &Inspection<'_>,
) -> Result<Option<SubstitutePython>, Error> {
    let venv = &with_library_version(inspection.venv);
    // Only a link can dangle.
    let Some(request) = cpython_request(venv).filter(|_| os::HAS_SYMLINKS) else {
        return Ok(None);
    };
    let base = inspection.with_prober(|prober| installed_interpreter(&request, prober))?;
    let base = base.filter(|base| !is_framework_build(base));
    Ok(base.map(|base| SubstitutePython {
        prefix: required_prefix(&base, venv),
        exe: base.exe,
    }))
}

/// Whether an interpreter is installed that the packages of `venv` work with, of any implementation. The error is
/// Ctrl-C.
pub(crate) fn has_matching_interpreter(venv: &Venv, process: &Process) -> Result<bool, Error> {
    let venv = &with_library_version(venv);
    let Some(request) = compatibility::request_for_env(venv) else {
        return Ok(false);
    };
    with_prober(venv, process, |prober| {
        Ok(interpreter_at_home(venv, &request, prober)?.is_some()
            || installed_interpreter(&request, prober)?.is_some())
    })
}

fn installed_interpreter(
    request: &PythonRequest,
    prober: &Prober<'_>,
) -> Result<Option<Interpreter>, Error> {
    match discovery::find_interpreter(Some(request), prober) {
        Err(error) if error.kind() == ErrorKind::Interrupted => Err(error),
        found => Ok(found.ok()),
    }
}

/// Whether it is one of macOS's framework builds: their launcher starts the interpreter by its own path, whatever name
/// it is started under (Mac/Tools/pythonw.c).
fn is_framework_build(base: &Interpreter) -> bool {
    let mut names = base.stdlib.iter().map(Path::new);
    names.any(|name| name.extension().is_some_and(|end| end == "framework"))
}

/// The request for a CPython. No other implementation has been tested as a substitute.
fn cpython_request(venv: &Venv) -> Option<PythonRequest> {
    let mut request = compatibility::request_for_env(venv)?;
    match &mut request.kind {
        RequestKind::Release { implementation, .. }
            if implementation.is_none_or(|name| name == "cpython") =>
        {
            *implementation = Some("cpython");
            Some(request)
        }
        _ => None,
    }
}

/// The environment, with the version of its library if pyvenv.cfg has none.
fn with_library_version(venv: &Venv) -> Venv {
    let library = || MinorVersion::from_library(&venv.root).map(|version| version.to_string());
    let mut cfg = venv.cfg.clone();
    cfg.version = cfg.version.or_else(library);
    Venv {
        root: venv.root.clone(),
        cfg,
    }
}

/// The interpreter for `request` in the directory that pyvenv.cfg names.
fn interpreter_at_home(
    venv: &Venv,
    request: &PythonRequest,
    prober: &Prober<'_>,
) -> Result<Option<Interpreter>, Error> {
    let Some(home) = venv.cfg.home.as_deref().filter(|home| home.is_absolute()) else {
        return Ok(None);
    };
    let version = venv
        .cfg
        .version
        .as_deref()
        .and_then(MinorVersion::from_version);
    for path in base_of::pythons_at_home(home, &venv.root, dangling_target(venv), version) {
        if let Ok(path) = base_of::resolve_base(&path)
            && let Ok(base) = prober.probe(&path)?
            && base.could_be(&request.kind)
        {
            return Ok(Some(base));
        }
    }
    Ok(None)
}

/// The end of the chain of links that starts at the environment's Python.
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

/// The prefix of the base, if it would not find its standard library by itself: an environment's Python searches above
/// `home` (before 3.11 above the target of its own links), then in the prefix it was configured with.
fn required_prefix(base: &Interpreter, venv: &Venv) -> Option<PathBuf> {
    let library = base.stdlib.parent()?;
    let below = Path::new(library.file_name()?).join(base.stdlib.file_name()?);
    let home = venv.cfg.home.clone();
    let linked = dangling_target(venv).and_then(|file| Some(file.parent()?.to_owned()));
    let start = match base.minor() >= GETPATH_PY_MINOR {
        true => home.or(linked),
        false => linked.or(home),
    };
    let is_found = sysconfig::finds_stdlib(start.as_deref(), &base.stdlib, &below);
    (!is_found).then(|| library.parent().map(Path::to_owned))?
}
