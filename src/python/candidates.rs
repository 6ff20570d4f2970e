//! The world -> the interpreters that may serve as a base, best first: `python3` and `python` on PATH,
//! versioned names on PATH, what pyenv and uv keep, what installers registered, `py`. Each step is taken only when
//! the one before gave none.

use std::cmp::Reverse;
use std::{fs, iter};

use crate::os;
use crate::process::Process;

use super::managed::{py_launcher, pyenv_versions, registered_pythons, uv_versions};
use super::path_lookup::{PythonCandidate, find_on_path, path_dirs};

/// All of them, in order.
pub(super) fn all_candidates(process: &Process) -> impl Iterator<Item = PythonCandidate> {
    let named = ["python3", "python"]
        .into_iter()
        .flat_map(|name| find_on_path(name, process))
        .map(|path| PythonCandidate {
            path,
            found_by: "found on PATH",
        });
    let later = |step: fn(&Process) -> Vec<PythonCandidate>| {
        iter::once_with(move || step(process)).flatten()
    };
    named
        .chain(later(versioned_on_path))
        .chain(later(pyenv_versions))
        .chain(later(uv_versions))
        .chain(later(registered_pythons))
        .chain(later(py_launcher))
}

/// `python3.12`, `python3.13t`, `pypy3.10`: CPython before PyPy, newest first, and `pypy3` last.
fn versioned_on_path(process: &Process) -> Vec<PythonCandidate> {
    let mut found = Vec::new();
    for dir in path_dirs(process) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            if let Some(rank) = entry.file_name().to_str().and_then(command_rank) {
                found.push((rank, entry.path()));
            }
        }
    }
    // Stable: within a version, the order of PATH.
    found.sort_by_key(|(rank, _)| *rank);
    let files = found.into_iter().map(|(_, path)| path);
    files
        .filter(|path| path.is_file())
        .map(|path| PythonCandidate {
            path,
            found_by: "a versioned name on PATH",
        })
        .collect()
}

/// Where a name stands in the order; None for what is no versioned interpreter's.
fn command_rank(name: &str) -> Option<(bool, Reverse<u32>, bool)> {
    let name = name.strip_suffix(os::EXE_SUFFIX)?;
    if name == "pypy3" {
        return Some((true, Reverse(0), false));
    }
    let cpython = name.strip_prefix("python3.");
    let minor = cpython.or(name.strip_prefix("pypy3."))?;
    let (digits, threads) = match minor.strip_suffix('t') {
        Some(digits) => (digits, true),
        None => (minor, false),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let minor = digits.parse().ok().filter(|_| is_number)?;
    Some((cpython.is_none(), Reverse(minor), threads))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    #[test]
    fn versioned_names_come_newest_first_and_cpython_before_pypy() {
        let mut names = vec![
            "pypy3.11",
            "python3.9",
            "python3.13t",
            "python3.10",
            "python3.13",
        ];
        names.sort_by_key(|name| command_rank(&format!("{name}{}", os::EXE_SUFFIX)));
        assert_eq!(
            names,
            [
                "python3.13",
                "python3.13t",
                "python3.10",
                "python3.9",
                "pypy3.11"
            ]
        );
        for other in [
            "python3",
            "python3.",
            "python3.x",
            "python3.12-config",
            "python3.12.1",
            "python2.7",
            "python3.+1",
        ] {
            assert_eq!(
                command_rank(&format!("{other}{}", os::EXE_SUFFIX)),
                None,
                "{other}"
            );
        }
    }

    /// A file of Unix as this system has it.
    fn native_path(file: &str) -> PathBuf {
        let scripts = format!("/{}/", os::SCRIPTS_DIR);
        let file = file.replace("/bin/", &scripts);
        let file = file.replace(".pyenv", os::PYENV_DIR);
        PathBuf::from(format!("{file}{}", os::EXE_SUFFIX))
            .components()
            .collect()
    }

    /// A tree of empty files, and the candidates that its world has, without the tree's own path.
    fn candidate_paths(files: &[&str], vars: &[(&str, &str)]) -> Vec<PathBuf> {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dunce::canonicalize(dir.path()).expect("its real path");
        for file in files {
            let path = root.join(native_path(file));
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, "").expect("a file");
        }
        let separator = os::PATH_SEPARATOR.to_string();
        let meant = |value: &str| {
            let value = value.replace(':', &separator);
            value.replace("ROOT", &root.to_string_lossy())
        };
        let vars = vars
            .iter()
            .map(|(name, value)| (name.into(), meant(value).into()));
        let process = Process {
            args: Vec::new(),
            vars: vars.collect(),
        };
        let below = |path: &Path| path.strip_prefix(&root).map(|path| path.to_owned());
        all_candidates(&process)
            .map(|candidate| below(&candidate.path).expect("below the tree"))
            .collect()
    }

    #[test]
    fn candidates_come_in_the_order_of_the_law() {
        let files = [
            "a/python3.9",
            "a/python",
            "b/python3",
            "b/python3.12",
            "b/python3-config",
            "home/.pyenv/versions/3.10.13/bin/python",
            "home/.pyenv/versions/3.11.7/bin/python",
            "home/.local/share/uv/python/cpython-3.13.0-linux-x86_64-gnu/bin/python",
        ];
        let vars = [
            ("PATH", "ROOT/a::b:ROOT/b:ROOT/a"),
            (os::HOME_VAR, "ROOT/home"),
            ("APPDATA", "ROOT/home/.local/share"),
        ];
        let order = [
            "b/python3",
            "a/python",
            "b/python3.12",
            "a/python3.9",
            "home/.pyenv/versions/3.11.7/bin/python",
            "home/.pyenv/versions/3.10.13/bin/python",
            "home/.local/share/uv/python/cpython-3.13.0-linux-x86_64-gnu/bin/python",
        ];
        assert_eq!(candidate_paths(&files, &vars), order.map(native_path));
    }

    #[test]
    fn version_managers_are_looked_for_where_their_variables_say() {
        let files = [
            "p/versions/3.10.13/bin/python",
            "u/cpython-3.13.0/bin/python",
            "home/.pyenv/versions/3.11.7/bin/python",
        ];
        let vars = [
            ("PATH", "ROOT/none"),
            (os::HOME_VAR, "ROOT/home"),
            ("PYENV_ROOT", "ROOT/p"),
            ("UV_PYTHON_INSTALL_DIR", "ROOT/u"),
        ];
        assert_eq!(
            candidate_paths(&files, &vars),
            [files[0], files[1]].map(native_path)
        );
    }
}
