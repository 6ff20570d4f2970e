//! A place -> what lies there, and whether an environment can be made in it.
//!
//! Nothing that vrun did not make is ever changed or taken away.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::printable;
use crate::{os, venv};

use super::errors::{
    broken_link, cannot_create, describe_contents, is_project_or_cwd, refuse_clear, target_is_link,
    target_occupied,
};
use super::options::IfExists;
use super::request::Trigger;
use super::staging_dir::{self, is_leftover};

/// What lies where the environment is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TargetState {
    /// Nothing.
    Absent,
    /// An empty directory.
    Empty,
    /// What a vrun that died left of filling it in place.
    Unfinished,
    /// An environment.
    Environment,
    /// A directory with these other things in it.
    Occupied(Vec<OsString>),
}

/// # Errors
/// No environment at `at` could be used.
pub(super) fn validate_path(at: &Path) -> Result<(), Error> {
    let refused = || Error::refused(format!("cannot create {}", printable(at)));
    if at.to_string_lossy().contains(os::PATH_SEPARATOR) {
        return Err(refused()
            .with_cause(format_args!(
                "PATH separates its entries by `{}`, which this path holds",
                os::PATH_SEPARATOR
            ))
            .with_hint("move the project, or say where else with `--env PATH`"));
    }
    if at.file_name().is_none() {
        return Err(refused().with_hint("say where else with `--env PATH`"));
    }
    Ok(())
}

/// What lies at `at`.
///
/// # Errors
/// It is no directory, or cannot be looked at.
pub(super) fn inspect(at: &Path) -> Result<TargetState, Error> {
    let itself = match fs::symlink_metadata(at) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(TargetState::Absent),
        other => other.map_err(|error| cannot_create(at, &error))?,
    };
    let followed = fs::metadata(at).map_err(|error| broken_link(at, &error))?;
    if !followed.is_dir() {
        let kind = if itself.is_symlink() {
            "it is a link to a file"
        } else {
            "it is a file"
        };
        return Err(target_occupied(at, kind));
    }
    let names = entry_names(at)?;
    Ok(if names.is_empty() {
        TargetState::Empty
    } else if names
        .iter()
        .any(|name| name == staging_dir::UNFINISHED_MARKER)
        || names.iter().all(|name| is_leftover(name, at))
    {
        TargetState::Unfinished
    } else if at.join(venv::PYVENV_CFG).is_file() {
        TargetState::Environment
    } else {
        TargetState::Occupied(names)
    })
}

fn entry_names(dir: &Path) -> Result<Vec<OsString>, Error> {
    let names =
        fs::read_dir(dir).and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect());
    names.map_err(|error| cannot_create(dir, &error))
}

/// Whether an environment may be made where that lies.
///
/// # Errors
/// It is not vrun's to take away or to add to.
pub(super) fn check_allowed(
    target: &TargetState,
    at: &Path,
    occasion: Trigger,
    existing: IfExists,
) -> Result<(), Error> {
    match (target, occasion) {
        // Made just now, which the lock will tell.
        (TargetState::Environment, Trigger::FirstUse) => Ok(()),
        (TargetState::Occupied(names), Trigger::FirstUse) => {
            Err(target_occupied(at, &describe_contents(names)))
        }
        (TargetState::Occupied(names), _)
            if existing == IfExists::Clear || is_project_or_cwd(at) =>
        {
            Err(target_occupied(at, &describe_contents(names)))
        }
        (TargetState::Environment, _) if existing == IfExists::Clear && is_project_or_cwd(at) => {
            Err(refuse_clear(at))
        }
        (TargetState::Environment, _) if existing == IfExists::Clear && !is_clearly_env(at) => {
            Err(target_occupied(at, &describe_contents(&entry_names(at)?)))
        }
        (TargetState::Environment, _) if existing != IfExists::Clear => Ok(()),
        // As venv has it: what stands there would still be the link.
        (
            TargetState::Empty | TargetState::Occupied(_) | TargetState::Environment,
            Trigger::Requested,
        ) if at.is_symlink() => Err(target_is_link(at)),
        _ => Ok(()),
    }
}

/// Whether more than a file's name says that there is an environment at `at`: who asks for it to be cleared may have
/// things of his own beside an empty pyvenv.cfg.
fn is_clearly_env(at: &Path) -> bool {
    let home = venv::Venv::open(at).ok().and_then(|venv| venv.cfg.home);
    let names_base = home.is_some_and(|home| !home.as_os_str().is_empty());
    names_base
        || fs::symlink_metadata(venv::python_path(at)).is_ok()
        || !venv::site_packages(at).is_empty()
}

/// Whether first use could make an environment at `at`, by what lies there.
///
/// # Errors
/// Something is in the way.
pub(crate) fn check_available(at: &Path) -> Result<(), Error> {
    check_allowed(&inspect(at)?, at, Trigger::FirstUse, IfExists::Keep)
}

/// What makers that were killed left beside the environment at `at`, or such as are at work.
pub(crate) fn find_leftovers(at: &Path) -> Vec<PathBuf> {
    let entries = at.parent().and_then(|parent| fs::read_dir(parent).ok());
    let entries = entries.into_iter().flatten().flatten();
    let left = entries.filter(|entry| is_leftover(&entry.file_name(), at));
    let mut left: Vec<_> = left
        .map(|entry| at.with_file_name(entry.file_name()))
        .collect();
    left.sort();
    left
}

/// Directories above the place that vrun made. Those that are empty in the end go again.
#[derive(Debug)]
pub(super) struct CreatedParents(Vec<PathBuf>);

impl CreatedParents {
    /// Makes what is missing above `at`.
    ///
    /// # Errors
    /// A directory cannot be made.
    pub(super) fn create(at: &Path) -> Result<CreatedParents, Error> {
        let above = at.ancestors().skip(1);
        let missing: Vec<_> = above.take_while(|dir| !dir.exists()).collect();
        let mut made = CreatedParents(Vec::new());
        for dir in missing.into_iter().rev() {
            match fs::create_dir(dir) {
                Ok(()) => made.0.push(dir.to_owned()),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(cannot_create(at, &error)),
            }
        }
        Ok(made)
    }
}

impl Drop for CreatedParents {
    fn drop(&mut self) {
        for dir in self.0.iter().rev() {
            // The system refuses where there is something in it.
            let _ = fs::remove_dir(dir);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::quote::shell_word;

    fn names(dir: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(dir).expect("a directory");
        entries
            .map(|entry| entry.expect("an entry").file_name())
            .collect()
    }

    fn refused(at: &Path) -> String {
        let target = inspect(at).expect("a look");
        let permitted = check_allowed(&target, at, Trigger::FirstUse, IfExists::Keep);
        permitted.expect_err("taken").to_string()
    }

    #[test]
    fn a_place_that_is_taken_is_an_error_that_says_by_what() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        fs::write(&at, "").expect("a file");
        let error = inspect(&at).expect_err("taken").to_string();
        assert!(error.contains("cause: it is a file\n"), "{error}");
        fs::remove_file(&at).expect("a file");
        for name in ["a", "b", "c", "d"] {
            fs::create_dir_all(at.join(name)).expect("a directory");
        }
        let error = refused(&at);
        assert!(error.contains("other things in it: a, b, c and 1 more\n"));
        fs::write(at.join(staging_dir::UNFINISHED_MARKER), "").expect("a file");
        assert_eq!(inspect(&at).ok(), Some(TargetState::Unfinished));
    }

    #[test]
    fn a_project_is_never_told_to_be_moved_away() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join("app");
        fs::create_dir(&at).expect("a directory");
        fs::write(at.join("notes"), "").expect("a file");
        assert!(refused(&at).contains("`mv "));
        fs::write(at.join("pyproject.toml"), "").expect("a file");
        let cwd = dunce::canonicalize(".").expect("a directory");
        let above = cwd.parent().expect("a directory above");
        for at in [at.as_path(), &cwd, above] {
            let error = refused(at);
            let meant = format!("--env {}", shell_word(at.join(".venv")));
            assert!(error.contains(&meant) && !error.contains("`mv "), "{error}");
        }
    }

    #[test]
    fn what_a_maker_within_left_is_unfinished() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        fs::create_dir_all(at.join(".venv.vrun-Ab12Cd")).expect("a directory");
        fs::write(at.join(".venv.vrun-lock"), "").expect("a file");
        assert_eq!(inspect(&at).ok(), Some(TargetState::Unfinished));
        fs::write(at.join("notes"), "").expect("a file");
        refused(&at);
    }

    #[test]
    fn a_place_on_the_path_separator_is_refused() {
        let at = format!("/app/a{}b/.venv", os::PATH_SEPARATOR);
        assert_eq!(
            validate_path(Path::new(&at)).map_err(|error| error.kind()),
            Err(ErrorKind::Refused)
        );
    }

    #[test]
    fn directories_made_above_the_place_go_again_unless_it_is_used() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join("a/b/.venv");
        drop(CreatedParents::create(&at).expect("made"));
        assert!(names(dir.path()).is_empty());
        let made = CreatedParents::create(&at).expect("made");
        fs::create_dir(&at).expect("a directory");
        drop(made);
        assert!(at.is_dir());
    }
}
