//! A program that was found -> the same, or run by this environment's Python, or refused: whose Python starts
//! it is told by its head.
//!
//! This is where the wrong code would run without a word: a console script of an environment that was moved or
//! copied still names the old place, and one from elsewhere on PATH sees other packages than this project's.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, shown, typed};
use crate::itself;
use crate::os;
use crate::venv;

use super::starter::{self, Interpreter, Reading, Starter};
use super::{Foreign, Places, Program, Runner, absent, is_interpreter, is_python_source, python};

/// How a program was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// By its name, in the scripts directory or on PATH.
    ByName,
    /// It was named by its path: that very file is meant.
    ByPath,
}

/// The program at `file`, called with `argv`, as it is to be run.
///
/// # Errors
/// It would run with a Python that has no environment, and was found by its name alone (126).
pub fn settled(
    file: PathBuf,
    argv: Vec<OsString>,
    found: Found,
    places: &Places<'_>,
) -> Result<Program, Error> {
    let scripts = venv::scripts(places.root);
    let parent = file.parent().unwrap_or(&file);
    let within = parent == scripts || found == Found::ByPath && os::same_file(parent, &scripts);
    if !within && places.foreign == Foreign::Allowed {
        return Ok(Program::plain(file, argv));
    }
    let name = file.file_name().unwrap_or_default();
    if within && is_interpreter(name) {
        let python = python::checked(scripts.join(name), places)?;
        return match python.stand_in {
            Some(_) => python.with(argv.into_iter().skip(1).collect(), places),
            None => Ok(Program::own(file, argv)),
        };
    }
    if !os::STARTS_SCRIPTS {
        let script = script_beside(&file).filter(|_| within);
        let file = script.unwrap_or_else(|| file.clone());
        if is_python_source(file.as_os_str()) {
            return by_own_python(file, argv, Vec::new(), places);
        }
    }
    // What cannot be read may still be run, and will say itself what is wrong with it.
    match starter::of(&file) {
        Ok(Starter::Python(interpreter)) if starter::is_of(&interpreter.path, &scripts) => {
            by_this_python(file, argv, interpreter, within, places)
        }
        Ok(Starter::Python(interpreter)) if within => {
            by_own_instead(file, argv, interpreter, places)
        }
        Ok(Starter::Python(interpreter)) => by_another(file, argv, interpreter, found, places),
        Ok(Starter::Nearest(flags)) => by_nearest(file, argv, flags, places),
        Ok(Starter::Shim(manager)) if found == Found::ByName => {
            let what = format!("is {manager}'s shim, which runs a Python without an environment");
            Err(absent::foreign(&file, &what, places))
        }
        _ => Ok(Program::plain(file, argv)),
    }
}

/// A script that names a Python of this environment: the kernel starts it, where it can.
fn by_this_python(
    file: PathBuf,
    argv: Vec<OsString>,
    interpreter: Interpreter,
    within: bool,
    places: &Places<'_>,
) -> Result<Program, Error> {
    let Interpreter {
        path,
        flags,
        reading,
    } = interpreter;
    if !path.exists() || reading == Reading::Spoilt && within {
        return by_own_python(file, argv, flags, places);
    }
    match python::checked(path, places)?.stand_in {
        Some(_) => by_own_python(file, argv, flags, places),
        None => Ok(Program::own(file, argv)),
    }
}

/// A script of this environment that names another's Python, which was its own where it was made.
fn by_own_instead(
    file: PathBuf,
    argv: Vec<OsString>,
    interpreter: Interpreter,
    places: &Places<'_>,
) -> Result<Program, Error> {
    if leads_out(&file, &venv::scripts(places.root)) {
        return Ok(Program::plain(file, argv));
    }
    let program = by_own_python(file, argv, interpreter.flags, places)?;
    Ok(Program {
        runner: Runner::OwnInstead,
        ..program
    })
}

/// A script that takes the first Python on PATH, which is this environment's. Where that is lost, the next one there
/// would run it.
fn by_nearest(
    file: PathBuf,
    argv: Vec<OsString>,
    flags: Vec<OsString>,
    places: &Places<'_>,
) -> Result<Program, Error> {
    match python::find("python".as_ref(), places)?.stand_in {
        Some(_) => by_own_python(file, argv, flags, places),
        None => Ok(Program::own(file, argv)),
    }
}

/// The script that setuptools' and conda's launchers start, which is a file of its own: `tool-script.py` for
/// `tool.exe`.
fn script_beside(program: &Path) -> Option<PathBuf> {
    let mut name = program.file_stem()?.to_owned();
    name.push("-script.py");
    Some(program.with_file_name(name)).filter(|script| script.is_file())
}

/// Whether `file`, in the scripts directory, is a link to something elsewhere: a person put it there, and
/// it is what it leads to.
fn leads_out(file: &Path, scripts: &Path) -> bool {
    if fs::read_link(file).is_err() {
        return false;
    }
    let end = dunce::canonicalize(file).unwrap_or_default();
    end.parent().is_none_or(|dir| !os::same_file(dir, scripts))
}

/// Whatever Python a script of this environment names, this environment's is meant: nothing else in it is
/// for another. Called as the kernel would call it.
fn by_own_python(
    file: PathBuf,
    argv: Vec<OsString>,
    flags: Vec<OsString>,
    places: &Places<'_>,
) -> Result<Program, Error> {
    let python = python::find("python".as_ref(), places)?;
    let args = flags.into_iter().chain([file.into()]);
    let args = args.chain(argv.into_iter().skip(1));
    python.with(args.collect(), places)
}

/// A script that names a Python outside this environment.
fn by_another(
    file: PathBuf,
    argv: Vec<OsString>,
    interpreter: Interpreter,
    found: Found,
    places: &Places<'_>,
) -> Result<Program, Error> {
    let Interpreter { path, flags, .. } = interpreter;
    // A shim of vrun's would start this environment's.
    if itself::is_shim(&path, places.own.as_deref()) {
        return by_own_python(file, argv, flags, places);
    }
    // The system says best what is not there.
    if !path.exists() {
        return Ok(Program::plain(file, argv));
    }
    let whose = match environment(&path) {
        Some(root) => format!("the environment {}", shown(root)),
        None if found == Found::ByPath => shown(&path),
        None => {
            let what = format!("runs with {}, which has no environment", shown(&path));
            return Err(absent::foreign(&file, &what, places));
        }
    };
    let remark = format!(
        "{} runs with {whose}, and does not see the packages of {}",
        shown(&file),
        shown(places.root)
    );
    Ok(Program {
        remarks: vec![remark],
        ..Program::plain(file, argv)
    })
}

/// The environment that an interpreter belongs to: its pyvenv.cfg lies beside it or one above (PEP 405).
fn environment(interpreter: &Path) -> Option<&Path> {
    let mut above = interpreter.ancestors().skip(1).take(2);
    above.find(|dir| dir.join(venv::MARKER).is_file())
}

/// What to type so that a program of that name comes into the environment.
pub fn install(name: &str, call: &str, places: &Places<'_>) -> String {
    let scripts = venv::scripts(places.root);
    if scripts.join(format!("pip{}", os::EXE)).exists() {
        return format!("`{call} pip install {}`", typed(name));
    }
    if absent::has_pip_without_script(places) {
        return format!("`{call} -m pip install {}`", typed(name));
    }
    let pip = venv::adding_pip(places.root, call);
    format!("{pip}, then `{call} pip install {}`", typed(name))
}
