//! A program that was found -> the same, or run by this environment's Python, or refused: whose Python starts
//! it is told by its head.
//!
//! This is where the wrong code would run without a word: a console script of an environment that was moved or
//! copied still names the old place, and one from elsewhere on PATH sees other packages than this project's.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::printable;
use crate::{os, self_exe, venv};

use super::context::ResolveContext;
use super::model::{ForeignPolicy, Program, RunBy};
use super::python_names::{is_python_name, is_python_source};
use super::script_interpreter::{self, ScriptInterpreter, ScriptPython, ShebangValidity};
use super::{not_found, python};

/// How a program was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FoundBy {
    /// By its name, in the scripts directory or on PATH.
    Name,
    /// It was named by its path: that very file is meant.
    Path,
}

/// The program at `file`, called with `argv`, as it is to be run.
///
/// # Errors
/// It would run with a Python that has no environment, and was found by its name alone (126).
pub(super) fn apply_policy(
    file: PathBuf,
    argv: Vec<OsString>,
    found: FoundBy,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let scripts = venv::scripts_dir(places.root);
    let parent = file.parent().unwrap_or(&file);
    let within = parent == scripts || found == FoundBy::Path && os::is_same_file(parent, &scripts);
    if !within && places.foreign == ForeignPolicy::Allowed {
        return Ok(Program::new(file, argv));
    }
    let name = file.file_name().unwrap_or_default();
    if within && is_python_name(name) {
        let python = python::check_python(scripts.join(name), places)?;
        return match python.substitute {
            Some(_) => python.into_program(argv.into_iter().skip(1).collect(), places),
            None => Ok(Program::for_env_python(file, argv)),
        };
    }
    if !os::HAS_SHEBANGS {
        let script = find_companion_script(&file).filter(|_| within);
        let file = script.unwrap_or_else(|| file.clone());
        if is_python_source(file.as_os_str()) {
            return run_by_env_python(file, argv, Vec::new(), places);
        }
    }
    // What cannot be read may still be run, and will say itself what is wrong with it.
    match script_interpreter::detect_interpreter(&file) {
        Ok(ScriptInterpreter::Python(interpreter))
            if script_interpreter::is_in_scripts_dir(&interpreter.path, &scripts) =>
        {
            resolve_env_script(file, argv, interpreter, within, places)
        }
        Ok(ScriptInterpreter::Python(interpreter)) if within => {
            resolve_moved_script(file, argv, interpreter, places)
        }
        Ok(ScriptInterpreter::Python(interpreter)) => {
            resolve_foreign_script(file, argv, interpreter, found, places)
        }
        Ok(ScriptInterpreter::RuntimeLookup(flags)) => {
            resolve_lookup_script(file, argv, flags, places)
        }
        Ok(ScriptInterpreter::ManagerShim(manager)) if found == FoundBy::Name => {
            let what = format!("is {manager}'s shim, which runs a Python without an environment");
            Err(not_found::foreign_program_refused(&file, &what, places))
        }
        _ => Ok(Program::new(file, argv)),
    }
}

/// A script that names a Python of this environment: the kernel starts it, where it can.
fn resolve_env_script(
    file: PathBuf,
    argv: Vec<OsString>,
    interpreter: ScriptPython,
    within: bool,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let ScriptPython {
        path,
        flags,
        validity: reading,
    } = interpreter;
    if !path.exists() || reading == ShebangValidity::Invalid && within {
        return run_by_env_python(file, argv, flags, places);
    }
    match python::check_python(path, places)?.substitute {
        Some(_) => run_by_env_python(file, argv, flags, places),
        None => Ok(Program::for_env_python(file, argv)),
    }
}

/// A script of this environment that names another's Python, which was its own where it was made.
fn resolve_moved_script(
    file: PathBuf,
    argv: Vec<OsString>,
    interpreter: ScriptPython,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    if is_link_outside(&file, &venv::scripts_dir(places.root)) {
        return Ok(Program::new(file, argv));
    }
    let program = run_by_env_python(file, argv, interpreter.flags, places)?;
    Ok(Program {
        run_by: RunBy::EnvPythonInstead,
        ..program
    })
}

/// A script that takes the first Python on PATH, which is this environment's. Where that is lost, the next one there
/// would run it.
fn resolve_lookup_script(
    file: PathBuf,
    argv: Vec<OsString>,
    flags: Vec<OsString>,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    match python::find_env_python("python".as_ref(), places)?.substitute {
        Some(_) => run_by_env_python(file, argv, flags, places),
        None => Ok(Program::for_env_python(file, argv)),
    }
}

/// The script that setuptools' and conda's launchers start, which is a file of its own: `tool-script.py` for
/// `tool.exe`.
fn find_companion_script(program: &Path) -> Option<PathBuf> {
    let mut name = program.file_stem()?.to_owned();
    name.push("-script.py");
    Some(program.with_file_name(name)).filter(|script| script.is_file())
}

/// Whether `file`, in the scripts directory, is a link to something elsewhere: a person put it there, and
/// it is what it leads to.
fn is_link_outside(file: &Path, scripts: &Path) -> bool {
    if fs::read_link(file).is_err() {
        return false;
    }
    let end = dunce::canonicalize(file).unwrap_or_default();
    end.parent()
        .is_none_or(|dir| !os::is_same_file(dir, scripts))
}

/// Whatever Python a script of this environment names, this environment's is meant: nothing else in it is
/// for another. Called as the kernel would call it.
fn run_by_env_python(
    file: PathBuf,
    argv: Vec<OsString>,
    flags: Vec<OsString>,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let python = python::find_env_python("python".as_ref(), places)?;
    let args = flags.into_iter().chain([file.into()]);
    let args = args.chain(argv.into_iter().skip(1));
    python.into_program(args.collect(), places)
}

/// A script that names a Python outside this environment.
fn resolve_foreign_script(
    file: PathBuf,
    argv: Vec<OsString>,
    interpreter: ScriptPython,
    found: FoundBy,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let ScriptPython { path, flags, .. } = interpreter;
    // A shim of vrun's would start this environment's.
    if self_exe::is_shim(&path, places.self_exe.as_deref()) {
        return run_by_env_python(file, argv, flags, places);
    }
    // The system says best what is not there.
    if !path.exists() {
        return Ok(Program::new(file, argv));
    }
    let whose = match venv::env_of_python(&path) {
        Some(root) => format!("the environment {}", printable(root)),
        None if found == FoundBy::Path => printable(&path),
        None => {
            let what = format!("runs with {}, which has no environment", printable(&path));
            return Err(not_found::foreign_program_refused(&file, &what, places));
        }
    };
    let remark = format!(
        "{} runs with {whose}, and does not see the packages of {}",
        printable(&file),
        printable(places.root)
    );
    Ok(Program {
        warnings: vec![remark],
        ..Program::new(file, argv)
    })
}
