//! The world -> the interpreters that are kept elsewhere than on PATH: by pyenv and uv, each in a directory of its
//! own, and on Windows by installers, which register them.

use std::cmp::Reverse;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;

use crate::os;
use crate::world::World;

use super::candidates::{Candidate, on_path, within};

/// The version that pyenv calls `name`.
pub fn pyenv_named(name: &OsStr, world: &World) -> Option<Candidate> {
    let dir = pyenv_root(world)?.join("versions").join(name);
    let path = within(&dir);
    path.is_file().then_some(Candidate {
        path,
        how: "pyenv calls it so",
    })
}

fn pyenv_root(world: &World) -> Option<PathBuf> {
    let named = world.setting("PYENV_ROOT").map(PathBuf::from);
    named.or_else(|| Some(world.home()?.join(os::PYENV)))
}

/// The versions that pyenv keeps.
pub fn pyenv(world: &World) -> Vec<Candidate> {
    let dir = pyenv_root(world).map(|root| root.join("versions"));
    kept(dir, "pyenv keeps it")
}

/// The versions that uv keeps.
pub fn uv(world: &World) -> Vec<Candidate> {
    let setting = |name: &str| world.setting(name).map(PathBuf::from);
    let data = || os::data_home(world.home().as_deref(), setting);
    let dir = setting("UV_PYTHON_INSTALL_DIR").or_else(|| Some(data()?.join("uv/python")));
    kept(dir, "uv keeps it")
}

/// What installers registered (PEP 514), newest first.
pub fn registered(_: &World) -> Vec<Candidate> {
    let mut found = os::registered();
    found.sort_by_cached_key(|(name, _)| (age(name), name.clone()));
    let files = found.into_iter().map(|(_, path)| path);
    files
        .filter(|path| path.is_file())
        .map(|path| Candidate {
            path,
            how: "the registry names it",
        })
        .collect()
}

/// The launcher of Windows, which starts a Python of its choice, as a version manager's shim does.
pub fn launcher(world: &World) -> Vec<Candidate> {
    let files = os::LAUNCHER
        .into_iter()
        .flat_map(|name| on_path(name, world));
    files
        .map(|path| Candidate {
            path,
            how: "the launcher takes it",
        })
        .collect()
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
}
