//! PATH -> the interpreters on it that have a given name.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::os;
use crate::process::Process;

/// An interpreter that has not been asked yet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PythonCandidate {
    pub path: PathBuf,
    /// How it was found, for `-v`.
    pub found_by: &'static str,
}

/// The candidates among `paths`: those that are files.
pub(super) fn existing_candidates(
    paths: impl IntoIterator<Item = PathBuf>,
    found_by: &'static str,
) -> impl Iterator<Item = PythonCandidate> {
    let files = paths.into_iter().filter(|path| os::is_startable_file(path));
    files.map(move |path| PythonCandidate { path, found_by })
}

/// The interpreter at `path`: itself, or the one of the installation or environment in that directory.
pub(super) fn executable_in(path: &Path) -> PathBuf {
    if !path.is_dir() {
        return path.to_owned();
    }
    let scripts = os::scripts_dir(path);
    let names = ["python", "python3"].map(|name| format!("{name}{}", os::EXE_SUFFIX));
    let dirs = [scripts.as_path(), path];
    let mut files = dirs
        .iter()
        .flat_map(|dir| names.iter().map(|name| dir.join(name)));
    files
        .find(|file| os::is_startable_file(file))
        .unwrap_or_else(|| scripts.join(&names[0]))
}

/// The absolute directories of PATH. A relative one changes with the working directory, so no environment may depend
/// on it.
pub(super) fn path_dirs(process: &Process) -> Vec<PathBuf> {
    let path = process.var("PATH").unwrap_or(OsStr::new(os::DEFAULT_PATH));
    let mut dirs: Vec<PathBuf> = Vec::new();
    for dir in os::split_paths(path).filter(|dir| dir.is_absolute()) {
        if !dirs.contains(&dir) {
            dirs.push(dir);
        }
    }
    dirs
}

/// The files called `name` on PATH.
pub(super) fn find_on_path(
    name: &str,
    found_by: &'static str,
    process: &Process,
) -> impl Iterator<Item = PythonCandidate> + use<> {
    let file = format!("{name}{}", os::EXE_SUFFIX);
    let paths = path_dirs(process).into_iter();
    existing_candidates(paths.map(move |dir| dir.join(&file)), found_by)
}
