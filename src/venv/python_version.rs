//! A version or a name -> its minor version of Python, for which packages are installed.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

use crate::os;

use super::site_packages;

/// 3.12
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MinorVersion {
    major: u32,
    minor: u32,
}

/// The names of Python's programs and library directories, before the version.
pub(crate) const PYTHON_STEMS: [&str; 2] = ["python", "pypy"];

/// `3.13` and `t` of `python3.13t`; None for a name that does not start with `stem`, or has a malformed version.
pub(crate) fn split_versioned_name<'a>(name: &'a str, stem: &str) -> Option<(&'a str, &'a str)> {
    let rest = name.strip_prefix(stem)?;
    let build = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let version = &rest[..rest.len() - build.len()];
    let is_valid = version.is_empty() || version.split('.').all(|number| !number.is_empty());
    is_valid.then_some((version, build))
}

/// Whether `name` is `stem` alone, with `t`, or with a version and the letters of a build (sys.abiflags):
/// `python3.13td`, and `python3.12-intel64`, macOS's name of one that runs as on an Intel machine.
pub(crate) fn is_versioned_name(name: &str, stem: &str) -> bool {
    let name = name.strip_suffix("-intel64").unwrap_or(name);
    split_versioned_name(name, stem).is_some_and(|(version, build)| {
        let is_build = build.bytes().all(|byte| b"dmtu".contains(&byte));
        is_build && (!version.is_empty() || matches!(build, "" | "t"))
    })
}

impl MinorVersion {
    /// Of `3.12.1`, `3.12`, `3.14.0rc1`.
    pub(crate) fn from_version(text: &str) -> Option<MinorVersion> {
        let (major, rest) = text.split_once('.')?;
        let minor = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        let (major, minor) = (major.parse().ok()?, minor.parse().ok()?);
        Some(MinorVersion { major, minor })
    }

    /// Of `python3.12`, `python3.13t`, `pypy3.11`; not of `python3`, `python3.12-config`.
    pub(crate) fn from_name(name: &OsStr) -> Option<MinorVersion> {
        let name = name.to_str()?;
        let name = name.strip_suffix(os::EXE_SUFFIX).unwrap_or(name);
        let mut stems = PYTHON_STEMS.iter();
        let (version, build) = stems.find_map(|stem| split_versioned_name(name, stem))?;
        MinorVersion::from_version(version).filter(|_| matches!(build, "" | "t"))
    }

    pub(crate) fn numbers(self) -> (u32, u32) {
        (self.major, self.minor)
    }

    /// Of the only library in the environment at `root`; None if there is none or several.
    pub(crate) fn from_library(root: &Path) -> Option<MinorVersion> {
        let names = site_packages::library_names(root);
        let names = names.iter().map(OsStr::new);
        let mut found = names.filter_map(MinorVersion::from_name);
        found.next().filter(|_| found.next().is_none())
    }

    /// Whether the environment at `root` has a library of this version.
    pub(crate) fn has_library(self, root: &Path) -> bool {
        let lib = root.join("lib");
        let names = PYTHON_STEMS.iter().map(|stem| format!("{stem}{self}"));
        let mut names = names.chain([format!("python{self}t")]);
        names.any(|name| lib.join(name).exists())
    }

    /// Whether the environment at `root` is one of a free-threaded build of this version.
    pub(crate) fn is_free_threaded(self, root: &Path) -> bool {
        os::free_threaded_file(root, &format!("python{self}t")).exists()
    }
}

impl fmt::Display for MinorVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.major, self.minor)
    }
}
