//! Scripts that RECORD lists but that do not exist -> written again from their entry points.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::error::Error;
use crate::fs::write_script;
use crate::quote::{printable, printable_name};
use crate::venv::{self, MissingScript};
use crate::wheel;

use super::input::RepairInput;

/// Writes what an installer would have written. Returns whether there was anything to write.
pub(super) fn restore_missing_scripts(input: &RepairInput<'_>) -> Result<bool, Error> {
    let python = venv::python_path(input.root);
    let missing = venv::find_missing_scripts(input.root).into_iter();
    let missing = missing.filter(MissingScript::is_repairable);
    let scripts = missing.filter_map(|missing| {
        let text = wheel::script_for_target(missing.entry_point.as_deref()?, &python)?;
        Some((missing.file, text))
    });
    let scripts: HashMap<PathBuf, Vec<u8>> = scripts.collect();
    if scripts.is_empty() {
        return Ok(false);
    }
    wheel::update_records(input.root, &scripts)
        .map_err(|(file, error)| input.write_error(&file, &error))?;
    for (file, text) in &scripts {
        write_script(file, text).map_err(|error| input.write_error(file, &error))?;
    }
    let mut names: Vec<_> = scripts.keys().map(|file| printable_name(file)).collect();
    names.sort();
    let (names, dir) = (names.join(", "), printable(venv::scripts_dir(input.root)));
    input
        .process
        .verbosity
        .notice(format_args!("restored {names} in {dir}"));
    Ok(true)
}
