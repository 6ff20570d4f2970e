//! A path that is being typed -> the environments that it may become: in that directory, and in the projects there.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use crate::find::EnvNames;
use crate::process::Process;
use crate::{os, venv};

/// No more entries of a directory are looked at.
const MAX_ENTRIES: usize = 2000;

/// The paths of environments that begin with the directory of `typed`, as it is typed.
pub(super) fn environments_at(typed: &OsStr, process: &Process) -> Vec<PathBuf> {
    let bytes = typed.as_encoded_bytes();
    let is_separator = |byte: &u8| std::path::is_separator(char::from(*byte));
    let start = bytes.iter().rposition(is_separator).map_or(0, |at| at + 1);
    let (Some(dir), Some(name)) = (
        os::decode_os_string(bytes[..start].to_vec()),
        os::decode_os_string(bytes[start..].to_vec()),
    ) else {
        return Vec::new();
    };
    let Ok(base) = process.absolute(Path::new(&dir)) else {
        return Vec::new();
    };
    let entries = fs::read_dir(base).into_iter().flatten().flatten();
    let is_typed = |found: &OsString| {
        found
            .as_encoded_bytes()
            .starts_with(name.as_encoded_bytes())
    };
    let names = entries.map(|entry| entry.file_name()).filter(is_typed);
    let mut found: Vec<_> = names
        .take(MAX_ENTRIES)
        .flat_map(|name| env_paths(Path::new(&dir).join(name), process))
        .collect();
    found.sort();
    found
}

/// `path` if it is an environment, or else those in it that a search would find.
fn env_paths(path: PathBuf, process: &Process) -> Vec<PathBuf> {
    let is_env = |path: &PathBuf| process.absolute(path).is_ok_and(|path| venv::is_env(&path));
    if is_env(&path) {
        return vec![path];
    }
    let names = EnvNames::Default;
    let inside = names.iter().map(|name| path.join(name));
    inside.filter(is_env).collect()
}
