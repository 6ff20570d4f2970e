//! A name -> the matching files, starting with the one that would run, each with a description. [`resolve_program`]
//! decides which one would run.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::Error;

use super::context::ResolveContext;
use super::lookup::{find_at_path, is_in};
use super::model::{ForeignPolicy, Invocation};
use super::python_names::{has_separator, is_python_name, is_python_or_pip};
use super::resolve::{is_python_file, resolve_program};
use super::script_interpreter::is_in_scripts_dir;
use super::script_policy::{FoundBy, FoundProgram};

#[derive(Debug)]
pub(crate) struct WhichMatch {
    pub file: PathBuf,
    /// Where it is, and what happens when it runs.
    pub description: String,
}

impl WhichMatch {
    fn new(file: PathBuf, notes: &[String], context: &ResolveContext<'_>) -> WhichMatch {
        // The same path can be typed in several ways.
        let place = match is_in_scripts_dir(&file, &context.scripts_dir()) {
            true => "in the environment",
            false => "outside the environment",
        };
        let mut description = place.to_owned();
        for note in notes {
            description.push_str("; ");
            description.push_str(note);
        }
        WhichMatch { file, description }
    }
}

/// What would run: for a name the file of that name; for a module or a Python file the Python; for a missing Python its
/// substitute.
///
/// # Errors
/// As [`resolve_program`].
pub(crate) fn first_match(
    invocation: &Invocation,
    context: &ResolveContext<'_>,
) -> Result<WhichMatch, Error> {
    let program = resolve_program(invocation.clone(), Vec::new(), context)?;
    let named = match invocation {
        Invocation::Command(name) if is_python_file(name, context) => None,
        Invocation::Command(name)
            if program.substitute.is_some()
                && Path::new(name).file_name().is_some_and(is_python_name) =>
        {
            None
        }
        Invocation::Command(name) if has_separator(name) => find_at_path(name),
        Invocation::Command(name) => context.find_on_path(name, context.path),
        _ => None,
    };
    let file = named.unwrap_or(program.file);
    Ok(WhichMatch::new(file, &program.warnings, context))
}

/// The other files of that name, whether they would run or not.
pub(crate) fn other_matches(
    invocation: &Invocation,
    first: Option<&Path>,
    context: &ResolveContext<'_>,
) -> Vec<WhichMatch> {
    let name = match invocation {
        Invocation::Command(name) if !is_python_file(name, context) && !has_separator(name) => name,
        _ => return Vec::new(),
    };
    let mut seen: BTreeSet<_> = first.map(Path::to_path_buf).into_iter().collect();
    context
        .all_on_path(name, context.path)
        .filter(|file| seen.insert(file.clone()))
        .map(|file| WhichMatch::new(file.clone(), &run_notes(file, name, context), context))
        .collect()
}

/// Notes on what would happen if this file ran under its name.
fn run_notes(file: PathBuf, name: &OsString, context: &ResolveContext<'_>) -> Vec<String> {
    let is_within = is_in(&context.scripts_dir(), &file);
    if is_python_or_pip(name) && !is_within && context.foreign == ForeignPolicy::Refused {
        return vec!["never runs under this name without --outside".to_owned()];
    }
    let found = FoundProgram {
        file,
        argv: vec![name.clone()],
        found_by: FoundBy::Name,
        context,
    };
    match found.apply_policy() {
        Ok(program) => program.warnings,
        Err(error) => vec![format!("refused: {}", error.causes().join("; "))],
    }
}
