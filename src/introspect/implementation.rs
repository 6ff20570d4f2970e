//! An environment's `python` -> the interpreter that it leads to: which implementation of which version, told from
//! the name of its file, else from the names of the libraries around it.

use std::path::{Path, PathBuf};
use std::{fmt, fs};

use crate::venv::{self, MinorVersion, PyvenvCfg};

use super::python_info::IntrospectError;
use super::pyvenv_keys;

/// Whose Python it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Implementation {
    /// The one that python.org releases.
    CPython,
    /// The one with a just-in-time compiler.
    PyPy,
}

impl fmt::Display for Implementation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Implementation::CPython => "CPython",
            Implementation::PyPy => "PyPy",
        })
    }
}

impl Implementation {
    /// What its directories and programs are called before the version.
    pub(crate) fn stem(self) -> &'static str {
        match self {
            Implementation::CPython => "python",
            Implementation::PyPy => "pypy",
        }
    }
}

/// The program that an environment's `python` is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PythonBinary {
    /// Its file, no link.
    pub file: PathBuf,
    /// Whose it is.
    pub implementation: Implementation,
    /// Its version, as far as packages are made for it: 3.12.
    pub version: (u32, u32),
    /// The letters that tell builds apart (`sys.abiflags`): `t` without the GIL, `d` for debugging, `m` before 3.8.
    pub abiflags: String,
    /// Directories that hold it, or what it is a copy of, as pyvenv.cfg names them.
    pub cfg_dirs: Vec<PathBuf>,
}

impl PythonBinary {
    /// `t` for a build without the GIL.
    pub(crate) fn free_threaded_suffix(&self) -> &'static str {
        if self.abiflags.contains('t') { "t" } else { "" }
    }

    /// `3.12`
    pub(crate) fn major_minor(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }

    /// What the directory of its library is called: `python3.12`, `python3.13t`, `pypy3.11`.
    pub(crate) fn stdlib_name(&self) -> String {
        let stem = self.implementation.stem();
        format!(
            "{stem}{}{}",
            self.major_minor(),
            self.free_threaded_suffix()
        )
    }
}

/// The interpreter of the environment at `root`.
///
/// # Errors
/// Its `python` leads to no file, or to one that is not known.
pub(super) fn identify_python(
    root: &Path,
    cfg: &PyvenvCfg,
    text: &[u8],
) -> Result<PythonBinary, IntrospectError> {
    let python = venv::python_path(root);
    let file = dunce::canonicalize(&python).map_err(|_| IntrospectError::PythonMissing(python))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let unnumbered = || {
        has_known_stem(&name)
            .then(|| identify_by_libraries(&file, root, cfg))
            .flatten()
    };
    let known = parse_python_name(&name).or_else(unnumbered);
    let Some((implementation, series, mut abi)) = known else {
        return Err(IntrospectError::UnknownInterpreter(file));
    };
    if implementation == Implementation::CPython && series < (3, 8) && !abi.contains('m') {
        // pymalloc, which nearly every build of then has.
        abi.push('m');
    }
    Ok(PythonBinary {
        cfg_dirs: dirs_in_cfg(text),
        file,
        implementation,
        version: series,
        abiflags: abi,
    })
}

fn dirs_in_cfg(cfg: &[u8]) -> Vec<PathBuf> {
    let files = ["executable", "base-executable"].map(|key| pyvenv_keys::first_value(cfg, key));
    let files = files.into_iter().flatten().map(PathBuf::from);
    let dirs = files.filter_map(|file| file.parent().map(Path::to_owned));
    let home = pyvenv_keys::first_value(cfg, "home").map(PathBuf::from);
    home.into_iter().chain(dirs).collect()
}

type NameParts = (Implementation, (u32, u32), String);

/// What `python3.12`, `python3.13t`, `pypy3.11` speak of.
fn parse_python_name(name: &str) -> Option<NameParts> {
    let known = [Implementation::CPython, Implementation::PyPy];
    let (implementation, rest) = known
        .into_iter()
        .find_map(|known| Some((known, name.strip_prefix(known.stem())?)))?;
    let (major, rest) = rest.split_once('.')?;
    let end = rest.find(|c: char| !c.is_ascii_digit());
    let (minor, abi) = rest.split_at(end.unwrap_or(rest.len()));
    let is_abi = abi.chars().all(|c| "dmt".contains(c));
    let series = (major.parse().ok()?, minor.parse().ok()?);
    is_abi.then(|| (implementation, series, abi.to_owned()))
}

/// Whether it is a Python that is known here, of whatever version: `python`, `pypy3`, not `graalpy`.
fn has_known_stem(name: &str) -> bool {
    let known = [Implementation::CPython, Implementation::PyPy];
    let mut rests = known
        .iter()
        .filter_map(|known| name.strip_prefix(known.stem()));
    rests.any(|rest| rest.chars().all(|c| c.is_ascii_digit()))
}

/// A file that is called `python` has its library beside it; a copy in the environment has the packages there, and
/// pyvenv.cfg says what it is a copy of.
fn identify_by_libraries(file: &Path, root: &Path, cfg: &PyvenvCfg) -> Option<NameParts> {
    let said = cfg.version.as_deref().and_then(MinorVersion::from_version);
    let said = said.map(MinorVersion::numbers);
    let around = |root: &Path, has: &dyn Fn(&Path) -> bool| {
        let entries = fs::read_dir(root.join("lib")).into_iter().flatten();
        let dirs = entries.flatten().filter(|entry| has(&entry.path()));
        let names =
            dirs.filter_map(|entry| parse_python_name(&entry.file_name().to_string_lossy()));
        let mut all: Vec<NameParts> = names.collect();
        let agreeing = all.iter().position(|(_, series, _)| Some(*series) == said);
        match (agreeing, all.len()) {
            (Some(at), _) => Some(all.swap_remove(at)),
            (None, 1) => all.pop(),
            _ => None,
        }
    };
    let base = file.parent().and_then(Path::parent).unwrap_or(file);
    let by_base = || around(base, &|dir| dir.join("os.py").is_file());
    let by_packages = || around(root, &|dir| dir.join("site-packages").is_dir());
    let said_only = || {
        let is_pypy = cfg.implementation.as_deref() == Some("PyPy");
        let implementation = if is_pypy {
            Implementation::PyPy
        } else {
            Implementation::CPython
        };
        Some((implementation, said?, String::new()))
    };
    by_base().or_else(by_packages).or_else(said_only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_is_known_by_its_name() {
        let of =
            |name| parse_python_name(name).map(|(kind, series, abi)| (kind.stem(), series, abi));
        assert_eq!(of("python3.12"), Some(("python", (3, 12), "".into())));
        assert_eq!(of("python3.13t"), Some(("python", (3, 13), "t".into())));
        assert_eq!(of("python3.6m"), Some(("python", (3, 6), "m".into())));
        assert_eq!(of("pypy3.11"), Some(("pypy", (3, 11), "".into())));
        for other in ["python", "python3", "python3.12-config", "graalpy"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
