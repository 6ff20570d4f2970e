//! VRUN_NAME: what an environment's directory is called; VRUN_CEILING_DIRECTORIES: where the walk ends.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use crate::error::Error;
use crate::os;
use crate::quote::printable;

/// The directories that a walk from below does not go up into. As in git(1): absolute paths, also resolved unless an
/// empty entry comes before them.
pub(crate) fn parse_ceilings(value: Option<&OsStr>) -> Vec<PathBuf> {
    let mut ceilings = Vec::new();
    let mut resolve = true;
    for entry in value.map(os::split_paths).into_iter().flatten() {
        if entry.as_os_str().is_empty() {
            resolve = false;
        } else if entry.is_absolute() {
            if resolve {
                ceilings.extend(dunce::canonicalize(&entry));
            }
            ceilings.push(entry.components().collect());
        }
    }
    ceilings
}

const DEFAULT_NAMES: [&str; 3] = [".venv", "venv", "env"];

/// Whether `name` is that of an environment beside one with a default name: `.venv-13`, `venv_old`, `env3`.
pub(crate) fn is_variant_name(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let mut rests = DEFAULT_NAMES
        .iter()
        .filter_map(|default| name.strip_prefix(default));
    rests.any(|rest| rest.starts_with(|letter: char| !letter.is_alphabetic()))
}

/// The names that the walk looks for, in order.
#[derive(Debug)]
pub(crate) enum EnvNames {
    /// `.venv`, `venv`, `env`; in a project's root also a single environment of another name.
    Default,
    /// This one alone, for a checkout that two systems share.
    Only(OsString),
}

impl EnvNames {
    /// The value of VRUN_NAME.
    ///
    /// # Errors
    /// It is not the plain name of a directory.
    pub(crate) fn from_variable(value: Option<&OsStr>) -> Result<EnvNames, Error> {
        let Some(name) = value else {
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
        let (defaults, only) = match self {
            EnvNames::Default => (&DEFAULT_NAMES[..], None),
            EnvNames::Only(name) => (&DEFAULT_NAMES[..0], Some(name.as_os_str())),
        };
        defaults.iter().map(OsStr::new).chain(only)
    }

    /// The name of a redirect file and of what vrun creates.
    pub(crate) fn first(&self) -> &OsStr {
        match self {
            EnvNames::Default => OsStr::new(DEFAULT_NAMES[0]),
            EnvNames::Only(name) => name,
        }
    }
}
