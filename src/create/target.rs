//! A path -> what is there, and whether an environment can be created in it.
//!
//! Nothing that vrun did not create is ever changed or removed.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::fs::entry_names;
use crate::quote::printable;
use crate::{os, venv};

use super::errors::{
    broken_link, cannot_create, describe_contents, is_project_or_cwd, refuse_clear, target_is_link,
    target_occupied,
};
use super::options::IfExists;
use super::request::Trigger;
use super::staging_dir::{self, is_leftover};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TargetState {
    Absent,
    /// An empty directory.
    Empty,
    /// Partly filled in place by a vrun that was killed.
    Unfinished,
    Environment,
    /// A directory with these other things in it.
    Occupied(Vec<OsString>),
}

/// Checks that an environment at `at` could be used.
pub(super) fn validate_path(at: &Path) -> Result<(), Error> {
    if at.to_string_lossy().contains(os::PATH_SEPARATOR) {
        return Err(refused_path(at).with_cause(format_args!(
            "this path contains `{}`, which separates the entries of PATH",
            os::PATH_SEPARATOR
        )));
    }
    if at.file_name().is_none() {
        return Err(refused_path(at));
    }
    Ok(())
}

fn refused_path(at: &Path) -> Error {
    Error::refused(format!("cannot create {}", printable(at)))
        .with_hint("move the project, or choose another path with `--env PATH`")
}

/// What is at `at`. An error if it is not a directory.
pub(super) fn inspect(at: &Path) -> Result<TargetState, Error> {
    let entry = match fs::symlink_metadata(at) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(TargetState::Absent),
        other => other.map_err(|error| cannot_create(at, &error))?,
    };
    let target = fs::metadata(at).map_err(|error| broken_link(at, &error))?;
    if !target.is_dir() {
        let kind = match entry.is_symlink() {
            true => "it is a link to a file",
            false => "it is a file",
        };
        return Err(target_occupied(at, kind));
    }
    let names = entry_names(at).map_err(|error| cannot_create(at, &error))?;
    let is_unfinished = || {
        let has_marker = || {
            names
                .iter()
                .any(|name| name == staging_dir::UNFINISHED_MARKER)
        };
        has_marker() || names.iter().all(|name| is_leftover(name, at))
    };
    Ok(if names.is_empty() {
        TargetState::Empty
    } else if is_unfinished() {
        TargetState::Unfinished
    } else if at.join(venv::PYVENV_CFG).is_file() {
        TargetState::Environment
    } else {
        TargetState::Occupied(names)
    })
}

/// An error if an environment may not be created, because vrun may not remove what is there or add to it.
pub(super) fn check_allowed(
    state: &TargetState,
    at: &Path,
    trigger: Trigger,
    if_exists: IfExists,
) -> Result<(), Error> {
    use TargetState::{Absent, Empty, Environment, Occupied, Unfinished};
    let is_clear = if_exists == IfExists::Clear;
    if (*state != Environment || is_clear) && at.to_str().is_none() {
        return Err(refused_path(at)
            .with_cause("its path is not valid UTF-8, so it cannot be written to pyvenv.cfg"));
    }
    match state {
        Absent | Unfinished => Ok(()),
        // An environment created a moment ago, which the lock will show.
        Empty | Environment if trigger == Trigger::FirstUse => Ok(()),
        Occupied(names) if trigger == Trigger::FirstUse || is_clear || is_project_or_cwd(at) => {
            Err(target_occupied(at, &describe_contents(names)))
        }
        Environment if !is_clear => Ok(()),
        Environment if is_project_or_cwd(at) => Err(refuse_clear(at)),
        Environment if !is_clearly_env(at) => {
            let names = entry_names(at).map_err(|error| cannot_create(at, &error))?;
            Err(target_occupied(at, &describe_contents(&names)))
        }
        // venv refuses this too: the path would still be the link.
        _ if at.is_symlink() => Err(target_is_link(at)),
        _ => Ok(()),
    }
}

/// Whether more than a file's name says that there is an environment at `at`: `--clear` must not remove a user's files
/// beside an empty pyvenv.cfg.
fn is_clearly_env(at: &Path) -> bool {
    let home = venv::Venv::open(at).ok().and_then(|venv| venv.cfg.home);
    home.is_some_and(|home| !home.as_os_str().is_empty())
        || fs::symlink_metadata(venv::python_path(at)).is_ok()
        || !venv::site_packages(at).is_empty()
}

/// Whether first use could create an environment at `at`.
pub(crate) fn check_available(at: &Path) -> Result<(), Error> {
    validate_path(at)?;
    check_allowed(&inspect(at)?, at, Trigger::FirstUse, IfExists::Keep)
}

/// What vruns that were killed, or are still running, have created beside the environment at `at`.
pub(crate) fn find_leftovers(at: &Path) -> Vec<PathBuf> {
    let names = at.parent().map(entry_names).and_then(Result::ok);
    let names = names.into_iter().flatten();
    let leftovers = names.filter(|name| is_leftover(name, at));
    let mut leftovers: Vec<_> = leftovers.map(|name| at.with_file_name(name)).collect();
    leftovers.sort();
    leftovers
}

/// Directories above the path that vrun created. Those that are empty in the end are removed.
#[derive(Debug)]
pub(super) struct CreatedParents(Vec<PathBuf>);

impl CreatedParents {
    /// Creates what is missing above `at`.
    pub(super) fn create(at: &Path) -> Result<CreatedParents, Error> {
        let above = at.ancestors().skip(1);
        let missing: Vec<_> = above.take_while(|dir| !dir.exists()).collect();
        let mut created = CreatedParents(Vec::new());
        for dir in missing.into_iter().rev() {
            match fs::create_dir(dir) {
                Ok(()) => created.0.push(dir.to_owned()),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(cannot_create(at, &error)),
            }
        }
        Ok(created)
    }
}

impl Drop for CreatedParents {
    fn drop(&mut self) {
        for dir in self.0.iter().rev() {
            // The system refuses if something is in it.
            let _ = fs::remove_dir(dir);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::quote::shell_word;

    fn refusal(at: &Path) -> String {
        check_available(at).expect_err("occupied").to_string()
    }

    #[test]
    fn an_error_says_what_occupies_the_place() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        fs::write(&at, "").expect("a file");
        let error = inspect(&at).expect_err("taken").to_string();
        assert!(error.contains("cause: it is a file\n"), "{error}");
        fs::remove_file(&at).expect("a file");
        for name in ["a", "b", "c", "d"] {
            fs::create_dir_all(at.join(name)).expect("a directory");
        }
        let error = refusal(&at);
        assert!(error.contains("other things in it: a, b, c and 1 more\n"));
        fs::write(at.join(staging_dir::UNFINISHED_MARKER), "").expect("a file");
        assert_eq!(inspect(&at).ok(), Some(TargetState::Unfinished));
    }

    #[test]
    fn nobody_is_told_to_move_a_project_away() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join("app");
        fs::create_dir(&at).expect("a directory");
        fs::write(at.join("notes"), "").expect("a file");
        assert!(refusal(&at).contains("`--env PATH`"));
        fs::write(at.join("pyproject.toml"), "").expect("a file");
        let cwd = dunce::canonicalize(".").expect("a directory");
        let above = cwd.parent().expect("a directory above");
        for at in [at.as_path(), &cwd, above] {
            let error = refusal(at);
            let hint = format!("--env {}", shell_word(at.join(".venv")));
            assert!(error.contains(&hint) && !error.contains("`mv "), "{error}");
        }
    }

    #[test]
    fn what_a_killed_vrun_left_inside_is_unfinished() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        fs::create_dir_all(at.join(".venv.vrun-Ab12Cd")).expect("a directory");
        fs::write(at.join(".venv.vrun-lock"), "").expect("a file");
        assert_eq!(inspect(&at).ok(), Some(TargetState::Unfinished));
        fs::write(at.join("notes"), "").expect("a file");
        refusal(&at);
    }

    #[test]
    fn a_path_with_the_path_separator_is_refused() {
        let at = format!("/app/a{}b/.venv", os::PATH_SEPARATOR);
        assert_eq!(
            validate_path(Path::new(&at)).map_err(|error| error.kind()),
            Err(ErrorKind::Refused)
        );
    }

    #[test]
    fn created_parents_are_removed_unless_they_are_used() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join("a/b/.venv");
        drop(CreatedParents::create(&at).expect("created"));
        assert!(entry_names(dir.path()).expect("a directory").is_empty());
        let parents = CreatedParents::create(&at).expect("created");
        fs::create_dir(&at).expect("a directory");
        drop(parents);
        assert!(at.is_dir());
    }
}
