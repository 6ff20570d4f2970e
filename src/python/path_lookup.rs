//! PATH -> the interpreters on it that have a given name.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::os;
use crate::process::Process;

/// An interpreter to be asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PythonCandidate {
    /// Its file.
    pub path: PathBuf,
    /// Where it comes from, for `-v`.
    pub found_by: &'static str,
}

/// The interpreter that a path means: itself, or the one in the installation or environment that it is
/// the directory of.
pub(super) fn executable_in(path: &Path) -> PathBuf {
    if !path.is_dir() {
        return path.to_owned();
    }
    let scripts = path.join(os::SCRIPTS_DIR);
    let names = ["python", "python3"].map(|name| format!("{name}{}", os::EXE_SUFFIX));
    let dirs = [scripts.as_path(), path];
    let mut files = dirs
        .iter()
        .flat_map(|dir| names.iter().map(|name| dir.join(name)));
    files
        .find(|file| file.is_file())
        .unwrap_or_else(|| scripts.join(&names[0]))
}

/// The directories of PATH. A relative one means another place in every directory, which is nothing
/// to found an environment on.
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

/// The files of that name on PATH.
pub(super) fn find_on_path(name: &'static str, process: &Process) -> impl Iterator<Item = PathBuf> {
    let file = format!("{name}{}", os::EXE_SUFFIX);
    let files = path_dirs(process)
        .into_iter()
        .map(move |dir| dir.join(&file));
    files.filter(|file| file.is_file())
}
