//! The process as it was started: arguments, variables, working directory, own file. The only reader
//! of `std::env`; every other module is handed what it needs.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::{env, io};

use crate::error::{Error, io_reason};
use crate::os;
use crate::quote::printable;

pub(crate) use std::env::consts::ARCH;

/// Arguments and variables, read once.
#[derive(Debug, Default)]
pub(crate) struct Process {
    /// argv, the program's own name first.
    pub args: Vec<OsString>,
    /// Every variable, in the order of the process environment.
    pub vars: Vec<(OsString, OsString)>,
}

impl Process {
    /// Reads the process.
    pub(crate) fn capture() -> Process {
        Process {
            args: env::args_os().collect(),
            vars: env::vars_os().collect(),
        }
    }

    /// A variable as it is; an empty one is there, and empty.
    pub(crate) fn var(&self, name: &str) -> Option<&OsStr> {
        let found = self
            .vars
            .iter()
            .find(|(known, _)| os::is_same_var(known, name));
        found.map(|(_, value)| value.as_os_str())
    }

    /// A setting of vrun's or of the system's: an empty variable counts as unset.
    pub(crate) fn non_empty_var(&self, name: &str) -> Option<&OsStr> {
        self.var(name).filter(|value| !value.is_empty())
    }

    /// The working directory as the user sees it: `PWD` while it names the same directory, so that a
    /// project behind a link keeps the link's name (POSIX, `pwd -L`), else what the system says.
    ///
    /// # Errors
    /// The directory is gone or cannot be read.
    pub(crate) fn logical_cwd(&self) -> Result<PathBuf, Error> {
        if let Some(logical) = self.non_empty_var("PWD").map(Path::new)
            && is_normalized(logical)
            && os::is_same_file(logical, Path::new("."))
        {
            return Ok(normalize(logical.to_owned()));
        }
        env::current_dir()
            .map(|path| dunce::simplified(&path).to_owned())
            .map_err(unreadable_cwd_error)
    }

    /// The working directory by its real path, as a program that asks for it (getcwd(3)) is told it.
    ///
    /// # Errors
    /// The directory is gone or cannot be read.
    pub(crate) fn physical_cwd(&self) -> Result<PathBuf, Error> {
        env::current_dir().map_err(unreadable_cwd_error)
    }

    /// Goes to `dir`, as `cd` does: `PWD` follows.
    ///
    /// # Errors
    /// `dir` is not a directory that can be entered.
    pub(crate) fn change_dir(&mut self, dir: &Path) -> Result<(), Error> {
        let seen = self.absolute(dir);
        env::set_current_dir(dir).map_err(|error| {
            Error::failed(format!("cannot go to {}", printable(dir))).with_cause(io_reason(&error))
        })?;
        let logical = seen
            .ok()
            .filter(|path| os::is_same_file(path, Path::new(".")));
        let pwd = match logical {
            Some(path) => path,
            None => env::current_dir().unwrap_or_else(|_| dir.to_owned()),
        };
        self.set_pwd(pwd);
        Ok(())
    }

    /// Has `PWD` name the working directory, as a shell does before it starts anything (POSIX, sh: PWD). make, which
    /// goes to another directory for `-C`, does not.
    pub(crate) fn export_pwd(&mut self) {
        // cmd does not know it.
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

    /// `path` from the working directory, as the user would name it: links kept, `.` and `..` gone.
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
        let named = self.non_empty_var(os::HOME_VAR).map(PathBuf::from);
        let home = named.or_else(os::passwd_home);
        home.filter(|path| path.is_absolute())
    }

    /// The system's directory for temporary files, as this user is given it.
    pub(crate) fn temp_dir(&self) -> PathBuf {
        env::temp_dir()
    }

    /// vrun's own directory for what can be made again: VRUN_CACHE_DIR, or `vrun` in the user's.
    pub(crate) fn cache_dir(&self) -> Option<PathBuf> {
        let setting = |name: &str| self.non_empty_var(name).map(PathBuf::from);
        let named = setting("VRUN_CACHE_DIR").and_then(|dir| self.absolute(&dir).ok());
        let usual =
            || os::cache_home(self.home_dir().as_deref(), setting).map(|dir| dir.join("vrun"));
        named.or_else(usual)
    }

    /// The file that vrun itself runs from.
    pub(crate) fn current_exe(&self) -> Option<PathBuf> {
        env::current_exe().ok()
    }
}

fn unreadable_cwd_error(error: io::Error) -> Error {
    Error::failed("the working directory cannot be read")
        .with_cause(io_reason(&error))
        .with_hint("`cd` to a directory that exists, or name one with `-C DIR`")
}

/// Absolute, with no `.` or `..` in it (as POSIX asks of a `PWD` that is to be believed). By its text,
/// because `Path` hides a `.`.
fn is_normalized(path: &Path) -> bool {
    let is_separator = |byte: &u8| std::path::is_separator(char::from(*byte));
    let mut parts = path.as_os_str().as_encoded_bytes().split(is_separator);
    path.is_absolute() && parts.all(|part| part != b"." && part != b"..")
}

/// `path` without `.` and `..`: `a/../b` is `b`, as in a shell; where `a` is a link and that would be
/// another place, the links are resolved instead.
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
            };
            process.cache_dir()
        };
        let dir = if cfg!(windows) { "C:\\c" } else { "/c" };
        let named = cache(&[("VRUN_CACHE_DIR", dir), ("XDG_CACHE_HOME", "/x")]);
        assert_eq!(named, Some(dir.into()));
        assert_eq!(cache(&[("HOME", "not/absolute")]), None);
    }
}
