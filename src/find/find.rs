//! The environment to use: the nearest one, or the one that `--env` or VRUN_ENV names. Nothing is created here.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::{printable, shell_word};
use crate::venv;

use super::active;
use super::redirect;
use super::search::Search;
use super::selection::{FoundEnv, Outcome, Reason, ToCreate};
use super::walk::{self, Walk, WalkEnd};

/// The environment of the nearest `pyvenv.cfg` up the directory tree. An active environment is used instead if it
/// belongs to the same project, or if none is found that runs here.
///
/// # Errors
/// A redirect file is broken, several environments qualify, or the one found has an untrusted owner.
pub(crate) fn nearest(search: &Search) -> Result<Outcome, Error> {
    with_walk(search, |walk| active::apply_active(walk, search))
}

/// The directories that the search for the nearest environment looks into, from the start up. None if it fails on the
/// way.
pub(crate) fn searched_dirs(search: &Search) -> Vec<PathBuf> {
    with_walk(search, |walk| Ok(walk::searched_dirs(&walk, search))).unwrap_or_default()
}

fn with_walk<T>(
    search: &Search,
    act: impl FnOnce(Walk<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let real;
    let mut walk = walk::walk_up(&search.start, search)?;
    if matches!(walk.end, WalkEnd::Top) && walk.project.is_none() {
        // The start may be reached through a link, so search above its real path as well.
        real = dunce::canonicalize(&search.start).unwrap_or_else(|_| search.start.clone());
        if real != search.start {
            walk = walk::walk_up(&real, search)?;
        }
    }
    act(walk)
}

/// The environment at `path`, which `source` (an option or variable) names: an existing one, or one to create there.
/// There is no search.
///
/// # Errors
/// `path` is a broken redirect file, or another file.
pub(crate) fn explicit(
    path: PathBuf,
    source: &'static str,
    search: &Search,
) -> Result<Outcome, Error> {
    let root = match path.is_file() {
        true => follow_env_file(path, source, search)?,
        false => path,
    };
    let deactivated = search.active_other_than(&root);
    if venv::is_env(&root) {
        return Ok(Outcome::Found(FoundEnv {
            root,
            reason: Reason::Explicit(source),
            deactivated,
            skipped: Vec::new(),
        }));
    }
    Ok(Outcome::Missing(ToCreate {
        root,
        project: search.project().map(Path::to_owned),
        forbidden: None,
        deactivated,
        skipped: Vec::new(),
    }))
}

/// The environment that the redirect file `file` leads to. Any other file would be read as the name of a directory.
fn follow_env_file(file: PathBuf, source: &str, search: &Search) -> Result<PathBuf, Error> {
    let dir = file.parent().unwrap_or(&file);
    if file.file_name() == Some(search.names.first()) {
        return Ok(redirect::follow_redirect(&file, dir, search)?.0);
    }
    let error = Error::failed(format!("{} is a file", printable(&file))).with_cause(format_args!(
        "{source} takes the directory of an environment"
    ));
    Err(match venv::enclosing_env(dir) {
        Some(root) => error.with_hint(format!("`vrun --env {} ...`", shell_word(root))),
        None => error.with_hint("`vrun --env PATH ...`, such as `vrun --env .venv ...`"),
    })
}
