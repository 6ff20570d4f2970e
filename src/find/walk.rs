//! The walk: from a directory up to the root, the first that holds an environment ends it.

use std::fs::{self, FileType};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::quote::{printable, shell_word};
use crate::trust::{self, OwnedMetadata, Untrusted};
use crate::{os, venv};

use super::names::EnvNames;
use super::project_root;
use super::pyenv::find_pyenv_env;
use super::redirect;
use super::search::Search;
use super::selection::{Reason, Skipped};

/// What ended a walk.
#[derive(Debug)]
pub(super) enum WalkEnd {
    /// An environment.
    Environment { root: PathBuf, reason: Reason },
    /// A redirect file that names an environment that does not exist yet.
    ToCreate(PathBuf),
    /// A `.venv` that claims to be an environment, and is none.
    Broken(PathBuf),
    /// An environment or a redirect file that is another user's, or that others may write to.
    Untrusted(PathBuf, Untrusted),
    /// A project's root with several environments, none of a default name.
    Ambiguous(Vec<PathBuf>),
    /// The root, a ceiling or the home directory.
    Top,
}

/// A finished walk.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    /// Where it started.
    pub start: &'a Path,
    /// What ended it.
    pub end: WalkEnd,
    /// The directory in which it ended; the start if nothing was found.
    pub dir: &'a Path,
    /// The project that holds the start, if the walk came as far as that.
    pub project: Option<&'a Path>,
    /// Candidates it passed over.
    pub skipped: Vec<Skipped>,
}

/// Walks up from `start`. A broken redirect file is an error.
pub(super) fn walk_up<'a>(start: &'a Path, search: &Search) -> Result<Walk<'a>, Error> {
    let mut skipped = Vec::new();
    let mut project = None;
    let mut found = None;
    let mut is_outside = false;
    for dir in start.ancestors() {
        if is_boundary(dir, start, project, search) {
            break;
        }
        let mut end = search_dir(dir, search, &mut skipped);
        if let Some(project) = project
            && !matches!(end, Ok(None))
            && (is_outside || !is_shared(dir, start, search))
        {
            end = Ok(pass_over(end, project, &mut skipped));
        }
        let mut end = end?;
        if end.is_none() && project.is_none() && is_project_root(dir, search, &mut skipped) {
            project = Some(dir);
        }
        if end.is_none() && project.is_some() && !is_outside {
            end = end_at_pyenv_env(dir, search);
        }
        if end.is_none() && project == Some(dir) {
            end = find_custom_named(dir, search);
        }
        if let Some(end) = end {
            found = Some((dir, end));
            break;
        }
        is_outside = is_outside || (project.is_some() && search.is_repository_root(dir));
    }
    let (dir, end) = found.unwrap_or((start, WalkEnd::Top));
    Ok(Walk {
        start,
        end,
        dir,
        project,
        skipped,
    })
}

/// The directories that a finished walk looked into.
pub(super) fn searched_dirs(walk: &Walk<'_>, search: &Search) -> Vec<PathBuf> {
    let has_end = !matches!(walk.end, WalkEnd::Top);
    let is_above_end = |dir: &Path| has_end && dir != walk.dir && walk.dir.starts_with(dir);
    let dirs = walk.start.ancestors().take_while(|dir| {
        let project = walk
            .project
            .filter(|project| project != dir && project.starts_with(dir));
        !is_above_end(dir) && !is_boundary(dir, walk.start, project, search)
    });
    dirs.map(Path::to_owned).collect()
}

/// Whether the walk stops short of `dir`: at a ceiling above the start (git(1) exempts the start itself too), or,
/// coming from a project below, at the home directory, because `~/.venv` belongs to no project.
fn is_boundary(dir: &Path, start: &Path, project: Option<&Path>, search: &Search) -> bool {
    let is_ceiling = dir != start && search.ceilings.iter().any(|ceiling| ceiling == dir);
    is_ceiling || (project.is_some() && project_root::is_home_dir(dir, search.home.as_deref()))
}

/// Whether a project below `dir`, in the same repository or in none, uses the environment of `dir`: it is a project too,
/// or part of that repository.
fn is_shared(dir: &Path, start: &Path, search: &Search) -> bool {
    let project = Some(dir);
    let mut dirs = dir
        .ancestors()
        .take_while(|above| *above == dir || !is_boundary(above, start, project, search));
    is_project_root(dir, search, &mut Vec::new()) || dirs.any(|dir| search.is_repository_root(dir))
}

/// Passes over what was found above `project` in a directory that does not belong to it, except an environment that `project`
/// lies in, because none may be created there.
fn pass_over(
    found: Result<Option<WalkEnd>, Error>,
    project: &Path,
    skipped: &mut Vec<Skipped>,
) -> Option<WalkEnd> {
    // What is broken there, or another user's, is not the project's concern.
    let WalkEnd::Environment { root, reason } = found.ok()?? else {
        return None;
    };
    if let Reason::Inside = reason {
        return Some(WalkEnd::Environment { root, reason });
    }
    let (project, word) = (printable(project), shell_word(&root));
    skipped.push(Skipped {
        reason: format!(
            "{project} is a project of its own; `vrun --env {word} ...`, VRUN_ENV or a `.venv` file with that path uses it"
        ),
        path: root,
        is_decisive: true,
    });
    None
}

/// Whether `dir` is a project's root. If it is not, markers that are not trusted are added to `skipped`.
fn is_project_root(dir: &Path, search: &Search, skipped: &mut Vec<Skipped>) -> bool {
    let (home, trust, mut ignored) = (search.home.as_deref(), &search.trust, Vec::new());
    if project_root::is_project_root(dir, home, trust, &mut ignored) {
        return true;
    }
    skipped.extend(ignored.into_iter().map(|(path, owner)| {
        let hint = owner.hint(&path, trust);
        let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
        Skipped {
            reason: format!("{}{hint}", owner.describe(&path)),
            path,
            is_decisive: true,
        }
    }));
    false
}

/// The environment that `dir` is, or that it holds under one of the names searched for.
fn search_dir(
    dir: &Path,
    search: &Search,
    skipped: &mut Vec<Skipped>,
) -> Result<Option<WalkEnd>, Error> {
    if let Some(cfg) = cfg_metadata(dir)
        && let Ok(found) = trust::read_metadata(dir).map(OwnedMetadata::without_link)
    {
        let end = end_at_env(dir.to_owned(), Reason::Inside, &found, &cfg, search);
        return Ok(Some(end));
    }
    for name in search.names.iter() {
        let is_first = name == search.names.first();
        let end = search_name(dir.join(name), is_first, dir, search, skipped)?;
        if end.is_some() {
            return Ok(end);
        }
    }
    Ok(None)
}

/// The environment at `root` in `dir`. Only the first name may be a redirect file, and may not be broken.
fn search_name(
    root: PathBuf,
    is_first: bool,
    dir: &Path,
    search: &Search,
    skipped: &mut Vec<Skipped>,
) -> Result<Option<WalkEnd>, Error> {
    let reason = match trust::read_link_metadata(&root) {
        Ok(Err(_)) if is_first => return Ok(Some(WalkEnd::Broken(root))),
        Ok(Ok(found)) if found.is_file() && is_first => {
            return end_at_redirect(root, &found, dir, search).map(Some);
        }
        Ok(Ok(found)) if found.is_dir() => {
            match trust::read_metadata(&root.join(venv::PYVENV_CFG)) {
                Ok(cfg) if cfg.is_file() => {
                    let reason = Reason::Nearest(dir.to_owned());
                    return Ok(Some(end_at_env(root, reason, &found, &cfg, search)));
                }
                Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                    format!("it cannot be searched: {}", io_reason(&error))
                }
                _ if is_first && claims_to_be_env(&root) => {
                    return Ok(Some(WalkEnd::Broken(root)));
                }
                _ => "it has no pyvenv.cfg".to_owned(),
            }
        }
        Ok(Err(error)) | Err(error)
            if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
        {
            io_reason(&error)
        }
        _ => return Ok(None),
    };
    skipped.push(Skipped {
        path: root,
        reason,
        is_decisive: false,
    });
    Ok(None)
}

/// Whether a directory without a pyvenv.cfg is one that a tool activates: an old virtualenv's, one that lost the file,
/// or conda's.
fn claims_to_be_env(root: &Path) -> bool {
    venv::scripts_dir(root).is_dir() || venv::is_conda_env(root)
}

/// Where the redirect file `file` in `dir` leads. One with an untrusted owner is not read.
fn end_at_redirect(
    file: PathBuf,
    found: &OwnedMetadata,
    dir: &Path,
    search: &Search,
) -> Result<WalkEnd, Error> {
    if let Some(owner) = search.trust.untrusted_file_owner(found) {
        return Ok(WalkEnd::Untrusted(file, owner));
    }
    let (root, cfg) = redirect::follow_redirect(&file, dir, search)?;
    let Some(cfg) = cfg else {
        return Ok(WalkEnd::ToCreate(root));
    };
    // It was there a moment ago.
    let found = trust::read_metadata(&root)
        .map_err(|error| redirect::broken_redirect_error(&file).with_cause(io_reason(&error)))?;
    let reason = Reason::Redirect(file);
    Ok(end_at_env(root, reason, &found, &cfg, search))
}

/// The environment of pyenv's that `dir` names.
fn end_at_pyenv_env(dir: &Path, search: &Search) -> Option<WalkEnd> {
    let (root, file) = find_pyenv_env(dir, search)?;
    let found = trust::read_metadata(&root).ok()?;
    let cfg = cfg_metadata(&root)?;
    let reason = Reason::Redirect(file);
    Some(end_at_env(root, reason, &found, &cfg, search))
}

/// The end of a walk at the environment at `root`, which depends on its owner.
fn end_at_env(
    root: PathBuf,
    reason: Reason,
    found: &OwnedMetadata,
    cfg: &OwnedMetadata,
    search: &Search,
) -> WalkEnd {
    match search.trust.untrusted_env(&root, found, cfg) {
        Some(owner) => WalkEnd::Untrusted(root, owner),
        None => WalkEnd::Environment { root, reason },
    }
}

fn cfg_metadata(dir: &Path) -> Option<OwnedMetadata> {
    let found = trust::read_metadata(&dir.join(venv::PYVENV_CFG)).ok();
    found.filter(OwnedMetadata::is_file)
}

/// The environments in `dir`, each with its pyvenv.cfg.
fn child_envs(dir: &Path) -> impl Iterator<Item = (PathBuf, OwnedMetadata)> {
    let may_be_dir = |kind: FileType| kind.is_dir() || kind.is_symlink();
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let dirs = entries.filter(move |entry| entry.file_type().is_ok_and(may_be_dir));
    dirs.filter_map(|entry| {
        let root = entry.path();
        let cfg = cfg_metadata(&root)?;
        Some((root, cfg))
    })
}

/// The environments beside the one at `root`, which a search does not get to.
pub(crate) fn neighbour_envs(root: &Path, reason: Option<&Reason>) -> Vec<Skipped> {
    let (Some(Reason::Nearest(dir)), Some(name)) = (reason, root.file_name()) else {
        return Vec::new();
    };
    let others = child_envs(dir).filter(|(other, _)| !os::is_same_file(other, root));
    let mut skipped: Vec<_> = others
        .map(|(path, _)| Skipped {
            path,
            reason: format!("{} comes first", printable(name)),
            is_decisive: false,
        })
        .collect();
    skipped.sort_by(|a, b| a.path.cmp(&b.path));
    skipped
}

/// The environments in a project's root under names other than the default ones. None if VRUN_NAME says which name to
/// look for: `.venv` may then belong to another system.
fn find_custom_named(dir: &Path, search: &Search) -> Option<WalkEnd> {
    let EnvNames::Default = search.names else {
        return None;
    };
    let mut found: Vec<_> = child_envs(dir)
        .filter_map(|(root, cfg)| {
            let found = trust::read_metadata(&root).ok()?;
            let owner = search.trust.untrusted_env(&root, &found, &cfg);
            Some((root, owner))
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    // An untrusted one is reported before the user is asked to choose.
    let untrusted = found
        .iter()
        .find_map(|(root, owner)| Some((root, (*owner)?)));
    if let Some((root, owner)) = untrusted {
        return Some(WalkEnd::Untrusted(root.clone(), owner));
    }
    let mut roots: Vec<_> = found.into_iter().map(|(root, _)| root).collect();
    match roots.len() {
        0 => None,
        1 => Some(WalkEnd::Environment {
            root: roots.swap_remove(0),
            reason: Reason::OnlyChild(dir.to_owned()),
        }),
        _ => Some(WalkEnd::Ambiguous(roots)),
    }
}
