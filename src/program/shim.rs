//! vrun under another name -> the program of that name: the one in the environment, or if it has none, the next one on
//! PATH that is not a shim.

use std::ffi::{OsStr, OsString};

use crate::error::{Error, ErrorKind};
use crate::os;
use crate::quote::printable;

use super::context::ResolveContext;
use super::handoff;
use super::lookup::is_in;
use super::model::Program;

/// The program that was found for the shim `name`, marked if it is outside the environment.
///
/// # Errors
/// There is none (127), it cannot be run (126), or it has led back here.
pub(super) fn hand_off(
    name: &OsStr,
    found: Result<Program, Error>,
    context: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let program = found.map_err(|error| explain_shim(error, name, context))?;
    if is_in(&context.scripts_dir(), &program.file) || program.substitute.is_some() {
        return Ok(program);
    }
    let handoff = handoff::next_handoff(name, context.handoff, os::process_chain_id());
    if handoff.is_some() {
        return Ok(Program { handoff, ..program });
    }
    let (what, root) = (printable(name), printable(context.root));
    let error =
        Error::not_found(format!("no program named `{what}` in {root} or on PATH")).with_cause(
            format_args!("{} leads back to vrun", printable(&program.file)),
        );
    Err(explain_shim(error, name, context))
}

/// The next program of the shim's `name` on `context.path`, as pyenv's and mise's shims run it outside of projects.
///
/// # Errors
/// There is none, or it has led back here (127).
pub(crate) fn pass_on(
    name: OsString,
    args: Vec<OsString>,
    context: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let found = context.find_on_path(&name, context.path).ok_or_else(|| {
        Error::not_found(format!("no program named `{}` on PATH", printable(&name))).with_cause(
            "there is no Python project here, so a shim runs the next program of its name",
        )
    });
    let argv = [name.clone()].into_iter().chain(args).collect();
    hand_off(&name, found.map(|file| Program::new(file, argv)), context)
}

/// The user may not know that it is vrun that looked.
fn explain_shim(error: Error, name: &OsStr, context: &ResolveContext<'_>) -> Error {
    match &context.self_exe {
        Some(self_exe) if error.kind() == ErrorKind::NotFound => error.with_cause(format_args!(
            "{} was called as `{}`, and runs the program of that name",
            printable(self_exe),
            printable(name)
        )),
        _ => error,
    }
}
