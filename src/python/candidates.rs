//! Where Pythons are installed -> the candidates for a base interpreter, best first: `python3` and `python` on PATH,
//! versioned names on PATH, those that pyenv and uv installed, those in the Windows registry, `py`. Each step runs only
//! if none of the earlier candidates fits.

use std::cmp::Reverse;
use std::fs;

use crate::os;
use crate::process::Process;
use crate::venv::split_versioned_name;

use super::managed::{py_launcher, pyenv_versions, registered_pythons, uv_versions};
use super::path_lookup::{PythonCandidate, existing_candidates, find_on_path, path_dirs};

/// All candidates, in order.
pub(super) fn all_candidates(process: &Process) -> impl Iterator<Item = PythonCandidate> {
    let unversioned = ["python3", "python"]
        .into_iter()
        .flat_map(|name| find_on_path(name, "found on PATH", process));
    let steps: [fn(&Process) -> Vec<PythonCandidate>; 5] = [
        versioned_on_path,
        pyenv_versions,
        uv_versions,
        registered_pythons,
        py_launcher,
    ];
    unversioned.chain(steps.into_iter().flat_map(move |step| step(process)))
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
    let paths = found.into_iter().map(|(_, path)| path);
    existing_candidates(paths, "a versioned name on PATH").collect()
}

/// The sort key of a versioned interpreter's name; None for any other name.
fn command_rank(name: &str) -> Option<(bool, Reverse<u32>, bool)> {
    let name = name.strip_suffix(os::EXE_SUFFIX)?;
    if name == "pypy3" {
        return Some((true, Reverse(0), false));
    }
    let is_pypy = name.starts_with("pypy");
    let stem = if is_pypy { "pypy" } else { "python" };
    let (version, build) = split_versioned_name(name, stem)?;
    let minor = version.strip_prefix("3.")?.parse().ok()?;
    matches!(build, "" | "t").then_some((is_pypy, Reverse(minor), build == "t"))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    #[test]
    fn versioned_names_come_newest_first_and_cpython_before_pypy() {
        let rank = |name: &str| command_rank(&format!("{name}{}", os::EXE_SUFFIX));
        let names = "pypy3.11 python3.9 python3.13t python3.10 python3.13";
        let mut names: Vec<_> = names.split(' ').collect();
        names.sort_by_key(|name| rank(name));
        let sorted = "python3.13 python3.13t python3.10 python3.9 pypy3.11";
        assert_eq!(names.join(" "), sorted);
        let others =
            "python3 python3. python3.x python3.12-config python3.12.1 python2.7 python3.+1";
        for other in others.split(' ') {
            assert_eq!(rank(other), None, "{other}");
        }
    }

    /// A Unix path in this system's layout.
    fn native_path(file: &str) -> PathBuf {
        let scripts = format!("/{}/", os::SCRIPTS_DIR);
        let file = file.replace("/bin/", &scripts);
        let file = file.replace(".pyenv", os::PYENV_DIR);
        PathBuf::from(format!("{file}{}", os::EXE_SUFFIX))
            .components()
            .collect()
    }

    /// The candidates in a tree of empty files, relative to it. In the variables, ROOT is its path.
    fn candidate_paths(files: &[&str], vars: &[(&str, &str)]) -> Vec<PathBuf> {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dunce::canonicalize(dir.path()).expect("its real path");
        for file in files {
            let path = root.join(native_path(file));
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, "").expect("a file");
        }
        let separator = os::PATH_SEPARATOR.to_string();
        let expand = |value: &str| {
            let value = value.replace(':', &separator);
            value.replace("ROOT", &root.to_string_lossy())
        };
        let vars = vars
            .iter()
            .map(|(name, value)| (name.into(), expand(value).into()));
        let process = Process {
            args: Vec::new(),
            vars: vars.collect(),
            ..Process::default()
        };
        let below = |path: &Path| path.strip_prefix(&root).map(|path| path.to_owned());
        all_candidates(&process)
            .map(|candidate| below(&candidate.path).expect("below the tree"))
            .collect()
    }

    #[test]
    fn candidates_come_in_the_documented_order() {
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
    fn version_managers_are_found_by_their_variables() {
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
