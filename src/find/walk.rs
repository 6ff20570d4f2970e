//! The walk: from a directory up to the root, the first that holds an environment ends it.

use std::fs::{self, FileType};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::redirect::{self, Lead};
use super::{Names, Passed, Search, Why, project};
use crate::error::{Error, reason};
use crate::trust::{self, Seen, Stranger};
use crate::venv;

/// Where a walk ended.
#[derive(Debug)]
pub enum End {
    /// In `dir`, at an environment.
    Environment {
        root: PathBuf,
        why: Why,
        dir: PathBuf,
    },
    /// In `dir`, where a redirect file names an environment that is not there yet.
    ToBeMade { root: PathBuf, dir: PathBuf },
    /// In `dir`, at an environment or a redirect file in which somebody has a hand who is not trusted.
    Strangers {
        root: PathBuf,
        whose: Stranger,
        dir: PathBuf,
    },
    /// In `dir`, a project's root, at several environments, none of a usual name.
    Several { roots: Vec<PathBuf>, dir: PathBuf },
    /// At the root, a ceiling or the home directory.
    Top,
}

/// A walk, told whole.
#[derive(Debug)]
pub struct Walked {
    /// Where it started.
    pub start: PathBuf,
    /// Where it ended.
    pub end: End,
    /// The project that holds the start, where the walk came as far as that.
    pub project: Option<PathBuf>,
    /// What it passed over.
    pub passed: Vec<Passed>,
}

/// Walks up from `start`.
///
/// # Errors
/// A redirect file leads nowhere.
pub fn up(start: &Path, search: &Search) -> Result<Walked, Error> {
    let mut passed = Vec::new();
    let mut project: Option<&Path> = None;
    let mut end = End::Top;
    for dir in start.ancestors() {
        if is_end(dir, start, project, search) {
            break;
        }
        if let Some(here) = look_in(dir, search, &mut passed)? {
            end = here;
            break;
        }
        if project.is_none() && project::is_root(dir, search.home.as_deref()) {
            project = Some(dir);
            if let Some(here) = children(dir, search) {
                end = here;
                break;
            }
        }
    }
    let project = project.map(Path::to_owned);
    Ok(Walked {
        start: start.to_owned(),
        end,
        project,
        passed,
    })
}

/// Whether the walk stops short of `dir`: at a ceiling above the start (git(1) excepts the start itself
/// too), and, coming from a project below, at the home directory, for `~/.venv` is no project's.
fn is_end(dir: &Path, start: &Path, project: Option<&Path>, search: &Search) -> bool {
    let ceiling = dir != start && search.ceilings.iter().any(|ceiling| ceiling == dir);
    ceiling || (project.is_some() && project::is_home(dir, search.home.as_deref()))
}

/// The environment that `dir` is, or holds under one of the usual names.
fn look_in(dir: &Path, search: &Search, passed: &mut Vec<Passed>) -> Result<Option<End>, Error> {
    if let Some(cfg) = marker(dir)
        && let Ok(within) = trust::look(dir).map(Seen::without_link)
    {
        let root = dir.to_owned();
        return Ok(Some(judged(root, Why::Inside, &within, &cfg, dir, search)));
    }
    for name in search.names.iter() {
        let root = dir.join(name);
        let Some(seen) = look(&root, passed) else {
            continue;
        };
        if seen.is_dir() {
            match trust::look(&root.join(venv::MARKER)) {
                Ok(cfg) if cfg.is_file() => {
                    let why = Why::Nearest(dir.to_owned());
                    return Ok(Some(judged(root, why, &seen, &cfg, dir, search)));
                }
                Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                    let why = format!("it cannot be looked into: {}", reason(&error));
                    passed.push(Passed { path: root, why });
                }
                _ => passed.push(Passed {
                    path: root,
                    why: "it has no pyvenv.cfg".to_owned(),
                }),
            }
        } else if seen.is_file() && name == search.names.first() {
            return redirected(root, &seen, dir, search).map(Some);
        }
    }
    Ok(None)
}

/// Where the redirect file `file` in `dir` leads. A stranger's is not read.
fn redirected(file: PathBuf, seen: &Seen, dir: &Path, search: &Search) -> Result<End, Error> {
    if let Some(whose) = trust::of_file(seen, &search.start) {
        return Ok(End::Strangers {
            root: file,
            whose,
            dir: dir.to_owned(),
        });
    }
    Ok(match redirect::follow(&file, dir)? {
        Lead::There(root, cfg) => match trust::look(&root) {
            Ok(seen) => judged(root, Why::Redirect(file), &seen, &cfg, dir, search),
            // It was there a moment ago.
            Err(error) => return Err(redirect::leads_nowhere(&file).cause(reason(&error))),
        },
        Lead::ToBeMade(root) => End::ToBeMade {
            root,
            dir: dir.to_owned(),
        },
    })
}

/// The end of a walk that came upon the environment at `root`, by whose it is.
fn judged(root: PathBuf, why: Why, seen: &Seen, cfg: &Seen, dir: &Path, search: &Search) -> End {
    let dir = dir.to_owned();
    match trust::of_environment(&root, seen, cfg, &search.start) {
        Some(whose) => End::Strangers { root, whose, dir },
        None => End::Environment { root, why, dir },
    }
}

/// The pyvenv.cfg in `dir`.
fn marker(dir: &Path) -> Option<Seen> {
    let found = trust::look(&dir.join(venv::MARKER)).ok();
    found.filter(Seen::is_file)
}

/// What lies at `path`; None where there is nothing, or nothing to be seen.
fn look(path: &Path, passed: &mut Vec<Passed>) -> Option<Seen> {
    let seen = trust::look(path);
    if let Err(error) = &seen
        && !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
    {
        passed.push(Passed {
            path: path.to_owned(),
            why: reason(error),
        });
    }
    seen.ok()
}

/// The environments in a project's root that go by names of their own. VRUN_NAME has said which name
/// counts, and `.venv` may well be another system's: then none does.
fn children(dir: &Path, search: &Search) -> Option<End> {
    let Names::Usual = search.names else {
        return None;
    };
    let whose = |root: &Path| {
        let (cfg, seen) = (marker(root)?, trust::look(root).ok()?);
        Some(trust::of_environment(root, &seen, &cfg, &search.start))
    };
    let entries = fs::read_dir(dir).ok()?.flatten();
    let may_lead = |kind: FileType| kind.is_dir() || kind.is_symlink();
    let mut found: Vec<(PathBuf, Option<Stranger>)> = entries
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
        return Some(End::Strangers { root, whose, dir });
    }
    let mut roots: Vec<PathBuf> = found.into_iter().map(|(root, _)| root).collect();
    match roots.len() {
        0 => None,
        1 => Some(End::Environment {
            root: roots.swap_remove(0),
            why: Why::OnlyChild(dir.clone()),
            dir,
        }),
        _ => Some(End::Several { roots, dir }),
    }
}
