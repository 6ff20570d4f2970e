//! The world -> the interpreters that may serve as a base, best first: `python3` and `python` on PATH,
//! versioned names on PATH, what pyenv and uv keep, what installers registered, `py`. Each step is taken only when
//! the one before gave none.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::fs;
use std::iter;
use std::path::{Path, PathBuf};

use crate::os;
use crate::world::World;

use super::kept::{launcher, pyenv, registered, uv};

/// An interpreter to be asked.
#[derive(Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its file.
    pub path: PathBuf,
    /// Where it comes from, for `-v`.
    pub how: &'static str,
}

/// All of them, in order.
pub fn all(world: &World) -> impl Iterator<Item = Candidate> {
    let named = ["python3", "python"]
        .into_iter()
        .flat_map(|name| on_path(name, world))
        .map(|path| Candidate {
            path,
            how: "found on PATH",
        });
    let later = |step: fn(&World) -> Vec<Candidate>| iter::once_with(move || step(world)).flatten();
    named
        .chain(later(versioned))
        .chain(later(pyenv))
        .chain(later(uv))
        .chain(later(registered))
        .chain(later(launcher))
}

/// The interpreter that a path means: itself, or the one in the installation or environment that it is
/// the directory of.
pub fn within(path: &Path) -> PathBuf {
    if !path.is_dir() {
        return path.to_owned();
    }
    let scripts = path.join(os::SCRIPTS);
    let names = ["python", "python3"].map(|name| format!("{name}{}", os::EXE));
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
fn directories(world: &World) -> Vec<PathBuf> {
    let path = world.var("PATH").unwrap_or(OsStr::new(os::DEFAULT_PATH));
    let mut dirs: Vec<PathBuf> = Vec::new();
    for dir in os::split_paths(path).filter(|dir| dir.is_absolute()) {
        if !dirs.contains(&dir) {
            dirs.push(dir);
        }
    }
    dirs
}

/// The files of that name on PATH.
pub fn on_path(name: &'static str, world: &World) -> impl Iterator<Item = PathBuf> {
    let file = format!("{name}{}", os::EXE);
    let files = directories(world)
        .into_iter()
        .map(move |dir| dir.join(&file));
    files.filter(|file| file.is_file())
}

/// `python3.12`, `python3.13t`, `pypy3.10`: CPython before PyPy, newest first, and `pypy3` last.
fn versioned(world: &World) -> Vec<Candidate> {
    let mut found = Vec::new();
    for dir in directories(world) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            if let Some(rank) = entry.file_name().to_str().and_then(rank) {
                found.push((rank, entry.path()));
            }
        }
    }
    // Stable: within a version, the order of PATH.
    found.sort_by_key(|(rank, _)| *rank);
    let files = found.into_iter().map(|(_, path)| path);
    files
        .filter(|path| path.is_file())
        .map(|path| Candidate {
            path,
            how: "a versioned name on PATH",
        })
        .collect()
}

/// Where a name stands in the order; None for what is no versioned interpreter's.
fn rank(name: &str) -> Option<(bool, Reverse<u32>, bool)> {
    let name = name.strip_suffix(os::EXE)?;
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
        names.sort_by_key(|name| rank(&format!("{name}{}", os::EXE)));
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
            assert_eq!(rank(&format!("{other}{}", os::EXE)), None, "{other}");
        }
    }

    /// A file of Unix as this system has it.
    fn spelled(file: &str) -> PathBuf {
        let scripts = format!("/{}/", os::SCRIPTS);
        let file = file.replace("/bin/", &scripts);
        let file = file.replace(".pyenv", os::PYENV);
        PathBuf::from(format!("{file}{}", os::EXE))
            .components()
            .collect()
    }

    /// A tree of empty files, and the candidates that its world has, without the tree's own path.
    fn found(files: &[&str], vars: &[(&str, &str)]) -> Vec<PathBuf> {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dunce::canonicalize(dir.path()).expect("its real path");
        for file in files {
            let path = root.join(spelled(file));
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
        let world = World {
            args: Vec::new(),
            vars: vars.collect(),
        };
        let below = |path: &Path| path.strip_prefix(&root).map(|path| path.to_owned());
        all(&world)
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
            (os::HOME, "ROOT/home"),
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
        assert_eq!(found(&files, &vars), order.map(spelled));
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
            (os::HOME, "ROOT/home"),
            ("PYENV_ROOT", "ROOT/p"),
            ("UV_PYTHON_INSTALL_DIR", "ROOT/u"),
        ];
        assert_eq!(found(&files, &vars), [files[0], files[1]].map(spelled));
    }
}
