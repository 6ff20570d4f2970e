//! The world -> the interpreters that are kept elsewhere than on PATH: by pyenv and uv, each in a directory of its
//! own, and on Windows by installers, which register them.

use std::cmp::Reverse;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;

use crate::os;
use crate::process::Process;

use super::path_lookup::{PythonCandidate, executable_in, find_on_path};

/// The version that pyenv calls `name`.
pub(super) fn pyenv_version(name: &OsStr, process: &Process) -> Option<PythonCandidate> {
    let dir = pyenv_root(process)?.join("versions").join(name);
    let path = executable_in(&dir);
    path.is_file().then_some(PythonCandidate {
        path,
        found_by: "pyenv calls it so",
    })
}

fn pyenv_root(process: &Process) -> Option<PathBuf> {
    let named = process.non_empty_var("PYENV_ROOT").map(PathBuf::from);
    named.or_else(|| Some(process.home_dir()?.join(os::PYENV_DIR)))
}

/// The versions that pyenv keeps.
pub(super) fn pyenv_versions(process: &Process) -> Vec<PythonCandidate> {
    let dir = pyenv_root(process).map(|root| root.join("versions"));
    installed_in(dir, "pyenv keeps it")
}

/// The versions that uv keeps.
pub(super) fn uv_versions(process: &Process) -> Vec<PythonCandidate> {
    let setting = |name: &str| process.non_empty_var(name).map(PathBuf::from);
    let data = || os::data_home(process.home_dir().as_deref(), setting);
    let dir = setting("UV_PYTHON_INSTALL_DIR").or_else(|| Some(data()?.join("uv/python")));
    installed_in(dir, "uv keeps it")
}

/// What installers registered (PEP 514), newest first.
pub(super) fn registered_pythons(_: &Process) -> Vec<PythonCandidate> {
    let mut found = os::registered_pythons();
    found.sort_by_cached_key(|(name, _)| (install_rank(name), name.clone()));
    let files = found.into_iter().map(|(_, path)| path);
    files
        .filter(|path| path.is_file())
        .map(|path| PythonCandidate {
            path,
            found_by: "the registry names it",
        })
        .collect()
}

/// The launcher of Windows, which starts a Python of its choice, as a version manager's shim does.
pub(super) fn py_launcher(process: &Process) -> Vec<PythonCandidate> {
    let files = os::PY_LAUNCHER
        .into_iter()
        .flat_map(|name| find_on_path(name, process));
    files
        .map(|path| PythonCandidate {
            path,
            found_by: "the launcher takes it",
        })
        .collect()
}

/// The installations in a version manager's directory, newest first.
fn installed_in(dir: Option<PathBuf>, how: &'static str) -> Vec<PythonCandidate> {
    let entries = dir.and_then(|dir| fs::read_dir(dir).ok());
    let mut names: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    names.sort_by_cached_key(|path| {
        let name = path.file_name().map(OsString::from).unwrap_or_default();
        (install_rank(&name.to_string_lossy()), name)
    });
    names
        .iter()
        .map(|dir| executable_in(dir))
        .filter(|path| path.is_file())
        .map(|path| PythonCandidate {
            path,
            found_by: how,
        })
        .collect()
}

/// `3.12.1`, `cpython-3.12.1-linux-x86_64-gnu`, `pypy3.10-7.3.12`: plain CPython first, then by number.
fn install_rank(name: &str) -> (bool, Reverse<Vec<u64>>, bool) {
    let is_other = !name.starts_with("cpython-") && !name.starts_with(|c: char| c.is_ascii_digit());
    let number = name
        .find(|c: char| c.is_ascii_digit())
        .map_or("", |start| &name[start..]);
    let end = number
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(number.len());
    let (number, rest) = number.split_at(end);
    let number = number.split('.').map_while(|part| part.parse().ok());
    let threads = rest == "t" || rest.starts_with("+freethreaded");
    (is_other, Reverse(number.collect()), threads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_version_manager_keeps_comes_newest_first() {
        let mut names = vec![
            "my-env",
            "3.9.18",
            "pypy3.10-7.3.12",
            "3.13.0t",
            "3.13.0",
            "3.10.13",
            "cpython-3.12.1-linux-x86_64-gnu",
        ];
        names.sort_by_key(|name| install_rank(name));
        assert_eq!(
            names,
            [
                "3.13.0",
                "3.13.0t",
                "cpython-3.12.1-linux-x86_64-gnu",
                "3.10.13",
                "3.9.18",
                "pypy3.10-7.3.12",
                "my-env",
            ]
        );
    }
}
