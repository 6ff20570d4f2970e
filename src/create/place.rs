//! A place -> what lies there, and whether an environment can be made in it.
//!
//! Nothing that vrun did not make is ever changed or taken away.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, shown};
use crate::os;
use crate::venv;

use super::Occasion;
use super::fill;
use super::lock;
use super::options::Existing;
use super::own;
use super::refusal::{
    cannot, is_work, leads_nowhere, linked, more_than_an_environment, others, taken,
};

/// What lies where the environment is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
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
pub fn refuse(at: &Path) -> Result<(), Error> {
    let refused = || Error::refused(format!("cannot create {}", shown(at)));
    if at.to_string_lossy().contains(os::PATH_SEPARATOR) {
        return Err(refused()
            .cause(format_args!(
                "PATH separates its entries by `{}`, which this path holds",
                os::PATH_SEPARATOR
            ))
            .hint("move the project, or say where else with `--env PATH`"));
    }
    if at.file_name().is_none() {
        return Err(refused().hint("say where else with `--env PATH`"));
    }
    Ok(())
}

/// What lies at `at`.
///
/// # Errors
/// It is no directory, or cannot be looked at.
pub fn look(at: &Path) -> Result<Target, Error> {
    let itself = match fs::symlink_metadata(at) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Target::Absent),
        other => other.map_err(|error| cannot(at, &error))?,
    };
    let followed = fs::metadata(at).map_err(|error| leads_nowhere(at, &error))?;
    if !followed.is_dir() {
        let kind = if itself.is_symlink() {
            "it is a link to a file"
        } else {
            "it is a file"
        };
        return Err(taken(at, kind));
    }
    let names = names(at)?;
    Ok(if names.is_empty() {
        Target::Empty
    } else if names.iter().any(|name| name == fill::MARKER)
        || names.iter().all(|name| is_makers(name, at))
    {
        Target::Unfinished
    } else if at.join(venv::MARKER).is_file() {
        Target::Environment
    } else {
        Target::Occupied(names)
    })
}

fn names(dir: &Path) -> Result<Vec<OsString>, Error> {
    let names =
        fs::read_dir(dir).and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect());
    names.map_err(|error| cannot(dir, &error))
}

/// Whether an environment may be made where that lies.
///
/// # Errors
/// It is not vrun's to take away or to add to.
pub fn permit(
    target: &Target,
    at: &Path,
    occasion: Occasion,
    existing: Existing,
) -> Result<(), Error> {
    match (target, occasion) {
        // Made just now, which the lock will tell.
        (Target::Environment, Occasion::FirstUse) => Ok(()),
        (Target::Occupied(names), Occasion::FirstUse) => Err(taken(at, &others(names))),
        (Target::Occupied(names), _) if existing == Existing::Cleared || is_work(at) => {
            Err(taken(at, &others(names)))
        }
        (Target::Environment, _) if existing == Existing::Cleared && is_work(at) => {
            Err(more_than_an_environment(at))
        }
        (Target::Environment, _) if existing == Existing::Cleared && !is_evident(at) => {
            Err(taken(at, &others(&names(at)?)))
        }
        (Target::Environment, _) if existing != Existing::Cleared => Ok(()),
        // As venv has it: what stands there would still be the link.
        (Target::Empty | Target::Occupied(_) | Target::Environment, Occasion::Asked)
            if at.is_symlink() =>
        {
            Err(linked(at))
        }
        _ => Ok(()),
    }
}

/// Whether more than a file's name says that there is an environment at `at`: who asks for it to be cleared may have
/// things of his own beside an empty pyvenv.cfg.
fn is_evident(at: &Path) -> bool {
    let home = venv::Venv::open(at).ok().and_then(|venv| venv.cfg.home);
    let names_base = home.is_some_and(|home| !home.as_os_str().is_empty());
    names_base
        || fs::symlink_metadata(venv::python(at)).is_ok()
        || !venv::site_packages(at).is_empty()
}

/// Whether first use could make an environment at `at`, by what lies there.
///
/// # Errors
/// Something is in the way.
pub fn is_free(at: &Path) -> Result<(), Error> {
    permit(&look(at)?, at, Occasion::FirstUse, Existing::Kept)
}

/// What a maker puts into the place itself where it cannot write beside it.
pub fn is_makers(name: &OsStr, at: &Path) -> bool {
    let own = at.file_name().unwrap_or_default();
    name == lock::name(own) || own::is_makers(name, own)
}

/// What makers that were killed left beside the environment at `at`, or such as are at work.
pub fn leftovers(at: &Path) -> Vec<PathBuf> {
    let entries = at.parent().and_then(|parent| fs::read_dir(parent).ok());
    let entries = entries.into_iter().flatten().flatten();
    let left = entries.filter(|entry| is_makers(&entry.file_name(), at));
    let mut left: Vec<_> = left
        .map(|entry| at.with_file_name(entry.file_name()))
        .collect();
    left.sort();
    left
}

/// Directories above the place that vrun made. Those that are empty in the end go again.
#[derive(Debug)]
pub struct Parents(Vec<PathBuf>);

impl Parents {
    /// Makes what is missing above `at`.
    ///
    /// # Errors
    /// A directory cannot be made.
    pub fn make(at: &Path) -> Result<Parents, Error> {
        let above = at.ancestors().skip(1);
        let missing: Vec<_> = above.take_while(|dir| !dir.exists()).collect();
        let mut made = Parents(Vec::new());
        for dir in missing.into_iter().rev() {
            match fs::create_dir(dir) {
                Ok(()) => made.0.push(dir.to_owned()),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(cannot(at, &error)),
            }
        }
        Ok(made)
    }
}

impl Drop for Parents {
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
    use crate::error::typed;

    fn names(dir: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(dir).expect("a directory");
        entries
            .map(|entry| entry.expect("an entry").file_name())
            .collect()
    }

    fn refused(at: &Path) -> String {
        let target = look(at).expect("a look");
        let permitted = permit(&target, at, Occasion::FirstUse, Existing::Kept);
        permitted.expect_err("taken").to_string()
    }

    #[test]
    fn a_place_that_is_taken_is_an_error_that_says_by_what() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        fs::write(&at, "").expect("a file");
        let error = look(&at).expect_err("taken").to_string();
        assert!(error.contains("cause: it is a file\n"), "{error}");
        fs::remove_file(&at).expect("a file");
        for name in ["a", "b", "c", "d"] {
            fs::create_dir_all(at.join(name)).expect("a directory");
        }
        let error = refused(&at);
        assert!(error.contains("other things in it: a, b, c and 1 more\n"));
        fs::write(at.join(fill::MARKER), "").expect("a file");
        assert_eq!(look(&at).ok(), Some(Target::Unfinished));
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
            let meant = format!("--env {}", typed(at.join(".venv")));
            assert!(error.contains(&meant) && !error.contains("`mv "), "{error}");
        }
    }

    #[test]
    fn what_a_maker_within_left_is_unfinished() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join(".venv");
        fs::create_dir_all(at.join(".venv.vrun-Ab12Cd")).expect("a directory");
        fs::write(at.join(".venv.vrun-lock"), "").expect("a file");
        assert_eq!(look(&at).ok(), Some(Target::Unfinished));
        fs::write(at.join("notes"), "").expect("a file");
        refused(&at);
    }

    #[test]
    fn a_place_on_the_path_separator_is_refused() {
        let at = format!("/app/a{}b/.venv", os::PATH_SEPARATOR);
        assert_eq!(
            refuse(Path::new(&at)).map_err(|error| error.exit as u8),
            Err(126)
        );
    }

    #[test]
    fn directories_made_above_the_place_go_again_unless_it_is_used() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join("a/b/.venv");
        drop(Parents::make(&at).expect("made"));
        assert!(names(dir.path()).is_empty());
        let made = Parents::make(&at).expect("made");
        fs::create_dir(&at).expect("a directory");
        drop(made);
        assert!(at.is_dir());
    }
}
