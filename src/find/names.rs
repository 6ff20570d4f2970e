//! What an environment's directory is called: `.venv`, `venv`, `env`, or what VRUN_NAME says.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path};

use crate::error::{Error, shown};

const USUAL: [&str; 3] = [".venv", "venv", "env"];

/// The names that the walk looks for, in order. The first is also that of a redirect file, and of the
/// environment that vrun makes.
#[derive(Debug)]
pub enum Names {
    /// `.venv`, then `venv`, then `env`; and in a project's root one other will do.
    Usual,
    /// This one alone, for a checkout that two systems share.
    Only(OsString),
}

impl Names {
    /// What VRUN_NAME asks for.
    ///
    /// # Errors
    /// It is not the plain name of a directory.
    pub fn from_setting(setting: Option<&OsStr>) -> Result<Names, Error> {
        let Some(name) = setting else {
            return Ok(Names::Usual);
        };
        let mut parts = Path::new(name).components();
        match (parts.next(), parts.next()) {
            (Some(Component::Normal(only)), None) if only == name => Ok(Names::Only(name.to_owned())),
            _ => Err(Error::failed(format!("VRUN_NAME={} is not a directory's name", shown(name)))
                .hint("a name without a separator, such as VRUN_NAME=.venv-linux; a path goes into VRUN_ENV")),
        }
    }

    /// The names in order.
    pub fn iter(&self) -> impl Iterator<Item = &OsStr> {
        let (usual, only) = match self {
            Names::Usual => (&USUAL[..], None),
            Names::Only(name) => (&USUAL[..0], Some(name.as_os_str())),
        };
        usual.iter().map(OsStr::new).chain(only)
    }

    /// The name of a redirect file and of what vrun makes.
    pub fn first(&self) -> &OsStr {
        match self {
            Names::Usual => OsStr::new(USUAL[0]),
            Names::Only(name) => name,
        }
    }
}
