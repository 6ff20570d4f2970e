//! What is known of a program before its environment exists.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::error::Error;
use crate::venv;

use super::context::ResolveContext;
use super::lookup::find_at_path;
use super::model::{Invocation, Program};
use super::python_names::{has_separator, is_python_or_pip, is_python_source};
use super::resolve::is_python_file;
use super::{not_found, shell};

/// What [`resolve_program`](super::resolve_program) will return once the environment exists, as far as that is known before.
///
/// # Errors
/// The shell of a line does not exist.
pub(crate) fn predict_program(
    invocation: Invocation,
    args: Vec<OsString>,
    context: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let python = venv::python_path(context.root);
    let (file, first_args) = match invocation {
        Invocation::ShellLine(line) => return shell::resolve_shell(&line, args, context),
        Invocation::Module(module) => (python, vec![OsString::from("-m"), module]),
        Invocation::Script(file) => (python, vec![file]),
        Invocation::Command(name) if is_python_file(&name, context) => (python, vec![name]),
        Invocation::Command(name) if has_separator(&name) => (name.into(), Vec::new()),
        Invocation::Command(name) | Invocation::Shim(name) if is_python_or_pip(&name) => {
            (context.scripts_dir().join(name), Vec::new())
        }
        Invocation::Command(name) | Invocation::Shim(name) => {
            let found = context.find_on_path(&name, context.path);
            (found.unwrap_or_else(|| name.into()), Vec::new())
        }
    };
    let mut argv = vec![file.clone().into()];
    argv.extend(first_args);
    argv.extend(args);
    Ok(Program::new(file, argv))
}

/// Checks that `invocation` can succeed once there is an environment at `root`.
///
/// # Errors
/// It names a file that does not exist, or cannot be run.
pub(crate) fn check_invocation(
    invocation: &Invocation,
    root: &Path,
    path: Option<&OsStr>,
) -> Result<(), Error> {
    let Invocation::Command(name) = invocation else {
        return Ok(());
    };
    let env_name = root.file_name().unwrap_or_default();
    let is_in_env = Path::new(name).iter().any(|part| part == env_name);
    let is_source = is_python_source(name);
    if has_separator(name) && !is_in_env {
        let is_there = is_source && Path::new(name).is_file() || find_at_path(name).is_some();
        return is_there
            .then_some(())
            .ok_or_else(|| not_found::file_not_runnable(name));
    }
    let is_there = || {
        Path::new(name).exists()
            || ::which::which_in_global(name, path).is_ok_and(|mut files| files.next().is_some())
    };
    if is_source && !is_in_env && !is_there() {
        return Err(not_found::file_not_found(name).with_hint(
            "if a package has a program of this name, `vrun --create` first creates the environment",
        ));
    }
    Ok(())
}
