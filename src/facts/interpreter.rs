//! An environment's `python` -> the interpreter that it leads to: which implementation of which version, told from
//! the name of its file, else from the names of the libraries around it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::venv::{self, Cfg};

use super::{Unknown, keys};

/// Whose Python it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implementation {
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
    pub fn stem(self) -> &'static str {
        match self {
            Implementation::CPython => "python",
            Implementation::PyPy => "pypy",
        }
    }
}

/// The program that an environment's `python` is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// Its file, no link.
    pub file: PathBuf,
    /// Whose it is.
    pub implementation: Implementation,
    /// Its version, as far as packages are made for it: 3.12.
    pub series: (u32, u32),
    /// The letters that tell builds apart (`sys.abiflags`): `t` without the GIL, `d` for debugging, `m` before 3.8.
    pub abi: String,
    /// Directories that hold it, or what it is a copy of, as pyvenv.cfg names them.
    pub named: Vec<PathBuf>,
}

impl Interpreter {
    /// `t` for a build without the GIL.
    pub fn threading(&self) -> &'static str {
        if self.abi.contains('t') { "t" } else { "" }
    }

    /// `3.12`
    pub fn short(&self) -> String {
        format!("{}.{}", self.series.0, self.series.1)
    }

    /// What the directory of its library is called: `python3.12`, `python3.13t`, `pypy3.11`.
    pub fn library(&self) -> String {
        let stem = self.implementation.stem();
        format!("{stem}{}{}", self.short(), self.threading())
    }
}

/// The interpreter of the environment at `root`.
///
/// # Errors
/// Its `python` leads to no file, or to one that is not known.
pub fn of(root: &Path, cfg: &Cfg, text: &[u8]) -> Result<Interpreter, Unknown> {
    let python = venv::python(root);
    let file = dunce::canonicalize(&python).map_err(|_| Unknown::NoPython(python))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let unnumbered = || {
        is_python(&name)
            .then(|| by_libraries(&file, root, cfg))
            .flatten()
    };
    let known = named(&name).or_else(unnumbered);
    let Some((implementation, series, mut abi)) = known else {
        return Err(Unknown::Interpreter(file));
    };
    if implementation == Implementation::CPython && series < (3, 8) && !abi.contains('m') {
        // pymalloc, which nearly every build of then has.
        abi.push('m');
    }
    Ok(Interpreter {
        named: named_dirs(text),
        file,
        implementation,
        series,
        abi,
    })
}

fn named_dirs(cfg: &[u8]) -> Vec<PathBuf> {
    let files = ["executable", "base-executable"].map(|key| keys::first(cfg, key));
    let files = files.into_iter().flatten().map(PathBuf::from);
    let dirs = files.filter_map(|file| file.parent().map(Path::to_owned));
    let home = keys::first(cfg, "home").map(PathBuf::from);
    home.into_iter().chain(dirs).collect()
}

type Named = (Implementation, (u32, u32), String);

/// What `python3.12`, `python3.13t`, `pypy3.11` speak of.
fn named(name: &str) -> Option<Named> {
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
fn is_python(name: &str) -> bool {
    let known = [Implementation::CPython, Implementation::PyPy];
    let mut rests = known
        .iter()
        .filter_map(|known| name.strip_prefix(known.stem()));
    rests.any(|rest| rest.chars().all(|c| c.is_ascii_digit()))
}

/// A file that is called `python` has its library beside it; a copy in the environment has the packages there, and
/// pyvenv.cfg says what it is a copy of.
fn by_libraries(file: &Path, root: &Path, cfg: &Cfg) -> Option<Named> {
    let said = cfg.version.as_deref().and_then(series_of);
    let around = |root: &Path, has: &dyn Fn(&Path) -> bool| {
        let entries = fs::read_dir(root.join("lib")).into_iter().flatten();
        let dirs = entries.flatten().filter(|entry| has(&entry.path()));
        let names = dirs.filter_map(|entry| named(&entry.file_name().to_string_lossy()));
        let mut all: Vec<Named> = names.collect();
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

/// 3.12 of `3.12.1.final.0`.
fn series_of(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(|number| {
        let end = number.find(|c: char| !c.is_ascii_digit());
        number[..end.unwrap_or(number.len())].parse()
    });
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_is_known_by_its_name() {
        let of = |name| named(name).map(|(kind, series, abi)| (kind.stem(), series, abi));
        assert_eq!(of("python3.12"), Some(("python", (3, 12), "".into())));
        assert_eq!(of("python3.13t"), Some(("python", (3, 13), "t".into())));
        assert_eq!(of("python3.6m"), Some(("python", (3, 6), "m".into())));
        assert_eq!(of("pypy3.11"), Some(("pypy", (3, 11), "".into())));
        for other in ["python", "python3", "python3.12-config", "graalpy"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
