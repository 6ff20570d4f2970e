//! Where we stand -> which environment this is and why, or where one would be created.
//!
//! The nearest `pyvenv.cfg` up the directory tree decides. An active environment that belongs to the same project comes
//! before it, and serves where there is none. Nothing is created here.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::{printable, shell_word};
use crate::{trust, venv};

use super::active;
use super::names::EnvNames;
use super::project_root::nearest_project;
use super::redirect::{self, RedirectTarget};
use super::selection::{FoundEnv, Outcome, Reason, ToCreate};
use super::walk::{self, WalkEnd};

/// What the search needs to know of the world.
#[derive(Debug)]
pub(crate) struct Search {
    /// The directory it starts from: absolute, as the user sees it.
    pub start: PathBuf,
    /// What an environment's directory is called.
    pub names: EnvNames,
    /// The user's home directory.
    pub home: Option<PathBuf>,
    /// The directory for temporary files that this user is given.
    pub temp_dir: PathBuf,
    /// Directories that the walk does not go up into.
    pub ceilings: Vec<PathBuf>,
    /// `VIRTUAL_ENV`, where it is an absolute path.
    pub active: Option<PathBuf>,
    /// Whether that is one that vrun made for a script alone: nobody has chosen it for a project.
    pub is_script_env: bool,
}

/// The nearest environment from where the search starts.
///
/// # Errors
/// Something on the way claims to say which environment it is, and does not; several would do; or what was
/// found is a stranger's.
pub(crate) fn nearest(search: &Search) -> Result<Outcome, Error> {
    let mut walked = walk::walk_up(&search.start, search)?;
    if matches!(walked.end, WalkEnd::Top) && walked.project.is_none() {
        // The user came here through a link: the directories above the real place count too, before
        // an environment is made in the middle of a project.
        let real = dunce::canonicalize(&search.start).unwrap_or_else(|_| search.start.clone());
        if real != search.start {
            walked = walk::walk_up(&real, search)?;
        }
    }
    active::apply_active(walked, search)
}

/// Whether what lies at `at`, where an unnamed environment is to be, or was made by whoever was first, may be
/// used.
///
/// # Errors
/// It is a stranger's.
pub(crate) fn check_owner(at: &Path, search: &Search) -> Result<(), Error> {
    match trust::untrusted_place_owner(at, &search.start) {
        Some(whose) => Err(whose.to_error(at, &search.start, at)),
        None => Ok(()),
    }
}

/// Where a script's search starts: in the directory that really holds it, links resolved. None for what lies in
/// none, such as a pipe.
///
/// # Errors
/// There is no such file.
pub(crate) fn script_dir(script: &Path) -> Result<Option<PathBuf>, Error> {
    let real = dunce::canonicalize(script);
    let found = fs::metadata(real.as_deref().unwrap_or(script));
    match (real, found) {
        // A directory is run by its __main__.py, and is where that lies.
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
/// It is no directory.
pub(crate) fn require_dir(path: PathBuf) -> Result<PathBuf, Error> {
    if path.is_dir() {
        return Ok(path);
    }
    Err(
        Error::failed(format!("no directory named {}", printable(&path)))
            .with_hint("`--project` and VRUN_PROJECT take a directory that exists"),
    )
}

/// The environment that a file leads to which was named in its stead. Only a redirect file does: any other
/// text would be read as the name of a directory.
fn follow_env_file(file: PathBuf, by: &str, names: &EnvNames) -> Result<PathBuf, Error> {
    let dir = file.parent().unwrap_or(&file).to_owned();
    if file.file_name() == Some(names.first()) {
        return redirect::follow_redirect(&file, &dir).map(RedirectTarget::into_root);
    }
    let around = dir
        .ancestors()
        .find(|dir| dir.join(venv::PYVENV_CFG).is_file());
    let error = Error::failed(format!("{} is a file", printable(&file)))
        .with_cause(format_args!("{by} takes the directory of an environment"));
    Err(match around {
        Some(root) => error.with_hint(format!("`vrun --env {} ...`", shell_word(root))),
        None => error.with_hint("`vrun --env PATH ...`, such as `vrun --env .venv ...`"),
    })
}

/// The environment that was named, found or to be made there; no search.
///
/// # Errors
/// `path` is a redirect file that leads nowhere.
pub(crate) fn explicit(path: PathBuf, by: &'static str, search: &Search) -> Result<Outcome, Error> {
    let root = if path.is_file() {
        follow_env_file(path, by, &search.names)?
    } else {
        path
    };
    let left = active::active_other_than(&root, search);
    let passed = Vec::new();
    if root.join(venv::PYVENV_CFG).is_file() {
        return Ok(Outcome::Found(FoundEnv {
            root,
            reason: Reason::Explicit(by),
            deactivated: left,
            skipped: passed,
        }));
    }
    let project = nearest_project(&search.start, search.home.as_deref()).map(Path::to_owned);
    Ok(Outcome::Missing(ToCreate {
        root,
        project,
        forbidden: None,
        deactivated: left,
        skipped: passed,
    }))
}
