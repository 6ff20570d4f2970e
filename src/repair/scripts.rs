//! Scripts that are listed as installed and not there -> written again, each with what its entry point says.

use std::collections::HashMap;
use std::path::PathBuf;

use super::{Case, unwritten};
use crate::create;
use crate::error::{Error, shown};
use crate::venv::{self, Missing};

/// Writes what an installer would have written. Whether there was anything to be written.
///
/// # Errors
/// It cannot be written.
pub fn bring_back(case: &Case<'_>) -> Result<bool, Error> {
    let python = venv::python(case.root);
    let text = |missing: Missing| {
        let text = create::calling(missing.target.as_deref()?, &python)?;
        Some((missing.file, text))
    };
    let missing = venv::missing(case.root)
        .into_iter()
        .filter(Missing::is_writable);
    let texts: HashMap<PathBuf, Vec<u8>> = missing.filter_map(text).collect();
    if texts.is_empty() {
        return Ok(false);
    }
    create::update_records(case.root, &texts)
        .map_err(|(file, error)| unwritten(case.root, &file, &error))?;
    for (file, text) in &texts {
        create::write_script(file, text).map_err(|error| unwritten(case.root, file, &error))?;
    }
    let mut names: Vec<_> = texts
        .keys()
        .map(|file| shown(file.file_name().unwrap_or_default()))
        .collect();
    names.sort();
    let (names, verb) = (
        names.join(", "),
        if texts.len() == 1 { "is" } else { "are" },
    );
    case.voice.tell(format_args!(
        "{names} {verb} in {} again",
        shown(venv::scripts(case.root))
    ));
    Ok(true)
}
