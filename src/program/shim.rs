//! vrun under another name -> the program of that name: the environment's, or, where it has none, the next on PATH
//! that is no shim.
//!
//! That next one may be another manager's shim, which looks the name up in its turn and comes upon vrun's again. So
//! before a shim hands on to a program elsewhere it leaves word in a variable: which process handed on, how often,
//! and by what name. A process that becomes a program keeps its number, so what it starts takes the word for
//! none. vrun, reached so, takes a closer look at what it finds.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::error::{Error, ErrorKind};
use crate::quote::printable;
use crate::{os, venv};

use super::context::ResolveContext;
use super::lookup::is_in;
use super::model::Program;
use super::resolve::resolve_command;

/// The variable.
pub(crate) const HANDOFF_VAR: &str = "VRUN_HANDED_ON";

/// The program called `name`, with `args` for it.
///
/// # Errors
/// There is none (127), it cannot be run (126), or it has led back here.
pub(super) fn resolve_shim(
    name: OsString,
    args: Vec<OsString>,
    places: &ResolveContext<'_>,
) -> Result<Program, Error> {
    let program = resolve_command(name.clone(), args, places)
        .map_err(|error| explain_shim(error, &name, places))?;
    let is_here = is_in(&venv::scripts_dir(places.root), &program.file);
    if is_here || program.substitute.is_some() {
        return Ok(program);
    }
    match next_handoff(&name, places.handoff, os::process_chain_id()) {
        Some(word) => Ok(Program {
            handoff: Some(word),
            ..program
        }),
        None => Err(explain_shim(
            shim_loop_error(&name, &program.file, places),
            &name,
            places,
        )),
    }
}

/// The word to leave; None where it has been left too often.
fn next_handoff(name: &OsStr, before: Option<&OsStr>, process: u32) -> Option<OsString> {
    let turns = before.and_then(|word| count_handoffs(word.to_str()?, name.to_str()?, process));
    let turns = turns.unwrap_or(0) + 1;
    let mut word = OsString::from(format!("{process} {turns} "));
    word.push(name);
    Some(word).filter(|_| turns <= os::MAX_HANDOFFS)
}

/// Whether this very process was a shim before, and handed on.
pub(super) fn has_handed_off(word: Option<&OsStr>) -> bool {
    let process = word.and_then(|word| word.to_str()?.split(' ').next()?.parse().ok());
    process.is_some_and(|process: u32| process == os::process_chain_id())
}

/// How often this process has handed on by that name.
fn count_handoffs(word: &str, name: &str, process: u32) -> Option<u32> {
    let mut parts = word.splitn(3, ' ');
    let is_ours = parts.next()?.parse() == Ok(process);
    let turns = parts.next()?.parse().ok()?;
    (is_ours && parts.next()? == name).then_some(turns)
}

fn shim_loop_error(name: &OsStr, file: &Path, places: &ResolveContext<'_>) -> Error {
    let (what, root) = (printable(name), printable(places.root));
    Error::not_found(format!("no program named `{what}` in {root} or on PATH"))
        .with_cause(format_args!("{} leads back to vrun", printable(file)))
}

/// Who asks for a program that is not there may not know that it is vrun that looks.
fn explain_shim(error: Error, name: &OsStr, places: &ResolveContext<'_>) -> Error {
    match &places.self_exe {
        Some(own) if error.kind() == ErrorKind::NotFound => error.with_cause(format_args!(
            "{} was called as `{}`, and runs what goes by that name",
            printable(own),
            printable(name)
        )),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_hand_on_a_few_times_by_one_name() {
        let next = |before: &str| next_handoff("pytest".as_ref(), Some(before.as_ref()), 7);
        let first = next_handoff("pytest".as_ref(), None, 7);
        assert_eq!(first, Some("7 1 pytest".into()));
        assert_eq!(next("7 1 pytest"), Some("7 2 pytest".into()));
        assert_eq!(next(&format!("7 {} pytest", os::MAX_HANDOFFS)), None);
        for others in [
            "8 5 pytest",
            "7 5 mypy",
            "7 pytest",
            "",
            "7 x pytest",
            "7 5",
        ] {
            assert_eq!(next(others), first, "{others}");
        }
    }
}
