//! A directory -> the names of its programs.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use crate::os;

/// The programs of `dir` whose names are accepted, sorted.
pub(super) fn program_names(dir: &Path, accepts: impl Fn(&OsStr) -> bool) -> BTreeSet<OsString> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let accepted = entries
        .map(|entry| (entry.file_name(), entry))
        .filter(|(name, _)| accepts(name) && !os::is_activation_script(name));
    accepted
        .filter_map(|(_, entry)| os::program_name(&entry.path()))
        .collect()
}
