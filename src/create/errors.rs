//! A path where no environment can be created -> the error: what is in the way, and what to type next.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::{fs, iter};

use crate::error::{self, Error, io_reason};
use crate::quote::{printable, shell_word, summarize_names};
use crate::{os, venv};

pub(super) fn creation_failed(at: &Path) -> Error {
    Error::failed(format!("cannot create {}", printable(at)))
}

/// For a replacement that could not be completed.
pub(crate) fn old_environment_stays(error: Error) -> Error {
    match error.kind() {
        error::ErrorKind::Interrupted => error,
        _ => error.with_cause("the old environment is unchanged"),
    }
}

/// The refusal of `--clear` for a directory that the user works in.
pub(super) fn refuse_clear(at: &Path) -> Error {
    Error::refused(format!("refusing to clear {}", printable(at)))
        .with_cause("it is an environment, and also a project or the directory you are in")
        .with_hint(format!(
            "give the environment its own directory, such as `--env {}`",
            shell_word(at.join(".venv"))
        ))
}

pub(super) fn target_is_link(at: &Path) -> Error {
    let target = dunce::canonicalize(at).unwrap_or_else(|_| at.to_owned());
    creation_failed(at)
        .with_cause(format_args!("it is a link to {}", printable(&target)))
        .with_hint(format!(
            "`--env {}` names the directory itself",
            shell_word(&target)
        ))
}

/// A link whose target cannot be inspected. It is not vrun's, so no hint removes it.
pub(super) fn broken_link(at: &Path, error: &io::Error) -> Error {
    let target = printable(fs::read_link(at).unwrap_or_default());
    let is_missing = error.kind() == ErrorKind::NotFound;
    let cause = match is_missing {
        true => format!("it is a link to {target}, which does not exist"),
        false => format!("it is a link to {target}: {}", io_reason(error)),
    };
    creation_failed(at)
        .with_cause(cause)
        .with_hint("fix its target, or put the environment elsewhere with `--env PATH`")
}

/// Describes the contents of a directory in a line.
pub(super) fn describe_contents(names: &[OsString]) -> String {
    let mut names: Vec<_> = names.iter().collect();
    names.sort();
    format!(
        "it is a directory with other things in it: {}",
        summarize_names(&names)
    )
}

pub(super) fn target_occupied(at: &Path, cause: &str) -> Error {
    let word = shell_word(at);
    if venv::is_conda_env(at) {
        return creation_failed(at)
            .with_cause("it is an environment of conda's, which vrun does not read")
            .with_hint(format!(
                "`conda run -p {word} ...` runs in it; VRUN_NAME gives vrun's another name"
            ));
    }
    let hint = if is_project_or_cwd(at) {
        let inner = shell_word(at.join(".venv"));
        format!("`--env` takes the environment's own directory, such as `--env {inner}`")
    } else if has_lost_cfg(at) {
        let cfg = shell_word(at.join(venv::PYVENV_CFG));
        format!("`touch {cfg}`, then `vrun --repair --env {word}`, makes it an environment again")
    } else {
        "choose another path with `--env PATH`, or another name with VRUN_NAME".to_owned()
    };
    creation_failed(at).with_cause(cause).with_hint(hint)
}

/// Whether only its pyvenv.cfg is missing from an environment.
fn has_lost_cfg(at: &Path) -> bool {
    os::HAS_SYMLINKS
        && fs::symlink_metadata(venv::python_path(at)).is_ok()
        && !venv::site_packages(at).is_empty()
        && !at.join(venv::PYVENV_CFG).exists()
}

/// The error about the user's `files`, which have the names of files of the environment.
pub(super) fn conflicting_files(at: &Path, files: &[PathBuf]) -> Error {
    let causes = files.iter().take(3);
    let causes = causes.map(|path| format!("{} is in the way", printable(path)));
    causes
        .fold(creation_failed(at), Error::with_cause)
        .with_hint("move it out of the way, or choose another path with `--env PATH`")
}

/// Whether a directory is the root of a project, or the user works in it.
pub(super) fn is_project_or_cwd(at: &Path) -> bool {
    venv::holds_project(at) || is_cwd_or_above(at)
}

fn is_cwd_or_above(at: &Path) -> bool {
    let above = |dir: &PathBuf| {
        let above = dir.join("..");
        (above.is_dir() && !os::is_same_file(&above, dir)).then_some(above)
    };
    let mut dirs = iter::successors(Some(PathBuf::from(".")), above);
    dirs.any(|dir| os::is_same_file(at, &dir))
}

/// Whether nobody, or not this user, may write in a directory.
pub(super) fn is_not_writable(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
    )
}

/// Whether the disk, or the user's quota, is full.
fn is_disk_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    )
}

const NOT_WRITABLE_HINT: &str =
    "make the directory writable, or put the environment elsewhere with `--env PATH`";

/// The system refused to write at `at`.
pub(super) fn cannot_create(at: &Path, error: &io::Error) -> Error {
    creation_failed(at)
        .with_cause(io_reason(error))
        .with_hint(creation_hint(error))
}

/// What to do where the lock file `path` cannot be locked.
pub(super) fn lock_hint(path: &Path, error: &io::Error) -> String {
    if fs::symlink_metadata(path).is_ok() && !is_disk_full(error) {
        return format!(
            "wait until no other vrun is at work here, then remove {}",
            printable(path)
        );
    }
    creation_hint(error).to_owned()
}

/// What to do about a refusal.
pub(super) fn creation_hint(error: &io::Error) -> &'static str {
    if is_disk_full(error) {
        "make room, or put the environment elsewhere with `--env PATH`"
    } else if is_not_writable(error) {
        NOT_WRITABLE_HINT
    } else if error.kind() == ErrorKind::InvalidFilename {
        "give it a shorter name with `--env PATH`"
    } else {
        "try again; if that fails too, put the environment elsewhere with `--env PATH`"
    }
}
