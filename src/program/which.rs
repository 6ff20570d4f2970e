//! A name -> the files that it leads to, the one that would run first, each with what there is to say of it. `find`
//! is asked, so that the answer is what running would come to.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::{os, venv};

use super::context::ResolveContext;
use super::lookup::{all_on_path, find_at_path, find_on_path, is_in};
use super::model::{ForeignPolicy, Invocation, Program};
use super::python_names::{has_separator, is_python_name, is_python_or_pip};
use super::resolve::{is_python_file, resolve_program};
use super::script_policy::{self, FoundBy};

/// A file, and what a person should know of it.
#[derive(Debug)]
pub(crate) struct WhichMatch {
    /// The file.
    pub file: PathBuf,
    /// Where it lies, and what would become of it.
    pub description: String,
}

/// What would run: of a name the file that bears it; of a module or a Python file the Python; of a Python that is
/// lost what stands in for it.
///
/// # Errors
/// As `find`.
pub(crate) fn first_match(
    ask: &Invocation,
    places: &ResolveContext<'_>,
) -> Result<WhichMatch, Error> {
    let program = resolve_program(ask.clone(), Vec::new(), places)?;
    let stands_in = program.substitute.is_some();
    let by_name = |name: &OsStr| {
        let own = Path::new(name).file_name().unwrap_or_default();
        !(is_python_file(name, places) || stands_in && is_python_name(own))
    };
    let bearer = match ask {
        Invocation::Command(name) if by_name(name) && has_separator(name) => {
            find_at_path(name).ok()
        }
        Invocation::Command(name) if by_name(name) => find_on_path(name, places.path, places),
        _ => None,
    };
    let file = bearer.unwrap_or_else(|| program.file.clone());
    let why = describe_location(&file, &program.warnings, places);
    Ok(WhichMatch {
        file,
        description: why,
    })
}

/// The others that bear the name, whether they would run or not.
pub(crate) fn other_matches(
    ask: &Invocation,
    first: Option<&Path>,
    places: &ResolveContext<'_>,
) -> Vec<WhichMatch> {
    let name = match ask {
        Invocation::Command(name) if !is_python_file(name, places) && !has_separator(name) => name,
        _ => return Vec::new(),
    };
    let mut seen: BTreeSet<_> = first.iter().map(|file| file.to_path_buf()).collect();
    let files = all_on_path(name, places.path, places);
    let others = files.filter(|file| seen.insert(file.clone())).map(|file| {
        let why = describe_location(&file, &outcome_notes(&file, name, places), places);
        WhichMatch {
            file,
            description: why,
        }
    });
    others.collect()
}

/// What there is to say of running that very file by its name.
fn outcome_notes(file: &Path, name: &OsString, places: &ResolveContext<'_>) -> Vec<String> {
    let within = is_in(&venv::scripts_dir(places.root), file);
    if is_python_or_pip(name) && !within && places.foreign == ForeignPolicy::Refused {
        return vec!["never runs for this name but with --outside".to_owned()];
    }
    match script_policy::apply_policy(file.to_owned(), vec![name.clone()], FoundBy::Name, places) {
        Ok(Program {
            warnings: remarks, ..
        }) => remarks,
        Err(error) => vec![format!("refused: {}", error.causes().join("; "))],
    }
}

fn describe_location(file: &Path, remarks: &[String], places: &ResolveContext<'_>) -> String {
    // A path may have been typed in any of its ways.
    let scripts = venv::scripts_dir(places.root);
    let is_within = file
        .parent()
        .is_some_and(|dir| os::is_same_file(dir, &scripts));
    let place = if is_within {
        "in the environment"
    } else {
        "outside the environment"
    };
    let said = [place]
        .into_iter()
        .chain(remarks.iter().map(String::as_str));
    said.collect::<Vec<_>>().join("; ")
}
