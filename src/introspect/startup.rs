//! How a Python would be started: in which environment, with which variables, from which directory.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::{os, venv};

use super::implementation::PythonBinary;
use super::posixpath::path_to_bytes;
use super::version_rules::CLocaleEncoding;

/// How an environment's Python is started.
#[derive(Debug)]
pub(crate) struct StartupContext<'a> {
    /// The environment's directory, absolute, as the user sees it.
    pub root: &'a Path,
    /// The bytes of its pyvenv.cfg.
    pub cfg_bytes: &'a [u8],
    /// The variables that the program will see.
    pub vars: &'a [(OsString, OsString)],
    /// The working directory, links resolved.
    pub cwd: &'a Path,
    /// The user's home directory by the system's records, for where HOME is unset.
    pub passwd_home: Option<PathBuf>,
}

impl StartupContext<'_> {
    /// Whether the interpreter is a framework of macOS (`sys._framework`), which has places of its own.
    pub(crate) fn is_framework_build(&self, python: &PythonBinary) -> bool {
        let mut parts = python.file.components();
        os::OS_NAME == "macOS" && parts.any(|part| part.as_os_str() == "Python.framework")
    }

    /// `sys.executable`
    pub(crate) fn executable(&self) -> PathBuf {
        venv::python_path(self.root)
    }

    /// A variable of Python's: an empty one counts as unset.
    pub(crate) fn non_empty_var(&self, name: &str) -> Option<&[u8]> {
        let found = self
            .vars
            .iter()
            .find(|(known, _)| os::is_same_var(known, name));
        let value = found.map(|(_, value)| value.as_encoded_bytes());
        value.filter(|value| !value.is_empty())
    }

    /// The variable by which the locale is C (locale(7)).
    pub(crate) fn c_locale_var(&self) -> Option<&'static str> {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"];
        let said = names
            .iter()
            .find_map(|name| Some((*name, self.non_empty_var(name)?)));
        let (by, name) = said.unwrap_or(("LANG", b"C"));
        matches!(name, b"C" | b"POSIX").then_some(by)
    }

    /// Whether text is ASCII alone by the locale.
    pub(crate) fn is_ascii_locale(&self, in_c: CLocaleEncoding) -> bool {
        let by = self.c_locale_var();
        match in_c {
            CLocaleEncoding::Ascii => by.is_some(),
            CLocaleEncoding::Utf8 => false,
            CLocaleEncoding::AsciiIfLcAll => by == Some("LC_ALL"),
        }
    }

    /// What `~` stands for, without the separator at its end (posixpath.py); HOME may be empty.
    pub(crate) fn home(&self) -> Vec<u8> {
        let named = self
            .vars
            .iter()
            .find(|(known, _)| os::is_same_var(known, os::HOME_VAR));
        let home = match named {
            Some((_, home)) => home.as_encoded_bytes().to_vec(),
            None => match &self.passwd_home {
                Some(home) => path_to_bytes(home),
                None => b"~".to_vec(),
            },
        };
        let end = home.iter().rposition(|byte| *byte != b'/');
        home[..end.map_or(0, |at| at + 1)].to_vec()
    }
}
