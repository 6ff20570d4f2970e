//! The text of a request -> the Pythons that it matches.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

use crate::venv::MinorVersion;

use super::architecture::{Architecture, executable_architecture};

/// What a request means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// `3`, `3.12`, `3.12.1`, `3.13t`, `3.13+freethreaded`, `pypy3.10`, `cpython`, and uv's
    /// `cpython-3.12.1-linux-x86_64-gnu`; `py` and `py -3.12-32`, as Windows' launcher has it.
    Release {
        /// `cpython` or `pypy`; None for any.
        implementation: Option<&'static str>,
        /// The leading numbers that were given; empty for any release.
        release: Vec<u64>,
        /// A request with a release means the free-threaded build only if it says so.
        free_threaded: bool,
        /// Of `3.12-32`, `3.12-64` and `3.12-arm64`.
        architecture: Option<Architecture>,
    },
    /// `>=3.10,<3.13` (PEP 440).
    Range(VersionSpecifiers),
    /// This very interpreter.
    Path(PathBuf),
    /// pyenv's name of a version.
    PyenvName(OsString),
}

/// The implementation, version and build of an interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PythonKey {
    /// `cpython`, `pypy`: `sys.implementation.name`.
    pub implementation: String,
    /// 3, 12, 1; of an environment, as many numbers as it records.
    pub release: Vec<u64>,
    /// `rc1`; empty for a final release.
    pub suffix: String,
    pub free_threaded: bool,
}

impl fmt::Display for PythonKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.implementation.as_str() {
            "cpython" => "Python",
            "pypy" => "PyPy",
            other => other,
        };
        let build = if self.free_threaded { "t" } else { "" };
        write!(out, "{name} {}{build}", self.version())
    }
}

impl PythonKey {
    fn version(&self) -> String {
        self.dotted_release() + &self.suffix
    }

    /// `3.13.0`, without the suffix.
    pub(crate) fn dotted_release(&self) -> String {
        let numbers: Vec<_> = self.release.iter().map(u64::to_string).collect();
        numbers.join(".")
    }

    pub(super) fn minor_version(&self) -> Option<MinorVersion> {
        MinorVersion::from_version(&self.dotted_release())
    }
}

/// Whether `text` starts as a version specifier does.
pub(super) fn is_specifier(text: &str) -> bool {
    text.starts_with(['<', '>', '=', '!', '~'])
}

/// Whether `text` can be a name of one of pyenv's versions, and leads nowhere else.
pub(super) fn is_version_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('.')
        && !text.contains("..")
        && !text.contains(['/', '\\', ':'])
}

impl RequestKind {
    /// Parses everything but paths and pyenv's names.
    pub(super) fn parse(text: &str) -> Option<RequestKind> {
        if is_specifier(text.trim()) {
            return VersionSpecifiers::from_str(text)
                .ok()
                .map(RequestKind::Range);
        }
        let (implementation, version) = split_implementation(text.trim());
        if version.is_empty() && !text.is_empty() {
            return Some(RequestKind::Release {
                implementation,
                release: Vec::new(),
                free_threaded: false,
                architecture: None,
            });
        }
        if let Some(release) = parse_release(implementation, version) {
            return Some(release);
        }
        // `3.14.0rc1`: one version, exactly.
        let exact = Version::from_str(version).ok().filter(|version| {
            implementation.is_none() && version.is_pre() && !version.is_local()
        })?;
        let range = VersionSpecifiers::from_str(&format!("=={exact}"));
        range.ok().map(RequestKind::Range)
    }

    /// Whether this Python matches. A request that leaves the build open, as a range does, does not mean a
    /// free-threaded one. A path or a name matches none.
    pub(super) fn matches(&self, key: &PythonKey) -> bool {
        let is_build_open = match self {
            RequestKind::Release {
                release,
                free_threaded,
                ..
            } => release.is_empty() && !free_threaded,
            RequestKind::Range(_) => true,
            RequestKind::Path(_) | RequestKind::PyenvName(_) => false,
        };
        self.matches_any_build(key) && !(is_build_open && key.free_threaded)
    }

    /// Whether the interpreter at `exe` is compiled for what is asked for, as far as its file says.
    pub(super) fn matches_architecture(&self, exe: &Path) -> bool {
        let RequestKind::Release {
            architecture: Some(architecture),
            ..
        } = self
        else {
            return true;
        };
        executable_architecture(exe).is_none_or(|actual| actual.may_be(*architecture))
    }

    /// The same, but a request that leaves the build open matches any.
    pub(super) fn matches_any_build(&self, key: &PythonKey) -> bool {
        match self {
            RequestKind::Release {
                implementation,
                release,
                free_threaded,
                ..
            } => {
                let mut numbers = key.release.iter().zip(release);
                implementation.is_none_or(|name| name == key.implementation)
                    && numbers.all(|(is, requested)| is == requested)
                    && (release.is_empty() || key.free_threaded == *free_threaded)
            }
            RequestKind::Range(range) => {
                Version::from_str(&key.version()).is_ok_and(|version| range.contains(&version))
            }
            RequestKind::Path(_) | RequestKind::PyenvName(_) => true,
        }
    }
}

/// `pypy3.10` -> `pypy` and `3.10`, in any case. uv separates them with `@` or `-`, and appends the platform, which is
/// taken to be this one.
fn split_implementation(text: &str) -> (Option<&'static str>, &str) {
    let names = [
        ("python", None),
        ("cpython", Some("cpython")),
        ("pypy", Some("pypy")),
        ("py", None),
    ];
    for (name, implementation) in names {
        if let Some((start, rest)) = text.split_at_checked(name.len())
            && start.eq_ignore_ascii_case(name)
        {
            let rest = rest.trim_start();
            let rest = rest.strip_prefix("-V:").unwrap_or(rest);
            let rest = rest.strip_prefix(['@', '-']).unwrap_or(rest);
            return (implementation, strip_platform(rest));
        }
    }
    (None, text)
}

/// `3.12.1-linux-x86_64-gnu` -> `3.12.1`. Anything else after a dash is part of one of pyenv's names.
fn strip_platform(text: &str) -> &str {
    let systems = ["linux", "macos", "windows", "freebsd", "any"];
    match text.split_once('-') {
        Some((version, system)) if systems.iter().any(|known| system.starts_with(known)) => version,
        _ => text,
    }
}

fn parse_release(implementation: Option<&'static str>, text: &str) -> Option<RequestKind> {
    let named = text.rsplit_once('-').and_then(|(version, name)| {
        let architecture = Architecture::from_name(name)?;
        Some((version, Some(architecture)))
    });
    let (text, architecture) = named.unwrap_or((text, None));
    let build = text.strip_suffix("+freethreaded");
    let free_threaded = build.or(text.strip_suffix('t'));
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = free_threaded.unwrap_or(text).split('.');
    let release: Option<Vec<u64>> = numbers
        .map(|part| Some(part).filter(is_number)?.parse().ok())
        .collect();
    Some(RequestKind::Release {
        implementation,
        release: release.filter(|release| release.len() <= 3)?,
        free_threaded: free_threaded.is_some(),
        architecture,
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
    fn a_request_matches_what_it_says_and_no_more() {
        let plain = key("cpython", &[3, 12, 1], false);
        let newer = key("cpython", &[3, 13, 0], false);
        let threaded = key("cpython", &[3, 13, 0], true);
        let pypy = key("pypy", &[3, 10, 14], false);
        for (text, matching) in [
            ("3", vec![&plain, &newer, &pypy]),
            ("3.12", vec![&plain]),
            ("3.12.1", vec![&plain]),
            ("3.12.2", vec![]),
            ("3.1", vec![]),
            ("3.13", vec![&newer]),
            ("3.13t", vec![&threaded]),
            ("python3.13t", vec![&threaded]),
            ("python3.12", vec![&plain]),
            ("py", vec![&plain, &newer, &pypy]),
            ("py3.12", vec![&plain]),
            ("py -3.12", vec![&plain]),
            ("py -V:3.12", vec![&plain]),
            ("3.12-64", vec![&plain]),
            ("py -3-32", vec![&plain, &newer, &pypy]),
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
            let kind = RequestKind::parse(text).expect(text);
            for key in [&plain, &newer, &threaded, &pypy] {
                let expected = matching.contains(&key);
                assert_eq!(kind.matches(key), expected, "{text} and {key}");
            }
        }
    }

    #[test]
    fn the_architecture_asked_for_is_that_of_the_interpreters_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let pe = |machine: &[u8]| {
            let start = [&b"MZ"[..], &[0; 58], &[0x40, 0, 0, 0], b"PE\0\0"];
            [&start.concat(), machine].concat()
        };
        let elf = |machine| [&b"\x7fELF\x02"[..], &[0; 13], &[machine, 0]].concat();
        for (head, is_32, is_64, is_arm64) in [
            (b"\x7fELF\x01".to_vec(), true, false, false),
            (b"\x7fELF\x02".to_vec(), false, true, true),
            (elf(62), false, true, false),
            (elf(183), false, true, true),
            (b"\xcf\xfa\xed\xfe\x07\0\0\x01".to_vec(), false, true, false),
            (b"\xcf\xfa\xed\xfe\x0c\0\0\x01".to_vec(), false, true, true),
            (b"\xca\xfe\xba\xbe".to_vec(), false, true, true),
            (pe(&[0x4c, 0x01]), true, false, false),
            (pe(&[0x64, 0x86]), false, true, false),
            (pe(&[0x64, 0xaa]), false, true, true),
            (b"#!/bin/sh".to_vec(), true, true, true),
        ] {
            let exe = dir.path().join("python");
            std::fs::write(&exe, head).expect("a file");
            let matches = |text| {
                let kind = RequestKind::parse(text).expect(text);
                kind.matches_architecture(&exe)
            };
            let names = ["3.12-32", "py -3-64", "3.12-arm64", "py -V:3.12"];
            assert_eq!(names.map(matches), [is_32, is_64, is_arm64, true]);
        }
    }

    #[test]
    fn malformed_requests_are_refused() {
        let texts = " latest 3.x 3. 3..1 +3 3.12.1.0 3.12-dev python3.12-dev 3.14.0rc1+freethreaded system \
                     pypy3.10-7.3.12 3.12-16 -64 pyp3.10 >= ^3.10 3.13tt";
        for text in texts.split(' ') {
            assert_eq!(RequestKind::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_bare_name_matches_any_release() {
        let cpython = key("cpython", &[3, 14, 0], false);
        let pypy = key("pypy", &[3, 10, 14], false);
        for (text, is_cpython, is_pypy) in [
            ("python", true, true),
            ("cpython", true, false),
            ("PYPY", false, true),
        ] {
            let kind = RequestKind::parse(text).expect(text);
            assert_eq!(
                (kind.matches(&cpython), kind.matches(&pypy)),
                (is_cpython, is_pypy)
            );
        }
    }

    #[test]
    fn a_free_threaded_build_that_was_not_requested_is_the_last_resort() {
        let threaded = key("cpython", &[3, 13, 0], true);
        for (text, at_last) in [
            (">=3.10", true),
            ("python", true),
            ("3.13", false),
            ("pypy", false),
        ] {
            let kind = RequestKind::parse(text).expect(text);
            assert!(!kind.matches(&threaded), "{text}");
            assert_eq!(kind.matches_any_build(&threaded), at_last, "{text}");
        }
    }

    #[test]
    fn a_key_is_printed_as_people_write_it() {
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
