//! What was asked to run -> the file that runs and its arguments, or why nothing can (126, 127).

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::error::Error;
use crate::venv;

use super::context::ResolveContext;
use super::lookup::{find_at_path, find_on_path, is_dangling_python, is_in};
use super::model::{ForeignPolicy, Invocation, Program};
use super::python_names::{has_separator, is_python_name, is_python_or_pip, is_python_source};
use super::script_policy::{self, FoundBy};
use super::{not_found, python, shell_line, shim, warnings};

/// The program that `ask` means, with `args` for it.
///
/// # Errors
/// There is none (127), or it cannot be run (126).
pub(crate) fn resolve_program(
    ask: Invocation,
    args: Vec<OsString>,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let mut program = resolve_invocation(ask, args, places)?;
    warnings::add_warnings(&mut program, places);
    Ok(program)
}

fn resolve_invocation(
    ask: Invocation,
    args: Vec<OsString>,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    match ask {
        Invocation::Module(module) => run_env_python(
            [OsString::from("-m"), module].into_iter().chain(args),
            places,
        ),
        Invocation::ShellLine(line) => shell_line::resolve_line(line, args, places),
        Invocation::Script(file) if !Path::new(&file).exists() => {
            Err(not_found::file_not_found(&file))
        }
        Invocation::Script(file) => {
            run_env_python([file_argument(file)].into_iter().chain(args), places)
        }
        Invocation::Command(name) if is_python_file(&name, places) => {
            run_env_python([file_argument(name)].into_iter().chain(args), places)
        }
        Invocation::Command(name) => resolve_command(name, args, places),
        Invocation::Shim(name) => shim::resolve_shim(name, args, places),
    }
}

/// What `find` will say once the environment is there, as far as can be told before.
///
/// # Errors
/// The shell of a line is not there.
pub(crate) fn predict_program(
    ask: Invocation,
    args: Vec<OsString>,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let python = venv::python_path(places.root);
    let (file, own) = match ask {
        Invocation::ShellLine(line) => return shell_line::resolve_shell(&line, args, places),
        Invocation::Module(module) => (python, vec![OsString::from("-m"), module]),
        Invocation::Script(file) => (python, vec![file]),
        Invocation::Command(name) if is_python_file(&name, places) => (python, vec![name]),
        Invocation::Command(name) if has_separator(&name) => (name.into(), Vec::new()),
        Invocation::Command(name) | Invocation::Shim(name) if is_python_or_pip(&name) => {
            (venv::scripts_dir(places.root).join(name), Vec::new())
        }
        Invocation::Command(name) | Invocation::Shim(name) => (
            find_on_path(&name, places.path, places).unwrap_or_else(|| name.into()),
            Vec::new(),
        ),
    };
    let argv = [file.clone().into()]
        .into_iter()
        .chain(own)
        .chain(args)
        .collect();
    Ok(Program::new(file, argv))
}

/// A file's name as Python takes it for one, and not for an option.
fn file_argument(name: OsString) -> OsString {
    if name.as_encoded_bytes().starts_with(b"-") {
        return Path::new(".").join(name).into();
    }
    name
}

fn run_env_python(
    args: impl Iterator<Item = OsString>,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    python::find_env_python(OsStr::new("python"), places)?.into_program(args.collect(), places)
}

/// Whether `name` is a Python file to be run by the environment's Python: it is there, and it is not the
/// name of a program in the environment (some tools install theirs with the ending).
pub(super) fn is_python_file(name: &OsStr, places: &ResolveContext<'_>) -> bool {
    let program = || {
        let scripts = venv::scripts_dir(places.root);
        !has_separator(name) && find_on_path(name, scripts.as_os_str(), places).is_some()
    };
    is_python_source(name) && Path::new(name).is_file() && !program()
}

pub(super) fn resolve_command(
    name: OsString,
    args: Vec<OsString>,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let (file, found) = if has_separator(&name) {
        match find_at_path(&name) {
            Err(_) if is_dangling_python(&name, places) => {
                let own = Path::new(&name).file_name().unwrap_or_default();
                return python::find_env_python(own, places)?.into_program(args, places);
            }
            file => (file?, FoundBy::Path),
        }
    } else if is_python_or_pip(&name) && places.foreign == ForeignPolicy::Refused {
        let python = python::find_env_python(&name, places)?;
        if is_python_name(&name) {
            // An interpreter looks a bare argv[0] up on PATH again, and may find another than this one there.
            return python.into_program(args, places);
        }
        (python.path, FoundBy::Name)
    } else {
        let file = find_on_path(&name, places.path, places);
        let file = file.ok_or_else(|| not_found::program_not_found(&name, places))?;
        (file, FoundBy::Name)
    };
    if is_python_name(&name) && is_in(&venv::scripts_dir(places.root), &file) {
        return python::check_python(file, places)?.into_program(args, places);
    }
    let argv = [name].into_iter().chain(args).collect();
    script_policy::apply_policy(file, argv, found, places)
}
