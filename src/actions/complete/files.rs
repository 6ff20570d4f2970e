//! A path that is being typed -> what it may become, in the directory that it names.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use crate::os;
use crate::process::Process;

/// No more entries of a directory are looked at.
const MAX_ENTRIES: usize = 2000;

/// The paths that begin with `typed`, as it is typed.
pub(super) fn paths_at(typed: &OsStr, process: &Process) -> Vec<PathBuf> {
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
    let paths = names.take(MAX_ENTRIES);
    let mut paths: Vec<_> = paths.map(|name| Path::new(&dir).join(name)).collect();
    paths.sort();
    paths
}

/// The directories among them, and the files that are offered.
pub(super) fn files_at(
    typed: &OsStr,
    is_offered: fn(&Path) -> bool,
    process: &Process,
) -> Vec<PathBuf> {
    let is_dir = |path: &Path| process.absolute(path).is_ok_and(|path| path.is_dir());
    let paths = paths_at(typed, process).into_iter();
    let offered = paths.filter_map(|path| match is_dir(&path) {
        true => Some(path.join("")),
        false => is_offered(&path).then_some(path),
    });
    offered.collect()
}
