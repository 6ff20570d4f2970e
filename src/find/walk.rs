//! The walk: from a directory up to the root, the first that holds an environment ends it.

use std::fs::{self, FileType};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::trust::{self, OwnedMetadata, UntrustedOwner};
use crate::venv;

use super::names::EnvNames;
use super::project_root;
use super::redirect::{self, RedirectTarget};
use super::search::Search;
use super::selection::{Reason, Skipped};

/// Where a walk ended.
#[derive(Debug)]
pub(super) enum WalkEnd {
    /// In `dir`, at an environment.
    Environment {
        root: PathBuf,
        reason: Reason,
        dir: PathBuf,
    },
    /// In `dir`, where a redirect file names an environment that is not there yet.
    ToCreate { root: PathBuf, dir: PathBuf },
    /// In `dir`, at an environment or a redirect file in which somebody has a hand who is not trusted.
    Untrusted {
        root: PathBuf,
        owner: UntrustedOwner,
        dir: PathBuf,
    },
    /// In `dir`, a project's root, at several environments, none of a usual name.
    Ambiguous { roots: Vec<PathBuf>, dir: PathBuf },
    /// At the root, a ceiling or the home directory.
    Top,
}

/// A walk, told whole.
#[derive(Debug)]
pub(super) struct Walk {
    /// Where it started.
    pub start: PathBuf,
    /// Where it ended.
    pub end: WalkEnd,
    /// The project that holds the start, where the walk came as far as that.
    pub project: Option<PathBuf>,
    /// What it passed over.
    pub skipped: Vec<Skipped>,
}

/// Walks up from `start`.
///
/// # Errors
/// A redirect file leads nowhere.
pub(super) fn walk_up(start: &Path, search: &Search) -> Result<Walk, Error> {
    let mut passed = Vec::new();
    let mut project: Option<&Path> = None;
    let mut end = WalkEnd::Top;
    for dir in start.ancestors() {
        if is_boundary(dir, start, project, search) {
            break;
        }
        if let Some(here) = search_dir(dir, search, &mut passed)? {
            end = here;
            break;
        }
        if project.is_none() && project_root::is_project_root(dir, search.home.as_deref()) {
            project = Some(dir);
            if let Some(here) = find_custom_named(dir, search) {
                end = here;
                break;
            }
        }
    }
    let project = project.map(Path::to_owned);
    Ok(Walk {
        start: start.to_owned(),
        end,
        project,
        skipped: passed,
    })
}

/// Whether the walk stops short of `dir`: at a ceiling above the start (git(1) excepts the start itself
/// too), and, coming from a project below, at the home directory, for `~/.venv` is no project's.
fn is_boundary(dir: &Path, start: &Path, project: Option<&Path>, search: &Search) -> bool {
    let ceiling = dir != start && search.ceilings.iter().any(|ceiling| ceiling == dir);
    ceiling || (project.is_some() && project_root::is_home_dir(dir, search.home.as_deref()))
}

/// The environment that `dir` is, or holds under one of the usual names.
fn search_dir(
    dir: &Path,
    search: &Search,
    passed: &mut Vec<Skipped>,
) -> Result<Option<WalkEnd>, Error> {
    if let Some(cfg) = cfg_metadata(dir)
        && let Ok(within) = trust::read_metadata(dir).map(OwnedMetadata::without_link)
    {
        let root = dir.to_owned();
        return Ok(Some(end_at_env(
            root,
            Reason::Inside,
            &within,
            &cfg,
            dir,
            search,
        )));
    }
    for name in search.names.iter() {
        let root = dir.join(name);
        let Some(seen) = metadata_or_skip(&root, passed) else {
            continue;
        };
        if seen.is_dir() {
            match trust::read_metadata(&root.join(venv::PYVENV_CFG)) {
                Ok(cfg) if cfg.is_file() => {
                    let why = Reason::Nearest(dir.to_owned());
                    return Ok(Some(end_at_env(root, why, &seen, &cfg, dir, search)));
                }
                Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                    let why = format!("it cannot be looked into: {}", io_reason(&error));
                    passed.push(Skipped {
                        path: root,
                        reason: why,
                    });
                }
                _ => passed.push(Skipped {
                    path: root,
                    reason: "it has no pyvenv.cfg".to_owned(),
                }),
            }
        } else if seen.is_file() && name == search.names.first() {
            return end_at_redirect(root, &seen, dir, search).map(Some);
        }
    }
    Ok(None)
}

/// Where the redirect file `file` in `dir` leads. A stranger's is not read.
fn end_at_redirect(
    file: PathBuf,
    seen: &OwnedMetadata,
    dir: &Path,
    search: &Search,
) -> Result<WalkEnd, Error> {
    if let Some(whose) = trust::untrusted_file_owner(seen, &search.start) {
        return Ok(WalkEnd::Untrusted {
            root: file,
            owner: whose,
            dir: dir.to_owned(),
        });
    }
    Ok(match redirect::follow_redirect(&file, dir)? {
        RedirectTarget::Existing(root, cfg) => match trust::read_metadata(&root) {
            Ok(seen) => end_at_env(root, Reason::Redirect(file), &seen, &cfg, dir, search),
            // It was there a moment ago.
            Err(error) => {
                return Err(redirect::broken_redirect_error(&file).with_cause(io_reason(&error)));
            }
        },
        RedirectTarget::ToCreate(root) => WalkEnd::ToCreate {
            root,
            dir: dir.to_owned(),
        },
    })
}

/// The end of a walk that came upon the environment at `root`, by whose it is.
fn end_at_env(
    root: PathBuf,
    why: Reason,
    seen: &OwnedMetadata,
    cfg: &OwnedMetadata,
    dir: &Path,
    search: &Search,
) -> WalkEnd {
    let dir = dir.to_owned();
    match trust::untrusted_env_owner(&root, seen, cfg, &search.start) {
        Some(whose) => WalkEnd::Untrusted {
            root,
            owner: whose,
            dir,
        },
        None => WalkEnd::Environment {
            root,
            reason: why,
            dir,
        },
    }
}

/// The pyvenv.cfg in `dir`.
fn cfg_metadata(dir: &Path) -> Option<OwnedMetadata> {
    let found = trust::read_metadata(&dir.join(venv::PYVENV_CFG)).ok();
    found.filter(OwnedMetadata::is_file)
}

/// What lies at `path`; None where there is nothing, or nothing to be seen.
fn metadata_or_skip(path: &Path, passed: &mut Vec<Skipped>) -> Option<OwnedMetadata> {
    let seen = trust::read_metadata(path);
    if let Err(error) = &seen
        && !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
    {
        passed.push(Skipped {
            path: path.to_owned(),
            reason: io_reason(error),
        });
    }
    seen.ok()
}

/// The environments in a project's root that go by names of their own. VRUN_NAME has said which name
/// counts, and `.venv` may well be another system's: then none does.
fn find_custom_named(dir: &Path, search: &Search) -> Option<WalkEnd> {
    let EnvNames::Default = search.names else {
        return None;
    };
    let whose = |root: &Path| {
        let (cfg, seen) = (cfg_metadata(root)?, trust::read_metadata(root).ok()?);
        Some(trust::untrusted_env_owner(root, &seen, &cfg, &search.start))
    };
    let entries = fs::read_dir(dir).ok()?.flatten();
    let may_lead = |kind: FileType| kind.is_dir() || kind.is_symlink();
    let mut found: Vec<(PathBuf, Option<UntrustedOwner>)> = entries
        .filter(|entry| entry.file_type().is_ok_and(may_lead))
        .map(|entry| entry.path())
        .filter_map(|root| whose(&root).map(|whose| (root, whose)))
        .collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    let dir = dir.to_owned();
    // A stranger's is told before there is talk of choosing one.
    let strangers = found.iter().position(|(_, whose)| whose.is_some());
    if let Some(at) = strangers
        && let (root, Some(whose)) = found.swap_remove(at)
    {
        return Some(WalkEnd::Untrusted {
            root,
            owner: whose,
            dir,
        });
    }
    let mut roots: Vec<PathBuf> = found.into_iter().map(|(root, _)| root).collect();
    match roots.len() {
        0 => None,
        1 => Some(WalkEnd::Environment {
            root: roots.swap_remove(0),
            reason: Reason::OnlyChild(dir.clone()),
            dir,
        }),
        _ => Some(WalkEnd::Ambiguous { roots, dir }),
    }
}
