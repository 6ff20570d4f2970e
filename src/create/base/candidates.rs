//! The world -> the interpreters that may serve as a base, best first: `python3` and `python` on PATH,
//! versioned names on PATH, what pyenv and uv keep. Each step is taken only when the one before gave none.

use std::cmp::Reverse;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::iter;
use std::path::{Path, PathBuf};

use crate::os;
use crate::world::World;

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

/// The version that pyenv calls `name`.
pub fn pyenv_named(name: &OsStr, world: &World) -> Option<Candidate> {
    let dir = pyenv_root(world)?.join("versions").join(name);
    let path = within(&dir);
    path.is_file().then_some(Candidate {
        path,
        how: "pyenv calls it so",
    })
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

fn on_path(name: &'static str, world: &World) -> impl Iterator<Item = PathBuf> {
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

fn pyenv_root(world: &World) -> Option<PathBuf> {
    let named = world.setting("PYENV_ROOT").map(PathBuf::from);
    named.or_else(|| Some(world.home()?.join(".pyenv")))
}

fn pyenv(world: &World) -> Vec<Candidate> {
    let dir = pyenv_root(world).map(|root| root.join("versions"));
    kept(dir, "pyenv keeps it")
}

fn uv(world: &World) -> Vec<Candidate> {
    let setting = |name: &str| world.setting(name).map(PathBuf::from);
    let data = || {
        let named = setting("XDG_DATA_HOME").filter(|dir| dir.is_absolute());
        named.or_else(|| Some(world.home()?.join(".local/share")))
    };
    let dir = setting("UV_PYTHON_INSTALL_DIR").or_else(|| Some(data()?.join("uv/python")));
    kept(dir, "uv keeps it")
}

/// The installations in a version manager's directory, newest first.
fn kept(dir: Option<PathBuf>, how: &'static str) -> Vec<Candidate> {
    let entries = dir.and_then(|dir| fs::read_dir(dir).ok());
    let mut names: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    names.sort_by_cached_key(|path| {
        let name = path.file_name().map(OsString::from).unwrap_or_default();
        (age(&name.to_string_lossy()), name)
    });
    names
        .iter()
        .map(|dir| within(dir))
        .filter(|path| path.is_file())
        .map(|path| Candidate { path, how })
        .collect()
}

/// `3.12.1`, `cpython-3.12.1-linux-x86_64-gnu`, `pypy3.10-7.3.12`: plain CPython first, then by number.
fn age(name: &str) -> (bool, Reverse<Vec<u64>>, bool) {
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
        names.sort_by_key(|name| age(name));
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

    /// A tree of empty files, and the candidates that its world has, without the tree's own path.
    fn found(files: &[&str], vars: &[(&str, &str)]) -> Vec<String> {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dunce::canonicalize(dir.path()).expect("its real path");
        for file in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, "").expect("a file");
        }
        let meant = |value: &str| value.replace("ROOT", &root.to_string_lossy());
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
            .map(|path| path.to_string_lossy().into_owned())
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
        let vars = [("PATH", "ROOT/a::b:ROOT/b:ROOT/a"), ("HOME", "ROOT/home")];
        let order = [
            "b/python3",
            "a/python",
            "b/python3.12",
            "a/python3.9",
            "home/.pyenv/versions/3.11.7/bin/python",
            "home/.pyenv/versions/3.10.13/bin/python",
            "home/.local/share/uv/python/cpython-3.13.0-linux-x86_64-gnu/bin/python",
        ];
        assert_eq!(found(&files, &vars), order);
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
            ("HOME", "ROOT/home"),
            ("PYENV_ROOT", "ROOT/p"),
            ("UV_PYTHON_INSTALL_DIR", "ROOT/u"),
        ];
        assert_eq!(found(&files, &vars), [files[0], files[1]]);
    }
}
