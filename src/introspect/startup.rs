//! How an environment's Python would be started: the environment, the variables, the directory.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::{os, venv};

use super::posixpath::{is_windows, path_to_bytes};
use super::python_binary::PythonBinary;
use super::version_rules::CLocaleEncoding;

/// How an environment's Python would be started.
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
    /// The user's home directory in the user database, in case HOME is unset.
    pub passwd_home: Option<PathBuf>,
}

impl StartupContext<'_> {
    /// The name of the framework that the interpreter is of (`sys._framework`, on macOS), where its user directories are.
    pub(super) fn framework(&self, python: &PythonBinary) -> Option<&'static str> {
        let mut parts = python.file.components();
        let name = parts.find_map(|part| match part.as_os_str().to_str()? {
            // The latter is Apple's own.
            "Python.framework" | "Python3.framework" => Some("Python"),
            "PythonT.framework" => Some("PythonT"),
            _ => None,
        });
        name.filter(|_| os::OS_NAME == "macOS")
    }

    /// `sys.executable`
    pub(super) fn executable(&self) -> PathBuf {
        venv::python_path(self.root)
    }

    fn var(&self, name: &str) -> Option<&[u8]> {
        let mut vars = self.vars.iter();
        let (_, value) = vars.find(|(known, _)| os::is_same_var(known, name))?;
        Some(value.as_encoded_bytes())
    }

    /// A variable that Python reads: an empty one counts as unset.
    pub(super) fn non_empty_var(&self, name: &str) -> Option<&[u8]> {
        self.var(name).filter(|value| !value.is_empty())
    }

    /// The variable that makes the locale C, if one does (locale(7)).
    pub(super) fn c_locale_var(&self) -> Option<&'static str> {
        let mut names = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter();
        let set = names.find_map(|name| Some((name, self.non_empty_var(name)?)));
        let (name, locale) = set.unwrap_or(("LANG", b"C"));
        matches!(locale, b"C" | b"POSIX").then_some(name)
    }

    /// Whether the locale's encoding is ASCII, as far as is known.
    pub(super) fn is_ascii_locale(&self, in_c: CLocaleEncoding) -> bool {
        if is_windows() {
            // A code page, which has ASCII in common with UTF-8 (PEP 540 for the variable).
            return self.var("PYTHONUTF8") != Some(b"1");
        }
        let var = self.c_locale_var();
        match in_c {
            CLocaleEncoding::Ascii => var.is_some(),
            CLocaleEncoding::Utf8 => false,
            CLocaleEncoding::AsciiIfLcAll => var == Some("LC_ALL"),
        }
    }

    /// `os.path.expanduser("~")` without its trailing separator (posixpath.py); HOME may be empty.
    pub(super) fn home(&self) -> Vec<u8> {
        let home = match (self.var(os::HOME_VAR), &self.passwd_home) {
            (Some(home), _) => home.to_vec(),
            (None, Some(home)) => path_to_bytes(home),
            (None, None) => b"~".to_vec(),
        };
        let end = home.iter().rposition(|byte| *byte != b'/');
        home[..end.map_or(0, |at| at + 1)].to_vec()
    }
}
