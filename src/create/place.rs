//! A place -> what lies there, and whether an environment can be made in it.
//!
//! Nothing that vrun did not make is ever changed or taken away.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{Error, reason, shown, typed};
use crate::os;
use crate::venv;

use super::fill;

/// What lies where the environment is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nothing.
    Absent,
    /// An empty directory.
    Empty,
    /// What a vrun that died left of filling it in place.
    Unfinished,
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

/// What lies at `at`, if an environment can be made there.
///
/// # Errors
/// Something is there that is not vrun's to take away.
pub fn look(at: &Path) -> Result<Target, Error> {
    let itself = match fs::symlink_metadata(at) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Target::Absent),
        other => other.map_err(|error| cannot(at, &error))?,
    };
    let Ok(followed) = fs::metadata(at) else {
        let target = fs::read_link(at).unwrap_or_default();
        return Err(Error::failed(format!("cannot create {}", shown(at)))
            .cause(format_args!(
                "it is a link to {}, which does not exist",
                shown(target)
            ))
            .hint(format!("`rm {}` takes the link away", typed(at))));
    };
    if !followed.is_dir() {
        let kind = if itself.is_symlink() {
            "it is a link to a file"
        } else {
            "it is a file"
        };
        return Err(taken(at, kind));
    }
    let names: Vec<OsString> = fs::read_dir(at)
        .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect())
        .map_err(|error| cannot(at, &error))?;
    if names.is_empty() {
        Ok(Target::Empty)
    } else if names.iter().any(|name| name == fill::MARKER) || at.join(venv::MARKER).is_file() {
        // With a pyvenv.cfg it was made just now, which the lock will tell.
        Ok(Target::Unfinished)
    } else {
        Err(taken(at, &others(names)))
    }
}

/// What a directory holds, in a line.
fn others(mut names: Vec<OsString>) -> String {
    names.sort();
    let first: Vec<_> = names.iter().take(3).map(shown).collect();
    let more = match names.len() - first.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "it is a directory with other things in it: {}{more}",
        first.join(", ")
    )
}

fn taken(at: &Path, by: &str) -> Error {
    let mut old = at.as_os_str().to_owned();
    old.push(".old");
    Error::failed(format!("cannot create {}", shown(at)))
        .cause(by)
        .hint(format!(
            "`mv {} {}` makes room, or say where else with `--env PATH`",
            typed(at),
            typed(old)
        ))
}

/// The system would not let vrun write at `at`.
pub fn cannot(at: &Path, error: &io::Error) -> Error {
    let hint = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "make room, or put the environment elsewhere with `--env PATH`"
        }
        _ => "make the directory writable, or put the environment elsewhere with `--env PATH`",
    };
    Error::failed(format!("cannot create {}", shown(at)))
        .cause(reason(error))
        .hint(hint)
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

    fn names(dir: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(dir).expect("a directory");
        entries
            .map(|entry| entry.expect("an entry").file_name())
            .collect()
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
        let error = look(&at).expect_err("taken").to_string();
        assert!(error.contains("other things in it: a, b, c and 1 more\n"));
        fs::write(at.join(fill::MARKER), "").expect("a file");
        assert_eq!(look(&at).ok(), Some(Target::Unfinished));
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
