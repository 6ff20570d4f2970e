//! VRUN_CEILING_DIRECTORIES: where the walk ends, by the rule of git's variable of that kind.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use crate::error::Error;
use crate::os;
use crate::quote::printable;

/// The directories that a walk from below does not go up into. As in git(1): absolute paths, resolved so
/// that they are found under their real name too, unless an empty entry stands before them.
pub(crate) fn parse_ceilings(setting: Option<&OsStr>) -> Vec<PathBuf> {
    let mut ceilings = Vec::new();
    let mut resolve = true;
    for entry in setting.map(os::split_paths).into_iter().flatten() {
        if entry.as_os_str().is_empty() {
            resolve = false;
        } else if entry.is_absolute() {
            ceilings.extend(
                resolve
                    .then(|| dunce::canonicalize(&entry))
                    .into_iter()
                    .flatten(),
            );
            ceilings.push(entry.components().collect());
        }
    }
    ceilings
}

const DEFAULT_NAMES: [&str; 3] = [".venv", "venv", "env"];

/// The names that the walk looks for, in order. The first is also that of a redirect file, and of the
/// environment that vrun makes.
#[derive(Debug)]
pub(crate) enum EnvNames {
    /// `.venv`, then `venv`, then `env`; and in a project's root one other will do.
    Default,
    /// This one alone, for a checkout that two systems share.
    Only(OsString),
}

impl EnvNames {
    /// What VRUN_NAME asks for.
    ///
    /// # Errors
    /// It is not the plain name of a directory.
    pub(crate) fn from_variable(setting: Option<&OsStr>) -> Result<EnvNames, Error> {
        let Some(name) = setting else {
            return Ok(EnvNames::Default);
        };
        let mut parts = Path::new(name).components();
        match (parts.next(), parts.next()) {
            (Some(Component::Normal(only)), None) if only == name => Ok(EnvNames::Only(name.to_owned())),
            _ => Err(Error::failed(format!("VRUN_NAME={} is not a directory's name", printable(name)))
                .with_hint("a name without a separator, such as VRUN_NAME=.venv-linux; a path goes into VRUN_ENV")),
        }
    }

    /// The names in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &OsStr> {
        let (usual, only) = match self {
            EnvNames::Default => (&DEFAULT_NAMES[..], None),
            EnvNames::Only(name) => (&DEFAULT_NAMES[..0], Some(name.as_os_str())),
        };
        usual.iter().map(OsStr::new).chain(only)
    }

    /// The name of a redirect file and of what vrun makes.
    pub(crate) fn first(&self) -> &OsStr {
        match self {
            EnvNames::Default => OsStr::new(DEFAULT_NAMES[0]),
            EnvNames::Only(name) => name,
        }
    }
}
