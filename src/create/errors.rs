//! A place where no environment can be made -> the error that says so: what is in the way, and what to type
//! next.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::quote::{printable, shell_word, summarize_names};
use crate::{os, venv};

/// `--clear` of a directory in which someone works.
pub(super) fn refuse_clear(at: &Path) -> Error {
    Error::refused(format!("{} is not cleared", printable(at)))
        .with_cause("it is an environment, and also a project or the directory you are in")
        .with_hint(format!(
            "put the environment into a directory of its own, such as `--env {}`",
            shell_word(at.join(".venv"))
        ))
}

pub(super) fn target_is_link(at: &Path) -> Error {
    let target = dunce::canonicalize(at).unwrap_or_else(|_| at.to_owned());
    Error::failed(format!("cannot create {}", printable(at)))
        .with_cause(format_args!("it is a link to {}", printable(&target)))
        .with_hint(format!(
            "`--env {}` names the directory itself",
            shell_word(&target)
        ))
}

/// A link whose end cannot be looked at. It goes only where it can never lead anywhere.
pub(super) fn broken_link(at: &Path, error: &io::Error) -> Error {
    let target = printable(fs::read_link(at).unwrap_or_default());
    let what = Error::failed(format!("cannot create {}", printable(at)));
    let is_missing = error.kind() == ErrorKind::NotFound;
    let told = if is_missing {
        what.with_cause(format_args!(
            "it is a link to {target}, which does not exist"
        ))
    } else {
        what.with_cause(format_args!(
            "it is a link to {target}: {}",
            io_reason(error)
        ))
    };
    if is_missing || os::is_link_loop(error) {
        told.with_hint(format!("`rm {}` takes the link away", shell_word(at)))
    } else {
        told.with_hint("mend what it leads to, or put the environment elsewhere with `--env PATH`")
    }
}

/// What a directory holds, in a line.
pub(super) fn describe_contents(names: &[OsString]) -> String {
    let mut names: Vec<_> = names.iter().collect();
    names.sort();
    format!(
        "it is a directory with other things in it: {}",
        summarize_names(&names)
    )
}

pub(super) fn target_occupied(at: &Path, by: &str) -> Error {
    let mut old = at.as_os_str().to_owned();
    old.push(".old");
    let told = Error::failed(format!("cannot create {}", printable(at))).with_cause(by);
    told.with_hint(if is_project_or_cwd(at) {
        let within = shell_word(at.join(".venv"));
        format!("`--env` takes the environment's own directory, such as `--env {within}`")
    } else if has_lost_cfg(at) {
        let (cfg, at) = (shell_word(at.join(venv::PYVENV_CFG)), shell_word(at));
        format!("`touch {cfg}`, then `vrun --repair --env {at}`, makes it an environment again")
    } else {
        format!(
            "`mv {} {}` makes room, or say where else with `--env PATH`",
            shell_word(at),
            shell_word(old)
        )
    })
}

/// Whether it is an environment but for its pyvenv.cfg.
fn has_lost_cfg(at: &Path) -> bool {
    os::HAS_SYMLINKS
        && fs::symlink_metadata(venv::python_path(at)).is_ok()
        && !venv::site_packages(at).is_empty()
        && !at.join(venv::PYVENV_CFG).exists()
}

/// Files of the user's that bear names of the environment's.
pub(super) fn conflicting_files(at: &Path, obstacles: &[PathBuf]) -> Error {
    let what = Error::failed(format!("cannot create {}", printable(at)));
    let named = obstacles.iter().take(3).fold(what, |error, path| {
        error.with_cause(format_args!("{} is in the way", printable(path)))
    });
    named.with_hint("move that aside, or say where else with `--env PATH`")
}

/// Whether a directory is no place of an environment's but a project, or where the user works.
pub(super) fn is_project_or_cwd(at: &Path) -> bool {
    let signs = [
        ".venv",
        "pyproject.toml",
        "requirements.txt",
        "setup.py",
        "setup.cfg",
        ".git",
        ".hg",
    ];
    signs.iter().any(|sign| at.join(sign).exists()) || is_cwd_or_above(at)
}

/// Whether `at` is the working directory, or above it.
fn is_cwd_or_above(at: &Path) -> bool {
    let mut dir = PathBuf::from(".");
    loop {
        if os::is_same_file(at, &dir) {
            return true;
        }
        let above = dir.join("..");
        if !above.is_dir() || os::is_same_file(&above, &dir) {
            return false;
        }
        dir = above;
    }
}

/// Whether the system lets no one, or not this user, write in a directory.
pub(super) fn is_not_writable(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
    )
}

/// Whether there is no room, on the disk or in the user's share of it.
pub(super) fn is_disk_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    )
}

/// The system would not let vrun write at `at`.
pub(super) fn cannot_create(at: &Path, error: &io::Error) -> Error {
    let hint = if is_disk_full(error) {
        "make room, or put the environment elsewhere with `--env PATH`"
    } else if is_not_writable(error) {
        "make the directory writable, or put the environment elsewhere with `--env PATH`"
    } else if error.kind() == ErrorKind::InvalidFilename {
        "give it a shorter name with `--env PATH`"
    } else {
        "try again; where it stays, put the environment elsewhere with `--env PATH`"
    };
    Error::failed(format!("cannot create {}", printable(at)))
        .with_cause(io_reason(error))
        .with_hint(hint)
}
