//! Interpreters that are installed elsewhere than on PATH: by pyenv and uv, each in its own directory, and on Windows
//! by installers that register them.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use crate::os;
use crate::process::Process;

use super::path_lookup::{PythonCandidate, executable_in, existing_candidates, find_on_path};
use super::request_syntax::is_version_name;

/// The version that pyenv calls `name`.
pub(super) fn pyenv_version(name: &OsStr, process: &Process) -> Option<PythonCandidate> {
    name.to_str().filter(|name| is_version_name(name))?;
    let path = executable_in(&pyenv_versions_dir(process)?.join(name));
    existing_candidates([path], "pyenv's version of that name").next()
}

fn pyenv_versions_dir(process: &Process) -> Option<PathBuf> {
    let root = process.non_empty_var("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(process.home_dir()?.join(os::PYENV_DIR)));
    Some(root?.join("versions"))
}

/// The versions that pyenv installed.
pub(super) fn pyenv_versions(process: &Process) -> Vec<PythonCandidate> {
    installed_in(pyenv_versions_dir(process), "installed by pyenv")
}

/// The versions that uv installed.
pub(super) fn uv_versions(process: &Process) -> Vec<PythonCandidate> {
    let var = |name: &str| process.non_empty_var(name).map(PathBuf::from);
    let data = || os::data_home(process.home_dir().as_deref(), var);
    let dir = var("UV_PYTHON_INSTALL_DIR").or_else(|| Some(data()?.join("uv").join("python")));
    installed_in(dir, "installed by uv")
}

/// What installers registered (PEP 514), newest first.
pub(super) fn registered_pythons(_: &Process) -> Vec<PythonCandidate> {
    let mut found = os::registered_pythons();
    found.sort_by_cached_key(|(name, _)| (install_rank(name), name.clone()));
    let paths = found.into_iter().map(|(_, path)| path);
    existing_candidates(paths, "found in the registry").collect()
}

/// The launcher of Windows, which starts a Python of its choice, as a version manager's shim does.
pub(super) fn py_launcher(process: &Process) -> Vec<PythonCandidate> {
    let names = os::PY_LAUNCHER.into_iter();
    names
        .flat_map(|name| find_on_path(name, "found by the py launcher", process))
        .collect()
}

/// The installations in a version manager's directory, newest first.
fn installed_in(dir: Option<PathBuf>, found_by: &'static str) -> Vec<PythonCandidate> {
    let entries = dir.and_then(|dir| fs::read_dir(dir).ok());
    let entries = entries.into_iter().flatten().flatten();
    let mut dirs: Vec<_> = entries
        .map(|entry| (entry.file_name(), entry.path()))
        .collect();
    dirs.sort_by_cached_key(|(name, _)| (install_rank(&name.to_string_lossy()), name.clone()));
    let paths = dirs.iter().map(|(_, dir)| executable_in(dir));
    existing_candidates(paths, found_by).collect()
}

/// The sort key of `3.12.1`, `cpython-3.12.1-linux-x86_64-gnu`, `pypy3.10-7.3.12`: plain CPython first, then by number.
fn install_rank(name: &str) -> (bool, Reverse<Vec<u64>>, bool) {
    let is_digit = |c: char| c.is_ascii_digit();
    let is_other = !name.starts_with("cpython-") && !name.starts_with(is_digit);
    let version = name.trim_start_matches(|c| !is_digit(c));
    let build = version.trim_start_matches(|c| is_digit(c) || c == '.');
    let numbers = version[..version.len() - build.len()].split('.');
    let numbers = numbers.map_while(|number| number.parse().ok()).collect();
    let free_threaded = build == "t" || build.starts_with("+freethreaded");
    (is_other, Reverse(numbers), free_threaded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_of_a_version_manager_come_newest_first() {
        let names =
            "my-env 3.9.18 pypy3.10-7.3.12 3.13.0t 3.13.0 3.10.13 cpython-3.12.1-linux-x86_64-gnu";
        let mut names: Vec<_> = names.split(' ').collect();
        names.sort_by_key(|name| install_rank(name));
        let sorted =
            "3.13.0 3.13.0t cpython-3.12.1-linux-x86_64-gnu 3.10.13 3.9.18 pypy3.10-7.3.12 my-env";
        assert_eq!(names.join(" "), sorted);
    }
}
