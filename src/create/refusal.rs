//! A place where no environment can be made -> the error that says so: what is in the way, and what to type
//! next.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{Error, reason, shown, typed};
use crate::os;
use crate::venv;

/// `--clear` of a directory in which someone works.
pub fn more_than_an_environment(at: &Path) -> Error {
    Error::refused(format!("{} is not cleared", shown(at)))
        .cause("it is an environment, and also a project or the directory you are in")
        .hint(format!(
            "put the environment into a directory of its own, such as `--env {}`",
            typed(at.join(".venv"))
        ))
}

pub fn linked(at: &Path) -> Error {
    let target = dunce::canonicalize(at).unwrap_or_else(|_| at.to_owned());
    Error::failed(format!("cannot create {}", shown(at)))
        .cause(format_args!("it is a link to {}", shown(&target)))
        .hint(format!(
            "`--env {}` names the directory itself",
            typed(&target)
        ))
}

/// A link whose end cannot be looked at. It goes only where it can never lead anywhere.
pub fn leads_nowhere(at: &Path, error: &io::Error) -> Error {
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
pub fn others(names: &[OsString]) -> String {
    let mut names: Vec<_> = names.iter().collect();
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

pub fn taken(at: &Path, by: &str) -> Error {
    let mut old = at.as_os_str().to_owned();
    old.push(".old");
    let told = Error::failed(format!("cannot create {}", shown(at))).cause(by);
    told.hint(if is_work(at) {
        let within = typed(at.join(".venv"));
        format!("`--env` takes the environment's own directory, such as `--env {within}`")
    } else if lost_its_marker(at) {
        let (cfg, at) = (typed(at.join(venv::MARKER)), typed(at));
        format!("`touch {cfg}`, then `vrun --repair --env {at}`, makes it an environment again")
    } else {
        format!(
            "`mv {} {}` makes room, or say where else with `--env PATH`",
            typed(at),
            typed(old)
        )
    })
}

/// Whether it is an environment but for its pyvenv.cfg.
fn lost_its_marker(at: &Path) -> bool {
    os::HAS_LINKS
        && fs::symlink_metadata(venv::python(at)).is_ok()
        && !venv::site_packages(at).is_empty()
        && !at.join(venv::MARKER).exists()
}

/// Files of the user's that bear names of the environment's.
pub fn in_the_way(at: &Path, obstacles: &[PathBuf]) -> Error {
    let what = Error::failed(format!("cannot create {}", shown(at)));
    let named = obstacles.iter().take(3).fold(what, |error, path| {
        error.cause(format_args!("{} is in the way", shown(path)))
    });
    named.hint("move that aside, or say where else with `--env PATH`")
}

/// Whether a directory is no place of an environment's but a project, or where the user works.
pub fn is_work(at: &Path) -> bool {
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

/// Whether there is no room, on the disk or in the user's share of it.
pub fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    )
}

/// The system would not let vrun write at `at`.
pub fn cannot(at: &Path, error: &io::Error) -> Error {
    let hint = if is_full(error) {
        "make room, or put the environment elsewhere with `--env PATH`"
    } else if is_closed(error) {
        "make the directory writable, or put the environment elsewhere with `--env PATH`"
    } else if error.kind() == ErrorKind::InvalidFilename {
        "give it a shorter name with `--env PATH`"
    } else {
        "try again; where it stays, put the environment elsewhere with `--env PATH`"
    };
    Error::failed(format!("cannot create {}", shown(at)))
        .cause(reason(error))
        .hint(hint)
}
