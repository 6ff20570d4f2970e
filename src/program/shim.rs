//! vrun under another name -> the program of that name: the environment's, or, where it has none, the next on PATH
//! that is no shim.
//!
//! That next one may be another manager's shim, which looks the name up in its turn and comes upon vrun's again. So
//! before a shim hands on to a program elsewhere it leaves word in a variable: which process handed on, how often,
//! and by what name. A process that becomes a program keeps its number, so what it starts takes the word for
//! none. vrun, reached so, takes a closer look at what it finds.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::error::{Error, Exit, shown};
use crate::os;
use crate::venv;

use super::{Places, Program, command, is_in};

/// The variable.
pub const WORD: &str = "VRUN_HANDED_ON";

/// The program called `name`, with `args` for it.
///
/// # Errors
/// There is none (127), it cannot be run (126), or it has led back here.
pub fn find(name: OsString, args: Vec<OsString>, places: &Places<'_>) -> Result<Program, Error> {
    let program =
        command(name.clone(), args, places).map_err(|error| told(error, &name, places))?;
    let is_here = is_in(&venv::scripts(places.root), &program.file);
    if is_here || program.stand_in.is_some() {
        return Ok(program);
    }
    match word(&name, places.word, os::line_of_processes()) {
        Some(word) => Ok(Program {
            word: Some(word),
            ..program
        }),
        None => Err(told(circle(&name, &program.file, places), &name, places)),
    }
}

/// The word to leave; None where it has been left too often.
fn word(name: &OsStr, before: Option<&OsStr>, process: u32) -> Option<OsString> {
    let turns = before.and_then(|word| turns(word.to_str()?, name.to_str()?, process));
    let turns = turns.unwrap_or(0) + 1;
    let mut word = OsString::from(format!("{process} {turns} "));
    word.push(name);
    Some(word).filter(|_| turns <= os::TURNS)
}

/// Whether this very process was a shim before, and handed on.
pub fn has_handed_on(word: Option<&OsStr>) -> bool {
    let process = word.and_then(|word| word.to_str()?.split(' ').next()?.parse().ok());
    process.is_some_and(|process: u32| process == os::line_of_processes())
}

/// How often this process has handed on by that name.
fn turns(word: &str, name: &str, process: u32) -> Option<u32> {
    let mut parts = word.splitn(3, ' ');
    let is_ours = parts.next()?.parse() == Ok(process);
    let turns = parts.next()?.parse().ok()?;
    (is_ours && parts.next()? == name).then_some(turns)
}

fn circle(name: &OsStr, file: &Path, places: &Places<'_>) -> Error {
    let (what, root) = (shown(name), shown(places.root));
    Error::not_found(format!("no program named `{what}` in {root} or on PATH"))
        .cause(format_args!("{} leads back to vrun", shown(file)))
}

/// Who asks for a program that is not there may not know that it is vrun that looks.
fn told(error: Error, name: &OsStr, places: &Places<'_>) -> Error {
    match &places.own {
        Some(own) if error.exit == Exit::NotFound => error.cause(format_args!(
            "{} was called as `{}`, and runs what goes by that name",
            shown(own),
            shown(name)
        )),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_hand_on_a_few_times_by_one_name() {
        let next = |before: &str| word("pytest".as_ref(), Some(before.as_ref()), 7);
        let first = word("pytest".as_ref(), None, 7);
        assert_eq!(first, Some("7 1 pytest".into()));
        assert_eq!(next("7 1 pytest"), Some("7 2 pytest".into()));
        assert_eq!(next(&format!("7 {} pytest", os::TURNS)), None);
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
