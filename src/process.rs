//! The process as it was started: arguments, variables, working directory, own file. The only reader of `std::env`;
//! every other module is handed what it needs.
#![expect(
    clippy::disallowed_methods,
    reason = "the only place that reads the process"
)]

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::os;
use crate::quote::printable;

pub(crate) use std::env::consts::ARCH;

/// `-q`, nothing, or `-v`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors only.
    Quiet,
    /// Also what people should know: an environment is being created, a program belongs to another Python.
    #[default]
    Normal,
    /// Also what was selected and skipped, and why.
    Verbose,
}

/// Arguments and variables, read once, and how much vrun prints.
#[derive(Clone, Debug, Default)]
pub(crate) struct Process {
    /// argv, the program's own name first.
    pub args: Vec<OsString>,
    /// Every variable, in the order of the process environment.
    pub vars: Vec<(OsString, OsString)>,
    /// What `-q` and `-v` ask for.
    pub verbosity: Verbosity,
}

impl Process {
    /// Reads the process.
    pub(crate) fn capture() -> Process {
        Process {
            args: env::args_os().collect(),
            vars: env::vars_os().collect(),
            verbosity: Verbosity::default(),
        }
    }

    /// A variable, which may be empty.
    pub(crate) fn var(&self, name: &str) -> Option<&OsStr> {
        let mut vars = self.vars.iter();
        let (_, value) = vars.find(|(known, _)| os::is_same_var(known, name))?;
        Some(value)
    }

    /// A variable that counts as unset if it is empty.
    pub(crate) fn non_empty_var(&self, name: &str) -> Option<&OsStr> {
        self.var(name).filter(|value| !value.is_empty())
    }

    /// Whether this is a CI job, by the variable CI.
    pub(crate) fn is_ci(&self) -> bool {
        self.non_empty_var("CI").is_some_and(is_true)
    }

    /// Whether someone sees what vrun does: stderr is a terminal, or this is a CI job.
    pub(crate) fn is_seen(&self) -> bool {
        self.is_ci() || io::stderr().is_terminal()
    }

    /// The working directory as the user sees it: `PWD` if it names the same directory, so that a project behind a link
    /// keeps the link's name (POSIX, `pwd -L`), else what the system says.
    ///
    /// # Errors
    /// The directory is gone or cannot be read.
    pub(crate) fn logical_cwd(&self) -> Result<PathBuf, Error> {
        if let Some(pwd) = self.non_empty_var("PWD").map(Path::new)
            && is_normalized(pwd)
            && os::is_same_file(pwd, Path::new("."))
        {
            return Ok(normalize(pwd.to_owned()));
        }
        env::current_dir()
            .map(|path| dunce::simplified(&path).to_owned())
            .map_err(unreadable_cwd_error)
    }

    /// The working directory with links resolved, as getcwd(3) returns it.
    ///
    /// # Errors
    /// The directory is gone or cannot be read.
    pub(crate) fn physical_cwd(&self) -> Result<PathBuf, Error> {
        env::current_dir().map_err(unreadable_cwd_error)
    }

    /// Changes to `dir` as `cd` does: `PWD` follows.
    ///
    /// # Errors
    /// `dir` is not a directory that can be entered.
    pub(crate) fn change_dir(&mut self, dir: &Path) -> Result<(), Error> {
        let logical = self.absolute(dir);
        env::set_current_dir(dir).map_err(|error| {
            Error::failed(format!("cannot change to {}", printable(dir)))
                .with_cause(io_reason(&error))
        })?;
        self.set_pwd(match logical {
            Ok(path) if os::is_same_file(&path, Path::new(".")) => path,
            _ => env::current_dir().unwrap_or_else(|_| dir.to_owned()),
        });
        Ok(())
    }

    /// Sets `PWD` to the working directory, as a shell does before it starts anything (POSIX, sh: PWD). make, which
    /// changes the directory for `-C`, does not.
    pub(crate) fn export_pwd(&mut self) {
        // cmd has no PWD.
        if os::SCRIPT_SHELL.is_some()
            && let Ok(cwd) = self.logical_cwd()
            && self.var("PWD") != Some(cwd.as_os_str())
        {
            self.set_pwd(cwd);
        }
    }

    fn set_pwd(&mut self, dir: PathBuf) {
        self.vars.retain(|(name, _)| !os::is_same_var(name, "PWD"));
        self.vars.push(("PWD".into(), dir.into()));
    }

    /// `path` from the working directory, as the user would name it: with links, without `.` and `..`.
    ///
    /// # Errors
    /// `path` is relative and the working directory cannot be read.
    pub(crate) fn absolute(&self, path: &Path) -> Result<PathBuf, Error> {
        if path.is_absolute() {
            return Ok(normalize(path.to_owned()));
        }
        Ok(normalize(self.logical_cwd()?.join(path)))
    }

    /// The user's home directory.
    pub(crate) fn home_dir(&self) -> Option<PathBuf> {
        let set = self.non_empty_var(os::HOME_VAR).map(PathBuf::from);
        let home = set.or_else(os::passwd_home);
        home.filter(|path| path.is_absolute())
    }

    /// The directory for this user's temporary files.
    pub(crate) fn temp_dir(&self) -> PathBuf {
        env::temp_dir()
    }

    /// vrun's cache directory: VRUN_CACHE_DIR, or `vrun` in the user's cache directory.
    pub(crate) fn cache_dir(&self) -> Option<PathBuf> {
        let setting = |name: &str| self.non_empty_var(name).map(PathBuf::from);
        let set = setting("VRUN_CACHE_DIR").and_then(|dir| self.absolute(&dir).ok());
        set.or_else(|| Some(os::cache_home(self.home_dir().as_deref(), setting)?.join("vrun")))
    }

    /// The file that vrun runs from.
    pub(crate) fn current_exe(&self) -> Option<PathBuf> {
        env::current_exe().ok()
    }
}

fn is_true(value: &OsStr) -> bool {
    value != "0" && !value.eq_ignore_ascii_case("false")
}

/// Whether CLICOLOR_FORCE, NO_COLOR, CLICOLOR, TERM and CI want colour. They are read when something is printed, not
/// before: a run that prints nothing does not ask.
pub(crate) fn wants_color(is_terminal: impl FnOnce() -> bool) -> bool {
    let var = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let is_forced = var("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    if !(is_forced || is_terminal()) || var("NO_COLOR").is_some() {
        return false;
    }
    let is_ci = || var("CI").is_some_and(|value| is_true(&value));
    let is_off = || var("CLICOLOR").is_some_and(|value| value == "0");
    let is_dumb = || var("TERM").unwrap_or_else(|| os::DEFAULT_TERM.into()) == "dumb";
    is_forced || !(is_ci() || is_off() || is_dumb())
}

fn unreadable_cwd_error(error: io::Error) -> Error {
    Error::failed("the working directory cannot be read")
        .with_cause(io_reason(&error))
        .with_hint("`cd` to a directory that exists, or name one with `-C DIR`")
}

/// Whether `path` is absolute and without `.` and `..`, which POSIX requires of a `PWD`. Checks the text, because `Path`
/// hides a `.`.
fn is_normalized(path: &Path) -> bool {
    let is_separator = |byte: &u8| std::path::is_separator(char::from(*byte));
    let mut parts = path.as_os_str().as_encoded_bytes().split(is_separator);
    path.is_absolute() && parts.all(|part| part != b"." && part != b"..")
}

/// `path` without `.` and `..`: `a/../b` is `b`, as in a shell; if `a` is a link and that would be another file, the
/// links are resolved instead.
pub(crate) fn normalize(path: PathBuf) -> PathBuf {
    if path.components().all(|part| part != Component::ParentDir) {
        // Iterating drops `.`, doubled and trailing separators.
        return path.components().collect();
    }
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    if !path.exists() || os::is_same_file(&plain, &path) {
        return plain;
    }
    dunce::canonicalize(&path).unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_lies_where_the_user_says() {
        let cache = |vars: &[(&str, &str)]| {
            let vars = vars.iter().map(|(name, value)| (name.into(), value.into()));
            let process = Process {
                args: Vec::new(),
                vars: vars.collect(),
                ..Process::default()
            };
            process.cache_dir()
        };
        let dir = if cfg!(windows) { "C:\\c" } else { "/c" };
        let set = cache(&[("VRUN_CACHE_DIR", dir), ("XDG_CACHE_HOME", "/x")]);
        assert_eq!(set, Some(dir.into()));
        assert_eq!(cache(&[("HOME", "not/absolute")]), None);
    }
}
