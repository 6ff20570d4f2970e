//! The walk: from a directory up to the root, the first that holds an environment ends it.

use std::fs::{self, FileType};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::redirect::{self, Lead};
use super::{Names, Passed, Search, Why, project};
use crate::error::{Error, reason};
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
        if let Some(here) = look_in(dir, &search.names, &mut passed)? {
            end = here;
            break;
        }
        if project.is_none() && project::is_root(dir, search.home.as_deref()) {
            project = Some(dir);
            if let Some(here) = children(dir, &search.names) {
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
fn look_in(dir: &Path, names: &Names, passed: &mut Vec<Passed>) -> Result<Option<End>, Error> {
    if dir.join(venv::MARKER).is_file() {
        return Ok(Some(End::Environment {
            root: dir.to_owned(),
            why: Why::Inside,
            dir: dir.to_owned(),
        }));
    }
    for name in names.iter() {
        let root = dir.join(name);
        let Some(kind) = kind(&root, passed) else {
            continue;
        };
        if kind.is_dir() {
            match fs::metadata(root.join(venv::MARKER)) {
                Ok(found) if found.is_file() => {
                    let dir = dir.to_owned();
                    let why = Why::Nearest(dir.clone());
                    return Ok(Some(End::Environment { root, why, dir }));
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
        } else if kind.is_file() && name == names.first() {
            let (file, dir) = (root, dir.to_owned());
            return Ok(Some(match redirect::follow(&file, &dir)? {
                Lead::There(root) => End::Environment {
                    root,
                    why: Why::Redirect(file),
                    dir,
                },
                Lead::ToBeMade(root) => End::ToBeMade { root, dir },
            }));
        }
    }
    Ok(None)
}

/// What `path` is, links followed; None where there is nothing, or nothing to be seen.
fn kind(path: &Path, passed: &mut Vec<Passed>) -> Option<FileType> {
    match fs::metadata(path) {
        Ok(found) => Some(found.file_type()),
        Err(error) => {
            if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
                passed.push(Passed {
                    path: path.to_owned(),
                    why: reason(&error),
                });
            }
            None
        }
    }
}

/// The environments in a project's root that go by names of their own. VRUN_NAME has said which name
/// counts, and `.venv` may well be another system's: then none does.
fn children(dir: &Path, names: &Names) -> Option<End> {
    let Names::Usual = names else { return None };
    let entries = fs::read_dir(dir).ok()?.flatten();
    let may_lead = |kind: FileType| kind.is_dir() || kind.is_symlink();
    let mut roots: Vec<PathBuf> = entries
        .filter(|entry| entry.file_type().is_ok_and(may_lead))
        .map(|entry| entry.path())
        .filter(|path| path.join(venv::MARKER).is_file())
        .collect();
    roots.sort();
    let dir = dir.to_owned();
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
