//! What a search needs to know: where it starts, which names it looks for, where it ends.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::printable;
use crate::trust::Trust;
use crate::venv;

use super::names::EnvNames;
use super::project_root;
use super::repository::is_repository_root;

/// The input of a search.
#[derive(Debug)]
pub(crate) struct Search {
    /// The directory it starts from: absolute, as the user sees it.
    pub start: PathBuf,
    /// Whose environments and files are trusted.
    pub trust: Trust,
    pub names: EnvNames,
    pub home: Option<PathBuf>,
    /// This user's directory for temporary files.
    pub temp_dir: PathBuf,
    /// Windows' own directory.
    pub system_dir: Option<PathBuf>,
    /// Directories that the walk does not go up into.
    pub ceilings: Vec<PathBuf>,
    /// `WORKON_HOME`: where virtualenvwrapper and pipenv keep environments.
    pub workon_home: Option<PathBuf>,
    /// `PYENV_ROOT`: where pyenv keeps versions and environments.
    pub pyenv_root: Option<PathBuf>,
    /// `VIRTUAL_ENV`, from the working directory.
    pub active: Option<PathBuf>,
    /// The runner that activated it for this command.
    pub runner: Option<&'static str>,
    /// What the walk has found: the nearest project, if that is in the directory that holds the environment, and has
    /// none of its own.
    pub member: OnceCell<PathBuf>,
    /// Whether vrun created the active one for a script, so nobody chose it for a project.
    pub is_script_env: bool,
}

impl Search {
    /// The active environment if it is not the one at `root`. What VIRTUAL_ENV names without being an environment (some
    /// images say `/usr`) has no scripts directory that could be taken off PATH.
    pub(super) fn active_other_than(&self, root: &Path) -> Option<PathBuf> {
        let active = self.active.as_deref()?;
        (active != root && venv::is_env(active)).then(|| active.to_owned())
    }

    /// Checks that whatever is at `path` may be used as an environment that nobody named.
    ///
    /// # Errors
    /// Its owner is not trusted, or others may write to it.
    pub(crate) fn check_trusted(&self, path: &Path) -> Result<(), Error> {
        match self.trust.untrusted_place(path) {
            Some(owner) => Err(owner.to_error(path, &self.trust, path)),
            None => Ok(()),
        }
    }

    /// The root of the project that holds the start.
    pub(crate) fn project(&self) -> Option<&Path> {
        self.project_of(&self.start)
    }

    /// Whether the project at `root` is one of Python's: a repository alone may be one of anything.
    pub(crate) fn is_python_project(&self, root: &Path) -> bool {
        project_root::marker_file(root, &self.trust, &mut Vec::new()).is_some()
    }

    /// Whether `dir` is the root of a repository, which ends a walk from inside a project.
    pub(super) fn is_repository_root(&self, dir: &Path) -> bool {
        is_repository_root(dir, self.home.as_deref(), &self.trust)
    }

    pub(super) fn project_of<'a>(&self, dir: &'a Path) -> Option<&'a Path> {
        project_root::find_project(dir, self.home.as_deref(), &self.trust)
    }
}

/// Where a script's search starts: in the directory that really holds it, links resolved. None for a script in no
/// directory, such as a pipe.
///
/// # Errors
/// There is no such file.
pub(crate) fn script_dir(script: &Path) -> Result<Option<PathBuf>, Error> {
    let real = dunce::canonicalize(script);
    let found = fs::metadata(real.as_deref().unwrap_or(script));
    match (real, found) {
        // Python runs the __main__.py in it.
        (Ok(real), Ok(found)) if found.is_dir() => Ok(Some(real)),
        (Ok(real), Ok(found)) if found.is_file() => Ok(real.parent().map(Path::to_owned)),
        (_, Ok(_)) => Ok(None),
        (_, Err(_)) => Err(Error::not_found(format!(
            "no file named {}",
            printable(script)
        ))),
    }
}

/// `path`, if a search can start there.
///
/// # Errors
/// It is not a directory.
pub(crate) fn require_dir(path: PathBuf) -> Result<PathBuf, Error> {
    if path.is_dir() {
        return Ok(path);
    }
    let error = Error::failed(format!("no directory named {}", printable(&path)));
    Err(error.with_hint("`--project` and VRUN_PROJECT take a directory that exists"))
}
