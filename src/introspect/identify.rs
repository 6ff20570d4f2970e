//! An environment's `python` -> the interpreter it leads to: implementation and version, from the name of its file, else
//! from the names of the libraries around it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::venv::{self, MinorVersion, PyvenvCfg};

use super::errors::IntrospectError;
use super::posixpath::is_windows;
use super::python_binary::{Implementation, PythonBinary};
use super::pyvenv_keys;
use super::windows_install::identify_by_dll;

/// The interpreter of the environment at `root`.
///
/// # Errors
/// Its `python` leads to no file, or to an unknown one.
pub(super) fn identify_python(
    root: &Path,
    cfg: &PyvenvCfg,
    cfg_bytes: &[u8],
) -> Result<PythonBinary, IntrospectError> {
    if is_windows() {
        return identify_by_dll(root, cfg, cfg_bytes);
    }
    let python = venv::python_path(root);
    let file = dunce::canonicalize(&python).map_err(|_| IntrospectError::PythonMissing(python))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let by_libraries = || {
        // `python`, `pypy3`, not `graalpy`.
        let (_, version) = split_stem(&name)?;
        let is_known = version.chars().all(|c| c.is_ascii_digit());
        is_known.then(|| identify_by_libraries(&file, root, cfg))?
    };
    let identified = parse_python_name(&name).or_else(by_libraries);
    let Some((implementation, version, mut abiflags)) = identified else {
        return Err(IntrospectError::UnknownInterpreter(file));
    };
    if implementation == Implementation::CPython && version < (3, 8) && !abiflags.contains('m') {
        // pymalloc, which nearly every build had then.
        abiflags.push('m');
    }
    Ok(PythonBinary {
        cfg_dirs: dirs_in_cfg(cfg_bytes),
        file,
        implementation,
        version,
        abiflags,
        dll: None,
    })
}

fn dirs_in_cfg(cfg: &[u8]) -> Vec<PathBuf> {
    let path = |key| pyvenv_keys::first_value(cfg, key).map(PathBuf::from);
    let files = ["executable", "base-executable"]
        .into_iter()
        .filter_map(path);
    let dirs = files.filter_map(|file| file.parent().map(Path::to_owned));
    path("home").into_iter().chain(dirs).collect()
}

/// Implementation, version and ABI flags.
type NameParts = (Implementation, (u32, u32), String);

/// Takes `python3.12`, `python3.13t` or `pypy3.11` apart.
fn parse_python_name(name: &str) -> Option<NameParts> {
    let (implementation, _) = split_stem(name)?;
    let (version, abiflags) = venv::split_versioned_name(name, implementation.stem())?;
    let version = MinorVersion::from_version(version)?;
    let is_abi = abiflags.chars().all(|c| "dmt".contains(c));
    is_abi.then(|| (implementation, version.numbers(), abiflags.to_owned()))
}

/// The implementation, and what follows its name.
fn split_stem(name: &str) -> Option<(Implementation, &str)> {
    let mut known = [Implementation::CPython, Implementation::PyPy].into_iter();
    known.find_map(|known| Some((known, name.strip_prefix(known.stem())?)))
}

/// A file called just `python` has its library beside it; a copy in the environment has the environment's packages
/// there, and pyvenv.cfg says what it is a copy of.
fn identify_by_libraries(file: &Path, root: &Path, cfg: &PyvenvCfg) -> Option<NameParts> {
    let cfg_version = cfg.version.as_deref().and_then(MinorVersion::from_version);
    let cfg_version = cfg_version.map(MinorVersion::numbers);
    let below = |prefix: &Path, is_library: fn(PathBuf) -> bool| {
        let entries = fs::read_dir(prefix.join("lib"))
            .into_iter()
            .flatten()
            .flatten();
        let dirs = entries.filter(|entry| is_library(entry.path()));
        let names =
            dirs.filter_map(|entry| parse_python_name(&entry.file_name().to_string_lossy()));
        let mut all: Vec<NameParts> = names.collect();
        let agreeing = all
            .iter()
            .position(|(_, version, _)| Some(*version) == cfg_version);
        match (agreeing, all.len()) {
            (Some(at), _) => Some(all.swap_remove(at)),
            (None, 1) => all.pop(),
            _ => None,
        }
    };
    let base = file.parent().and_then(Path::parent).unwrap_or(file);
    let by_cfg = || {
        let implementation = match cfg.implementation.as_deref() {
            Some("PyPy") => Implementation::PyPy,
            _ => Implementation::CPython,
        };
        Some((implementation, cfg_version?, String::new()))
    };
    below(base, |dir| dir.join("os.py").is_file())
        .or_else(|| below(root, |dir| dir.join("site-packages").is_dir()))
        .or_else(by_cfg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_is_known_by_its_name() {
        let parse =
            |name| parse_python_name(name).map(|(kind, version, abi)| (kind.stem(), version, abi));
        assert_eq!(parse("python3.12"), Some(("python", (3, 12), "".into())));
        assert_eq!(parse("python3.13t"), Some(("python", (3, 13), "t".into())));
        assert_eq!(parse("python3.6m"), Some(("python", (3, 6), "m".into())));
        assert_eq!(parse("pypy3.11"), Some(("pypy", (3, 11), "".into())));
        for other in ["python", "python3", "python3.12-config", "graalpy"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
