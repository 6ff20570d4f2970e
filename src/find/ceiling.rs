//! VRUN_CEILING_DIRECTORIES: where the walk ends, by the rule of git's variable of that kind.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::os;

/// The directories that a walk from below does not go up into. As in git(1): absolute paths, resolved so
/// that they are found under their real name too, unless an empty entry stands before them.
pub fn ceilings(setting: Option<&OsStr>) -> Vec<PathBuf> {
    let mut ceilings = Vec::new();
    let mut resolve = true;
    for entry in setting.map(os::split_paths).into_iter().flatten() {
        if entry.as_os_str().is_empty() {
            resolve = false;
        } else if entry.is_absolute() {
            ceilings.extend(
                resolve
                    .then(|| dunce::canonicalize(&entry))
                    .into_iter()
                    .flatten(),
            );
            ceilings.push(entry.components().collect());
        }
    }
    ceilings
}
