//! What a Python was configured with, without starting it.

use std::fs;
use std::path::{Path, PathBuf};

/// A text among the variables that `make` wrote down when the Python was built, in the module
/// `_sysconfigdata_*` of its standard library (Lib/sysconfig). None where there is none, or it is empty.
pub fn literal(stdlib: &Path, name: &str) -> Option<String> {
    let text = fs::read_to_string(module(stdlib)?).ok()?;
    let (_, rest) = text.split_once(&format!("'{name}': '"))?;
    let (value, _) = rest.split_once('\'')?;
    Some(value.to_owned()).filter(|value| !value.is_empty())
}

fn module(stdlib: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(stdlib).ok()?.flatten();
    let is_it = |name: &str| name.starts_with("_sysconfigdata_") && name.ends_with(".py");
    let mut found = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_it));
    found.next().map(|entry| entry.path())
}
