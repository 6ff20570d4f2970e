//! A path that is being typed -> the environments that it may become: in that directory, and in the projects there.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::find::EnvNames;
use crate::process::Process;
use crate::venv;

use super::files::paths_at;

/// The paths of environments that begin with the directory of `typed`, as it is typed.
pub(super) fn environments_at(typed: &OsStr, process: &Process) -> Vec<PathBuf> {
    let paths = paths_at(typed, process).into_iter();
    let mut found: Vec<_> = paths.flat_map(|path| env_paths(path, process)).collect();
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
