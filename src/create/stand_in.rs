//! An environment whose Python is gone -> an installed interpreter that can do its work, without a file being
//! written: one of the same implementation, minor version and build, which is what its packages are for.
//!
//! Where `home` in its pyvenv.cfg still holds one, it is that; else the first candidate that fits. Called by
//! the name of the environment's Python it takes itself for that, on every CPython since 3.6 (getpath).

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Exit};
use crate::os;
use crate::venv::health::Series;
use crate::venv::{self, StandIn, Venv};
use crate::voice::Voice;
use crate::world::World;

use super::base::{self, Base, Inquiry};
use super::native::sysconfig;
use super::request::{self, Form, Request};

/// The release that took getpath from C to Python, which looks elsewhere for its library.
const GETPATH_PY: u64 = 11;

/// What can stand in for the Python of `venv`; None where there is nothing, or nothing is known of what it was.
///
/// # Errors
/// Ctrl-C while an interpreter is asked.
pub fn find(venv: &Venv, world: &World, voice: Voice) -> Result<Option<StandIn>, Error> {
    // Without links there are none to lead nowhere.
    let Some(request) = wanted(venv).filter(|_| os::HAS_LINKS) else {
        return Ok(None);
    };
    let Some(base) = base(venv, &request, world, voice)? else {
        return Ok(None);
    };
    let prefix = untold_prefix(&base, venv);
    let stand_in = StandIn {
        prefix,
        exe: base.exe.clone(),
    };
    Ok(Some(stand_in).filter(|_| !is_framework(&base)))
}

/// Whether there is an interpreter that the packages of `venv` are for, of whatever implementation.
///
/// # Errors
/// Ctrl-C while an interpreter is asked.
pub fn exists(venv: &Venv, world: &World, voice: Voice) -> Result<bool, Error> {
    match request::of(&versioned(venv)) {
        Some(request) => Ok(base(venv, &request, world, voice)?.is_some()),
        None => Ok(false),
    }
}

/// The interpreter that `request` asks for, at home or elsewhere.
fn base(
    venv: &Venv,
    request: &Request,
    world: &World,
    voice: Voice,
) -> Result<Option<Base>, Error> {
    super::asking(venv, world, voice, |inquiry| {
        match at_home(venv, request, inquiry)? {
            Some(base) => Ok(Some(base)),
            None => match base::choose(Some(request), inquiry) {
                Ok(base) => Ok(Some(base)),
                Err(error) if error.exit == Exit::Interrupted => Err(error),
                Err(_) => Ok(None),
            },
        }
    })
}

/// Whether it is one of macOS's framework builds: those start by way of a launcher that goes by its own path,
/// whatever it is called (Mac/Tools/pythonw.c).
fn is_framework(base: &Base) -> bool {
    let mut names = base.stdlib.iter().map(Path::new);
    names.any(|name| name.extension().is_some_and(|end| end == "framework"))
}

/// What its packages are for. Only what was measured is asked to stand in: CPython.
fn wanted(venv: &Venv) -> Option<Request> {
    let request = request::of(&versioned(venv))?;
    let Form::Release {
        implementation: None | Some("cpython"),
        release,
        free_threaded,
    } = request.form
    else {
        return None;
    };
    Some(Request {
        form: Form::Release {
            implementation: Some("cpython"),
            release,
            free_threaded,
        },
        ..request
    })
}

/// The environment with a version: where its pyvenv.cfg says none, that of its library.
fn versioned(venv: &Venv) -> Venv {
    let library = || Series::of_library(&venv.root).map(|series| series.to_string());
    let mut cfg = venv.cfg.clone();
    cfg.version = cfg.version.or_else(library);
    Venv {
        root: venv.root.clone(),
        cfg,
    }
}

/// The one in the directory that pyvenv.cfg names.
fn at_home(venv: &Venv, request: &Request, inquiry: &Inquiry<'_>) -> Result<Option<Base>, Error> {
    let Some(home) = venv.cfg.home.as_deref().filter(|home| home.is_absolute()) else {
        return Ok(None);
    };
    let mut names = vec![OsString::from("python3"), "python".into()];
    if let Form::Release { release, .. } = &request.form
        && let [major, minor, ..] = release[..]
    {
        names.insert(0, format!("python{major}.{minor}").into());
    }
    names.splice(
        0..0,
        lost(venv).and_then(|file| Some(file.file_name()?.to_owned())),
    );
    for path in names.iter().map(|name| home.join(name)) {
        if !path.is_file() || path.starts_with(&venv.root) {
            continue;
        }
        if let Ok(path) = base::behind(&path)
            && let Ok(base) = inquiry.ask(&path)?
            && request.form.admits_any_build(&base.kind)
        {
            return Ok(Some(base));
        }
    }
    Ok(None)
}

/// Where the link of the environment's Python leads.
fn lost(venv: &Venv) -> Option<PathBuf> {
    let mut path = venv::python(&venv.root);
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
fn untold_prefix(base: &Base, venv: &Venv) -> Option<PathBuf> {
    let (library, name) = (base.stdlib.parent()?, base.stdlib.file_name()?);
    let below = |dir: &Path| Some(dir.join(library.file_name()?).join(name));
    let home = venv.cfg.home.clone();
    let linked = lost(venv).and_then(|file| Some(file.parent()?.to_owned()));
    let start = if base.minor() >= GETPATH_PY {
        home.or(linked)
    } else {
        linked.or(home)
    };
    let above = start.iter().flat_map(|start| start.ancestors());
    let found = above
        .filter_map(below)
        .find(|dir| dir.join("os.py").is_file());
    let prefix = || sysconfig::literal(&base.stdlib, "prefix").ok().flatten();
    let configured = || below(prefix()?.as_ref());
    let is_found = found
        .or_else(configured)
        .is_some_and(|dir| os::same_file(&dir, &base.stdlib));
    (!is_found).then(|| library.parent().map(Path::to_owned))?
}
