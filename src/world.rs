//! The process as it was started: arguments, variables, working directory, own file. The only reader
//! of `std::env`; every other module is handed what it needs.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, reason, shown};
use crate::os;

/// What kind of processor this program is for.
pub use std::env::consts::ARCH as ARCHITECTURE;

/// Arguments and variables, read once.
#[derive(Debug, Default)]
pub struct World {
    /// argv, the program's own name first.
    pub args: Vec<OsString>,
    /// Every variable, in the order of the process environment.
    pub vars: Vec<(OsString, OsString)>,
}

impl World {
    /// Reads the process.
    pub fn read() -> World {
        World {
            args: env::args_os().collect(),
            vars: env::vars_os().collect(),
        }
    }

    /// A variable as it is; an empty one is there, and empty.
    pub fn var(&self, name: &str) -> Option<&OsStr> {
        let found = self
            .vars
            .iter()
            .find(|(known, _)| os::same_variable(known, name));
        found.map(|(_, value)| value.as_os_str())
    }

    /// A setting of vrun's or of the system's: an empty variable counts as unset.
    pub fn setting(&self, name: &str) -> Option<&OsStr> {
        self.var(name).filter(|value| !value.is_empty())
    }

    /// The working directory as the user sees it: `PWD` while it names the same directory, so that a
    /// project behind a link keeps the link's name (POSIX, `pwd -L`), else what the system says.
    ///
    /// # Errors
    /// The directory is gone or cannot be read.
    pub fn cwd(&self) -> Result<PathBuf, Error> {
        if let Some(logical) = self.setting("PWD").map(Path::new)
            && is_plain(logical)
            && os::same_file(logical, Path::new("."))
        {
            return Ok(tidy(logical.to_owned()));
        }
        env::current_dir()
            .map(|path| dunce::simplified(&path).to_owned())
            .map_err(unreadable_cwd)
    }

    /// The working directory by its real path, as a program that asks for it (getcwd(3)) is told it.
    ///
    /// # Errors
    /// The directory is gone or cannot be read.
    pub fn real_cwd(&self) -> Result<PathBuf, Error> {
        env::current_dir().map_err(unreadable_cwd)
    }

    /// Goes to `dir`, as `cd` does: `PWD` follows.
    ///
    /// # Errors
    /// `dir` is not a directory that can be entered.
    pub fn enter(&mut self, dir: &Path) -> Result<(), Error> {
        let seen = self.absolute(dir);
        env::set_current_dir(dir).map_err(|error| {
            Error::failed(format!("cannot go to {}", shown(dir))).cause(reason(&error))
        })?;
        let logical = seen.ok().filter(|path| os::same_file(path, Path::new(".")));
        let pwd = match logical {
            Some(path) => path,
            None => env::current_dir().unwrap_or_else(|_| dir.to_owned()),
        };
        self.set_pwd(pwd);
        Ok(())
    }

    /// Has `PWD` name the working directory, as a shell does before it starts anything (POSIX, sh: PWD). make, which
    /// goes to another directory for `-C`, does not.
    pub fn tell_cwd(&mut self) {
        // cmd does not know it.
        if os::SHELL.is_some()
            && let Ok(cwd) = self.cwd()
            && self.var("PWD") != Some(cwd.as_os_str())
        {
            self.set_pwd(cwd);
        }
    }

    fn set_pwd(&mut self, dir: PathBuf) {
        self.vars
            .retain(|(name, _)| !os::same_variable(name, "PWD"));
        self.vars.push(("PWD".into(), dir.into()));
    }

    /// `path` from the working directory, as the user would name it: links kept, `.` and `..` gone.
    ///
    /// # Errors
    /// `path` is relative and the working directory cannot be read.
    pub fn absolute(&self, path: &Path) -> Result<PathBuf, Error> {
        if path.is_absolute() {
            return Ok(tidy(path.to_owned()));
        }
        Ok(tidy(self.cwd()?.join(path)))
    }

    /// The user's home directory.
    pub fn home(&self) -> Option<PathBuf> {
        let named = self.setting(os::HOME).map(PathBuf::from);
        let home = named.or_else(os::home_on_record);
        home.filter(|path| path.is_absolute())
    }

    /// The system's directory for temporary files, as this user is given it.
    pub fn temp(&self) -> PathBuf {
        env::temp_dir()
    }

    /// vrun's own directory for what can be made again: VRUN_CACHE_DIR, or `vrun` in the user's.
    pub fn cache(&self) -> Option<PathBuf> {
        let setting = |name: &str| self.setting(name).map(PathBuf::from);
        let named = setting("VRUN_CACHE_DIR").and_then(|dir| self.absolute(&dir).ok());
        let usual = || os::cache_home(self.home().as_deref(), setting).map(|dir| dir.join("vrun"));
        named.or_else(usual)
    }

    /// The file that vrun itself runs from.
    pub fn own(&self) -> Option<PathBuf> {
        env::current_exe().ok()
    }
}

fn unreadable_cwd(error: io::Error) -> Error {
    Error::failed("the working directory cannot be read")
        .cause(reason(&error))
        .hint("`cd` to a directory that exists, or name one with `-C DIR`")
}

/// Absolute, with no `.` or `..` in it (as POSIX asks of a `PWD` that is to be believed). By its text,
/// because `Path` hides a `.`.
fn is_plain(path: &Path) -> bool {
    let is_separator = |byte: &u8| std::path::is_separator(char::from(*byte));
    let mut parts = path.as_os_str().as_encoded_bytes().split(is_separator);
    path.is_absolute() && parts.all(|part| part != b"." && part != b"..")
}

/// `path` without `.` and `..`: `a/../b` is `b`, as in a shell; where `a` is a link and that would be
/// another place, the links are resolved instead.
pub fn tidy(path: PathBuf) -> PathBuf {
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
    if !path.exists() || os::same_file(&plain, &path) {
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
            let world = World {
                args: Vec::new(),
                vars: vars.collect(),
            };
            world.cache()
        };
        let dir = if cfg!(windows) { "C:\\c" } else { "/c" };
        let named = cache(&[("VRUN_CACHE_DIR", dir), ("XDG_CACHE_HOME", "/x")]);
        assert_eq!(named, Some(dir.into()));
        assert_eq!(cache(&[("HOME", "not/absolute")]), None);
    }
}
