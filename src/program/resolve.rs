//! An invocation -> the file that runs and its arguments, or why nothing can (126, 127).

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::error::Error;
use crate::os;

use super::context::ResolveContext;
use super::lookup::{find_at_path, is_in};
use super::model::{ForeignPolicy, Invocation, Program};
use super::python_names::{has_separator, is_python_name, is_python_or_pip, is_python_source};
use super::script_policy::{FoundBy, FoundProgram};
use super::{missing_python, not_found, shell, shim, warnings};

/// The program that `invocation` means, with `args`.
///
/// # Errors
/// There is none (127), or it cannot be run (126).
pub(crate) fn resolve_program(
    invocation: Invocation,
    args: Vec<OsString>,
    context: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let mut program = match invocation {
        Invocation::Module(module) => run_env_python(vec!["-m".into(), module], args, context),
        Invocation::ShellLine(line) => shell::resolve_line(line, args, context),
        Invocation::Script(file) if !Path::new(&file).exists() => {
            Err(not_found::file_not_found(&file))
        }
        Invocation::Script(file) => run_env_python(vec![file_argument(file)], args, context),
        Invocation::Command(name) if is_python_file(&name, context) => {
            run_env_python(vec![file_argument(name)], args, context)
        }
        Invocation::Command(name) => resolve_command(name, args, context),
        Invocation::Shim(name) => {
            shim::hand_off(&name, resolve_command(name.clone(), args, context), context)
        }
    }?;
    warnings::add_warnings(&mut program, context);
    Ok(program)
}

/// Prefixes `./` to a file name that Python would take for an option.
fn file_argument(name: OsString) -> OsString {
    if name.as_encoded_bytes().starts_with(b"-") {
        return Path::new(".").join(name).into();
    }
    name
}

fn run_env_python(
    mut first_args: Vec<OsString>,
    args: Vec<OsString>,
    context: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let name = match first_args.first() {
        Some(file) => python_for(file, context),
        None => "python",
    };
    first_args.extend(args);
    missing_python::find_env_python(name.as_ref(), context)?.into_program(first_args, context)
}

/// On Windows a `.pyw` file has no console (PEP 397).
fn python_for(file: &OsStr, context: &ResolveContext<'_>) -> &'static str {
    let has_windows = |end: &OsStr| end.eq_ignore_ascii_case("pyw");
    match os::WINDOWED_PYTHON {
        Some(name) if Path::new(file).extension().is_some_and(has_windows) => {
            let program = format!("{name}{}", os::EXE_SUFFIX);
            let is_there = context.scripts_dir().join(program).is_file();
            if is_there { name } else { "python" }
        }
        _ => "python",
    }
}

/// Whether `name` is a file for the environment's Python: it exists, and is not the name of a program in the environment
/// (some tools install theirs as `tool.py`).
pub(super) fn is_python_file(name: &OsStr, context: &ResolveContext<'_>) -> bool {
    let is_env_program = || {
        let scripts = context.scripts_dir();
        !has_separator(name) && context.find_on_path(name, scripts.as_os_str()).is_some()
    };
    is_python_source(name) && Path::new(name).is_file() && !is_env_program()
}

fn resolve_command(
    name: OsString,
    args: Vec<OsString>,
    context: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let (file, found_by) = if has_separator(&name) {
        match find_at_path(&name) {
            Some(file) => (file, FoundBy::Path),
            None if context.is_dangling_python(&name) => {
                let name = Path::new(&name).file_name().unwrap_or_default();
                return missing_python::find_env_python(name, context)?.into_program(args, context);
            }
            None => return Err(not_found::file_not_runnable(&name)),
        }
    } else if is_python_or_pip(&name) && context.foreign == ForeignPolicy::Refused {
        let python = missing_python::find_env_python(&name, context)?;
        if is_python_name(&name) {
            // An interpreter looks a bare argv[0] up on PATH again, and may find a different file there.
            return python.into_program(args, context);
        }
        (python.path, FoundBy::Name)
    } else {
        match context.find_on_path(&name, context.path) {
            Some(file) => (file, FoundBy::Name),
            None => return Err(not_found::program_not_found(&name, context)),
        }
    };
    if is_python_name(&name) && is_in(&context.scripts_dir(), &file) {
        return missing_python::check_python(file, context)?.into_program(args, context);
    }
    let argv = [name].into_iter().chain(args).collect();
    let found = FoundProgram {
        file,
        argv,
        found_by,
        context,
    };
    found.apply_policy()
}
