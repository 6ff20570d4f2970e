//! The Pythons on this machine -> the requests that name them, from names alone: none is started.

use std::cmp::Reverse;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::os;
use crate::process::Process;

use super::candidates::all_candidates;
use super::request_syntax::RequestKind;

/// `3.13`, `3.12`, `3.12.1`, `pypy3.10`: CPython before PyPy, newest first, a series before its releases. Each with an
/// interpreter of that name.
pub(crate) fn installed_requests(process: &Process) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for candidate in all_candidates(process) {
        let real = dunce::canonicalize(&candidate.path).unwrap_or_else(|_| candidate.path.clone());
        let Some(release) = named_release(&real).or_else(|| named_release(&candidate.path)) else {
            continue;
        };
        found.extend([release.series(), release].map(|release| (release, candidate.path.clone())));
    }
    // Stable: of two of a name, the first that a search finds.
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found.dedup_by(|(b, _), (a, _)| a == b);
    let requests = found.into_iter();
    requests
        .map(|(release, path)| (release.to_string(), path))
        .collect()
}

/// A version that a name tells, in the order in which versions are listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct NamedRelease {
    is_pypy: bool,
    minor: Reverse<u64>,
    is_free_threaded: bool,
    /// None: the series.
    patch: Option<Reverse<u64>>,
}

impl NamedRelease {
    fn series(&self) -> NamedRelease {
        NamedRelease {
            patch: None,
            ..self.clone()
        }
    }

    fn parse(name: &str) -> Option<NamedRelease> {
        // pyenv's name of a PyPy ends with PyPy's own version.
        let name = match name.starts_with("pypy") {
            true => name.split('-').next()?,
            false => name,
        };
        match RequestKind::parse(name)? {
            RequestKind::Release {
                implementation,
                release,
                free_threaded,
                ..
            } if release.len() > 1 && release[0] == 3 => Some(NamedRelease {
                is_pypy: implementation == Some("pypy"),
                minor: Reverse(release[1]),
                is_free_threaded: free_threaded,
                patch: release.get(2).copied().map(Reverse),
            }),
            _ => None,
        }
    }
}

impl fmt::Display for NamedRelease {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.is_pypy { "pypy" } else { "" };
        write!(out, "{name}3.{}", self.minor.0)?;
        if let Some(Reverse(patch)) = self.patch {
            write!(out, ".{patch}")?;
        }
        out.write_str(if self.is_free_threaded { "t" } else { "" })
    }
}

/// The version in the name of the interpreter, or of the directory in which a version manager keeps it.
fn named_release(interpreter: &Path) -> Option<NamedRelease> {
    let dirs = interpreter.ancestors().skip(1).take(2);
    let names = dirs
        .filter_map(Path::file_name)
        .chain(interpreter.file_name());
    let mut releases = names.filter_map(|name| {
        let name = name.to_str()?;
        NamedRelease::parse(name.strip_suffix(os::EXE_SUFFIX).unwrap_or(name))
    });
    releases.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_told_by_names() {
        for (path, expected) in [
            ("/usr/bin/python3.12", Some("3.12")),
            ("/usr/bin/python3.13t", Some("3.13t")),
            ("/usr/bin/pypy3.10", Some("pypy3.10")),
            (
                "/home/ada/.pyenv/versions/3.12.1/bin/python3.12",
                Some("3.12.1"),
            ),
            (
                "/home/ada/.pyenv/versions/pypy3.10-7.3.12/bin/python",
                Some("pypy3.10"),
            ),
            (
                "/home/ada/.local/share/uv/python/cpython-3.13.0+freethreaded-linux-x86_64-gnu/bin/python",
                Some("3.13.0t"),
            ),
            ("/home/ada/.pyenv/versions/2.7.18/bin/python", None),
            ("/home/ada/.pyenv/versions/tools/bin/python", None),
            ("/usr/bin/python3", None),
        ] {
            let named = named_release(Path::new(path)).map(|release| release.to_string());
            assert_eq!(named.as_deref(), expected, "{path}");
        }
    }
}
