//! Scripts that are listed as installed and not there -> written again, each with what its entry point says.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::error::Error;
use crate::fs::write_script;
use crate::quote::printable;
use crate::venv::{self, MissingScript};
use crate::wheel;

use super::errors::write_error;
use super::input::RepairInput;

/// Writes what an installer would have written. Whether there was anything to be written.
///
/// # Errors
/// It cannot be written.
pub(super) fn restore_missing_scripts(case: &RepairInput<'_>) -> Result<bool, Error> {
    let python = venv::python_path(case.root);
    let text = |missing: MissingScript| {
        let text = wheel::script_for_target(missing.entry_point.as_deref()?, &python)?;
        Some((missing.file, text))
    };
    let missing = venv::find_missing_scripts(case.root)
        .into_iter()
        .filter(MissingScript::is_repairable);
    let texts: HashMap<PathBuf, Vec<u8>> = missing.filter_map(text).collect();
    if texts.is_empty() {
        return Ok(false);
    }
    wheel::update_records(case.root, &texts)
        .map_err(|(file, error)| write_error(case.root, &file, &error))?;
    for (file, text) in &texts {
        write_script(file, text).map_err(|error| write_error(case.root, file, &error))?;
    }
    let mut names: Vec<_> = texts
        .keys()
        .map(|file| printable(file.file_name().unwrap_or_default()))
        .collect();
    names.sort();
    let (names, verb) = (
        names.join(", "),
        if texts.len() == 1 { "is" } else { "are" },
    );
    case.verbosity.notice(format_args!(
        "{names} {verb} in {} again",
        printable(venv::scripts_dir(case.root))
    ));
    Ok(true)
}
