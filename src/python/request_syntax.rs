//! The text of a request -> what it admits.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

/// What a request means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// `3`, `3.12`, `3.12.1`, `3.13t`, `3.13+freethreaded`, `pypy3.10`, `cpython`, and uv's
    /// `cpython-3.12.1-linux-x86_64-gnu`.
    Release {
        /// `cpython` or `pypy`, if it has to be that.
        implementation: Option<&'static str>,
        /// As far as it is said; empty for any.
        release: Vec<u64>,
        /// A free-threaded build. With a release it is meant only if it is said.
        free_threaded: bool,
    },
    /// `>=3.10,<3.13` (PEP 440).
    Range(VersionSpecifiers),
    /// This very interpreter.
    Path(PathBuf),
    /// What pyenv calls so.
    PyenvName(OsString),
}

/// What kind of Python an interpreter is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PythonKey {
    /// `cpython`, `pypy`: `sys.implementation.name`.
    pub implementation: String,
    /// 3, 12, 1; of an environment as much as it says of itself.
    pub release: Vec<u64>,
    /// `rc1`; empty for a final release.
    pub suffix: String,
    /// Whether it runs without the global lock.
    pub free_threaded: bool,
}

impl fmt::Display for PythonKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.implementation.as_str() {
            "cpython" => "Python",
            "pypy" => "PyPy",
            other => other,
        };
        let threads = if self.free_threaded { "t" } else { "" };
        write!(out, "{name} {}{threads}", self.version())
    }
}

impl PythonKey {
    fn version(&self) -> String {
        format!("{}{}", self.dotted_release(), self.suffix)
    }

    /// `3.13.0`, of whatever release level.
    pub(crate) fn dotted_release(&self) -> String {
        let numbers: Vec<_> = self.release.iter().map(u64::to_string).collect();
        numbers.join(".")
    }
}

/// Whether `text` starts as a version specifier does.
pub(super) fn is_specifier(text: &str) -> bool {
    text.starts_with(['<', '>', '=', '!', '~'])
}

impl RequestKind {
    /// Reads everything but paths and pyenv's names.
    pub(crate) fn parse(text: &str) -> Option<RequestKind> {
        if is_specifier(text.trim()) {
            return VersionSpecifiers::from_str(text)
                .ok()
                .map(RequestKind::Range);
        }
        let (implementation, rest) = split_implementation(text.trim());
        if rest.is_empty() && !text.is_empty() {
            return Some(RequestKind::Release {
                implementation,
                release: Vec::new(),
                free_threaded: false,
            });
        }
        if let Some(form) = parse_release(implementation, rest) {
            return Some(form);
        }
        // `3.14.0rc1`: one version, exactly.
        let exact = Version::from_str(rest).ok().filter(|version| {
            implementation.is_none() && version.is_pre() && !version.is_local()
        })?;
        VersionSpecifiers::from_str(&format!("=={exact}"))
            .ok()
            .map(RequestKind::Range)
    }

    /// Whether a Python of this kind will do. A path and a name decide by themselves. What says nothing of
    /// the build, as a range does, does not mean a free-threaded one.
    pub(crate) fn matches(&self, kind: &PythonKey) -> bool {
        let is_build_open = match self {
            RequestKind::Release {
                release,
                free_threaded,
                ..
            } => release.is_empty() && !free_threaded,
            RequestKind::Range(_) => true,
            RequestKind::Path(_) | RequestKind::PyenvName(_) => false,
        };
        self.matches_any_build(kind) && !(is_build_open && kind.free_threaded)
    }

    /// The same where nothing else is to be had: what says nothing of the build admits any.
    pub(crate) fn matches_any_build(&self, kind: &PythonKey) -> bool {
        match self {
            RequestKind::Release {
                implementation,
                release,
                free_threaded,
            } => {
                implementation.is_none_or(|name| name == kind.implementation)
                    && kind
                        .release
                        .iter()
                        .zip(release)
                        .all(|(is, asked)| is == asked)
                    && (release.is_empty() || kind.free_threaded == *free_threaded)
            }
            RequestKind::Range(range) => {
                Version::from_str(&kind.version()).is_ok_and(|version| range.contains(&version))
            }
            RequestKind::Path(_) | RequestKind::PyenvName(_) => true,
        }
    }
}

/// `pypy3.10` -> `pypy` and `3.10`, in any case. uv parts them with `@` or `-`, and names the system
/// behind them, which is taken to be this one.
fn split_implementation(text: &str) -> (Option<&'static str>, &str) {
    let names = [
        ("python", None),
        ("cpython", Some("cpython")),
        ("pypy", Some("pypy")),
    ];
    for (name, implementation) in names {
        let is_named = text
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name));
        if is_named {
            let rest = &text[name.len()..];
            let rest = rest.strip_prefix(['@', '-']).unwrap_or(rest);
            return (implementation, strip_platform(rest));
        }
    }
    (None, text)
}

/// `3.12.1-linux-x86_64-gnu` -> `3.12.1`. What else is behind a dash is part of a name of pyenv's.
fn strip_platform(text: &str) -> &str {
    let systems = ["linux", "macos", "windows", "freebsd", "any"];
    match text.split_once('-') {
        Some((version, system)) if systems.iter().any(|known| system.starts_with(known)) => version,
        _ => text,
    }
}

fn parse_release(implementation: Option<&'static str>, text: &str) -> Option<RequestKind> {
    let threads = text.strip_suffix("+freethreaded");
    let (numbers, free_threaded) = match threads.or(text.strip_suffix('t')) {
        Some(numbers) => (numbers, true),
        None => (text, false),
    };
    let release = numbers
        .split('.')
        .map(|number| {
            number
                .parse()
                .ok()
                .filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()))
        })
        .collect::<Option<Vec<u64>>>()
        .filter(|release| release.len() <= 3);
    Some(RequestKind::Release {
        implementation,
        release: release?,
        free_threaded,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(implementation: &str, release: &[u64], free_threaded: bool) -> PythonKey {
        PythonKey {
            implementation: implementation.into(),
            release: release.to_vec(),
            suffix: String::new(),
            free_threaded,
        }
    }

    #[test]
    fn a_request_admits_what_it_says_and_no_more() {
        let plain = key("cpython", &[3, 12, 1], false);
        let newer = key("cpython", &[3, 13, 0], false);
        let threaded = key("cpython", &[3, 13, 0], true);
        let pypy = key("pypy", &[3, 10, 14], false);
        for (text, admitted) in [
            ("3", vec![&plain, &newer, &pypy]),
            ("3.12", vec![&plain]),
            ("3.12.1", vec![&plain]),
            ("3.12.2", vec![]),
            ("3.1", vec![]),
            ("3.13", vec![&newer]),
            ("3.13t", vec![&threaded]),
            ("python3.13t", vec![&threaded]),
            ("python3.12", vec![&plain]),
            ("cpython3.12", vec![&plain]),
            ("cpython@3.12", vec![&plain]),
            ("cpython3", vec![&plain, &newer]),
            ("3.10", vec![&pypy]),
            ("pypy3.10", vec![&pypy]),
            (">=3.10,<3.13", vec![&plain, &pypy]),
            ("==3.12.*", vec![&plain]),
            ("~=3.12", vec![&plain, &newer]),
            ("!=3.12.1", vec![&newer, &pypy]),
            ("3.13+freethreaded", vec![&threaded]),
            (
                "cpython-3.13.0+freethreaded-linux-x86_64-gnu",
                vec![&threaded],
            ),
            ("cpython-3.12.1-linux-x86_64-gnu", vec![&plain]),
            ("pypy-3.10.14-macos-aarch64-none", vec![&pypy]),
            ("Python3.12", vec![&plain]),
            ("PyPy3.10", vec![&pypy]),
            (" 3.12 ", vec![&plain]),
            (" >=3.13 ", vec![&newer]),
            ("3.14.0rc1", vec![]),
        ] {
            let form = RequestKind::parse(text).expect(text);
            for kind in [&plain, &newer, &threaded, &pypy] {
                let expected = admitted.contains(&kind);
                assert_eq!(form.matches(kind), expected, "{text} and {kind}");
            }
        }
    }

    #[test]
    fn what_is_no_request_is_none() {
        for text in [
            "",
            "latest",
            "3.x",
            "3.",
            "3..1",
            "+3",
            "3.12.1.0",
            "3.12-dev",
            "python3.12-dev",
            "3.14.0rc1+freethreaded",
            "system",
            "pypy3.10-7.3.12",
            ">=",
            "^3.10",
            "3.13tt",
        ] {
            assert_eq!(RequestKind::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_bare_name_is_any_release_of_it() {
        let cpython = key("cpython", &[3, 14, 0], false);
        let pypy = key("pypy", &[3, 10, 14], false);
        for (text, cpython_fits, pypy_fits) in [
            ("python", true, true),
            ("cpython", true, false),
            ("PYPY", false, true),
        ] {
            let form = RequestKind::parse(text).expect(text);
            assert_eq!(
                (form.matches(&cpython), form.matches(&pypy)),
                (cpython_fits, pypy_fits)
            );
        }
    }

    #[test]
    fn what_says_nothing_of_the_build_admits_a_free_threaded_one_only_at_last() {
        let threaded = key("cpython", &[3, 13, 0], true);
        for (text, at_last) in [
            (">=3.10", true),
            ("python", true),
            ("3.13", false),
            ("pypy", false),
        ] {
            let form = RequestKind::parse(text).expect(text);
            assert!(!form.matches(&threaded), "{text}");
            assert_eq!(form.matches_any_build(&threaded), at_last, "{text}");
        }
    }

    #[test]
    fn a_kind_reads_as_people_write_it() {
        let mut candidate = key("cpython", &[3, 14, 0], false);
        candidate.suffix = "rc1".into();
        assert_eq!(candidate.to_string(), "Python 3.14.0rc1");
        assert_eq!(
            key("cpython", &[3, 13, 0], true).to_string(),
            "Python 3.13.0t"
        );
        assert_eq!(key("pypy", &[3, 10, 14], false).to_string(), "PyPy 3.10.14");
    }
}
