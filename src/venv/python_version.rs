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

/// The start of the name of an interpreter and of its library directory, before the version.
const NAME_PREFIXES: [&str; 2] = ["python", "pypy"];

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
        let mut prefixes = NAME_PREFIXES.iter();
        let version = prefixes.find_map(|prefix| name.strip_prefix(prefix))?;
        let version = version.strip_suffix('t').unwrap_or(version);
        let is_plain = version.bytes().all(|c| c.is_ascii_digit() || c == b'.');
        MinorVersion::from_version(version).filter(|_| is_plain)
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
        let names = NAME_PREFIXES.iter().map(|prefix| format!("{prefix}{self}"));
        let mut names = names.chain([format!("python{self}t")]);
        names.any(|name| lib.join(name).exists())
    }
}

impl fmt::Display for MinorVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.major, self.minor)
    }
}
