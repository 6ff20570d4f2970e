//! Scripts that RECORD lists but that do not exist -> written again from their entry points.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::fs::write_script;
use crate::quote::printable_name;
use crate::venv::{self, MissingScript};

use super::console_scripts::script_for_target;
use super::record_update::update_records;

/// Writes what an installer would have written for the environment at `root`. Returns the names of the scripts.
///
/// # Errors
/// A file cannot be written.
pub(crate) fn restore_missing_scripts(root: &Path) -> Result<Vec<String>, (PathBuf, io::Error)> {
    let python = venv::python_path(root);
    let missing = venv::find_missing_scripts(root).into_iter();
    let missing = missing.filter(MissingScript::is_repairable);
    let scripts = missing.filter_map(|missing| {
        let text = script_for_target(missing.entry_point.as_deref()?, &python)?;
        Some((missing.file, text))
    });
    let scripts: HashMap<PathBuf, Vec<u8>> = scripts.collect();
    update_records(root, &scripts)?;
    for (file, text) in &scripts {
        write_script(file, text).map_err(|error| (file.clone(), error))?;
    }
    let mut names: Vec<_> = scripts.keys().map(|file| printable_name(file)).collect();
    names.sort();
    Ok(names)
}
