//! A place -> what lies there, and whether an environment can be made in it.
//!
//! Nothing that vrun did not make is ever changed or taken away.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{Error, reason, shown, typed};
use crate::os;
use crate::venv;

use super::fill;
use super::lock;
use super::staged;

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
    let followed = fs::metadata(at).map_err(|error| leads_nowhere(at, &error))?;
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
    } else if names.iter().any(|name| name == fill::MARKER)
        || at.join(venv::MARKER).is_file()
        || names.iter().all(|name| is_makers(name, at))
    {
        // With a pyvenv.cfg it was made just now, which the lock will tell.
        Ok(Target::Unfinished)
    } else {
        Err(taken(at, &others(names)))
    }
}

/// What a maker puts into the place itself where it cannot write beside it.
fn is_makers(name: &OsStr, at: &Path) -> bool {
    let own = at.file_name().unwrap_or_default();
    name == lock::name(own) || staged::is_makers(name, own)
}

/// A link whose end cannot be looked at. It goes only where it can never lead anywhere.
fn leads_nowhere(at: &Path, error: &io::Error) -> Error {
    let target = shown(fs::read_link(at).unwrap_or_default());
    let what = Error::failed(format!("cannot create {}", shown(at)));
    let is_missing = error.kind() == ErrorKind::NotFound;
    let told = if is_missing {
        what.cause(format_args!(
            "it is a link to {target}, which does not exist"
        ))
    } else {
        what.cause(format_args!("it is a link to {target}: {}", reason(error)))
    };
    if is_missing || os::is_link_loop(error) {
        told.hint(format!("`rm {}` takes the link away", typed(at)))
    } else {
        told.hint("mend what it leads to, or put the environment elsewhere with `--env PATH`")
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
    let told = Error::failed(format!("cannot create {}", shown(at))).cause(by);
    told.hint(if is_work(at) {
        let within = typed(at.join(".venv"));
        format!("`--env` takes the environment's own directory, such as `--env {within}`")
    } else {
        format!(
            "`mv {} {}` makes room, or say where else with `--env PATH`",
            typed(at),
            typed(old)
        )
    })
}

/// Whether a directory is no place of an environment's but a project, or where the user works.
fn is_work(at: &Path) -> bool {
    let signs = [
        ".venv",
        "pyproject.toml",
        "requirements.txt",
        "setup.py",
        "setup.cfg",
        ".git",
        ".hg",
    ];
    signs.iter().any(|sign| at.join(sign).exists()) || is_around_cwd(at)
}

/// Whether `at` is the working directory, or above it.
fn is_around_cwd(at: &Path) -> bool {
    let mut dir = PathBuf::from(".");
    loop {
        if os::same_file(at, &dir) {
            return true;
        }
        let above = dir.join("..");
        if !above.is_dir() || os::same_file(&above, &dir) {
            return false;
        }
        dir = above;
    }
}

/// Whether the system lets no one, or not this user, write in a directory.
pub fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
    )
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
    fn a_project_is_never_told_to_be_moved_away() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = dir.path().join("app");
        fs::create_dir(&at).expect("a directory");
        fs::write(at.join("notes"), "").expect("a file");
        assert!(look(&at).expect_err("taken").to_string().contains("`mv "));
        fs::write(at.join("pyproject.toml"), "").expect("a file");
        let cwd = dunce::canonicalize(".").expect("a directory");
        let above = cwd.parent().expect("a directory above");
        for at in [at.as_path(), &cwd, above] {
            let error = look(at).expect_err("taken").to_string();
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
        look(&at).expect_err("taken");
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
