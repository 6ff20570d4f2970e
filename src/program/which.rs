//! A name -> the files that it leads to, the one that would run first, each with what there is to say of it. `find`
//! is asked, so that the answer is what running would come to.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::os;
use crate::venv;

use super::whose::{self, Found};
use super::{
    Ask, Foreign, Places, Program, at_path, belongs_to_python, candidates, find, has_separator,
    is_in, is_interpreter, is_python_file, lookup,
};

/// A file, and what a person should know of it.
#[derive(Debug)]
pub struct Candidate {
    /// The file.
    pub file: PathBuf,
    /// Where it lies, and what would become of it.
    pub why: String,
}

/// What would run: of a name the file that bears it; of a module or a Python file the Python; of a Python that is
/// lost what stands in for it.
///
/// # Errors
/// As `find`.
pub fn first(ask: &Ask, places: &Places<'_>) -> Result<Candidate, Error> {
    let program = find(ask.clone(), Vec::new(), places)?;
    let stands_in = program.stand_in.is_some();
    let by_name = |name: &OsStr| {
        let own = Path::new(name).file_name().unwrap_or_default();
        !(is_python_file(name, places) || stands_in && is_interpreter(own))
    };
    let bearer = match ask {
        Ask::Command(name) if by_name(name) && has_separator(name) => at_path(name).ok(),
        Ask::Command(name) if by_name(name) => lookup(name, places.path, places),
        _ => None,
    };
    let file = bearer.unwrap_or_else(|| program.file.clone());
    let why = why(&file, &program.remarks, places);
    Ok(Candidate { file, why })
}

/// The others that bear the name, whether they would run or not.
pub fn others(ask: &Ask, first: Option<&Path>, places: &Places<'_>) -> Vec<Candidate> {
    let name = match ask {
        Ask::Command(name) if !is_python_file(name, places) && !has_separator(name) => name,
        _ => return Vec::new(),
    };
    let mut seen: BTreeSet<_> = first.iter().map(|file| file.to_path_buf()).collect();
    let files = candidates(name, places.path, places);
    let others = files.filter(|file| seen.insert(file.clone())).map(|file| {
        let why = why(&file, &verdict(&file, name, places), places);
        Candidate { file, why }
    });
    others.collect()
}

/// What there is to say of running that very file by its name.
fn verdict(file: &Path, name: &OsString, places: &Places<'_>) -> Vec<String> {
    let within = is_in(&venv::scripts(places.root), file);
    if belongs_to_python(name) && !within && places.foreign == Foreign::Refused {
        return vec!["never runs for this name but with --outside".to_owned()];
    }
    match whose::settled(file.to_owned(), vec![name.clone()], Found::ByName, places) {
        Ok(Program { remarks, .. }) => remarks,
        Err(error) => vec![format!("refused: {}", error.causes().join("; "))],
    }
}

fn why(file: &Path, remarks: &[String], places: &Places<'_>) -> String {
    // A path may have been typed in any of its ways.
    let scripts = venv::scripts(places.root);
    let is_within = file
        .parent()
        .is_some_and(|dir| os::same_file(dir, &scripts));
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
