//! A directory and names -> shims there: links to vrun, or copies of it where links need an administrator.
//!
//! Everything is checked before anything is created, and only shims are overwritten. A link leads to vrun as it is
//! found on the user's PATH, not to the file behind that: package managers keep each version's file in a different
//! directory. How a shim runs is in `cli/argv0.rs` and `program/shim.rs`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::error::{Error, io_reason};
use crate::fs::{remove_abandoned_files, replace_unlocked};
use crate::process::Process;
use crate::quote::{printable, shell_word};
use crate::trust::{self, Trust};
use crate::venv::PYVENV_CFG;
use crate::{os, self_exe};

/// Shims that may be created.
#[derive(Debug)]
pub(crate) struct ShimPlan {
    dir: PathBuf,
    target: PathBuf,
    shims: Vec<(PathBuf, Change)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Create,
    /// It leads to a different vrun, or is an older copy.
    Replace,
    Keep,
}

/// Shims of these names in `dir`.
///
/// # Errors
/// A name is not valid for a shim (125); an existing file is not a shim, or another user could change what runs (126).
pub(crate) fn plan_shims(
    dir: &Path,
    names: &[OsString],
    process: &Process,
) -> Result<ShimPlan, Error> {
    if let Some(name) = names.iter().find(|name| !is_valid_name(name)) {
        let message = format!("`{}` is not a valid shim name", printable(name));
        return Err(Error::failed(message)
            .with_cause(
                "a shim's name must be a program name without a path or suffix, and not `vrun`",
            )
            .with_hint(format!("`vrun --shims {} python pytest`", shell_word(dir))));
    }
    let dir = process.absolute(dir)?;
    let target = link_target(&dir, process)?;
    check_allowed(&dir, &target, process)?;
    let mut shims: Vec<(PathBuf, Change)> = Vec::new();
    for name in names {
        let mut file = name.clone();
        file.push(os::EXE_SUFFIX);
        let path = dir.join(file);
        if shims.iter().all(|(planned, _)| *planned != path) {
            let change = plan_change(&path, &target, process)?;
            shims.push((path, change));
        }
    }
    Ok(ShimPlan { dir, target, shims })
}

/// Whether this is a valid program name that vrun can tell apart from its own.
fn is_valid_name(name: &OsStr) -> bool {
    let has_suffix = |name: &str| os::normalize_program_name(name).len() != name.len();
    Path::new(name).file_name() == Some(name)
        && !name.to_str().is_some_and(has_suffix)
        && !name.as_encoded_bytes().starts_with(b"-")
        && !self_exe::is_vrun_name(name)
}

/// The path that shims link to: the one at which PATH finds vrun, else the path it was called by, else its file. If
/// vrun is in the shims' own directory, only its file name, so that the directory can be moved.
fn link_target(dir: &Path, process: &Process) -> Result<PathBuf, Error> {
    let self_exe = process.current_exe();
    // Linux without /proc does not say which file this is: then it is a vrun.
    let is_self = |path: &PathBuf| match &self_exe {
        Some(file) => os::is_same_file(path, file),
        None => self_exe::has_marker(path),
    };
    let on_path = || {
        let mut found = which::which_in_global("vrun", process.var("PATH")).ok()?;
        found.find(|path| path.is_absolute() && is_self(path))
    };
    let as_called = || {
        let called = Path::new(process.args.first()?);
        let path = process.absolute(called).ok();
        path.filter(|path| called.components().count() > 1 && is_self(path))
    };
    let target = on_path()
        .or_else(as_called)
        .or_else(|| self_exe.clone())
        .ok_or_else(|| {
            Error::failed("vrun cannot tell where its own file is")
                .with_hint("put its directory on PATH")
        })?;
    match target.file_name() {
        Some(name) if target.parent() == Some(dir) => Ok(name.into()),
        _ => Ok(target),
    }
}

/// Whether shims that lead to `target` may be created in `dir`.
fn check_allowed(dir: &Path, target: &Path, process: &Process) -> Result<(), Error> {
    let refused = || Error::refused(format!("refusing to create shims in {}", printable(dir)));
    let real = dunce::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    for dir in [dir, &real] {
        if let Some(root) = env_above(dir)
            && os::is_same_file(dir, &os::scripts_dir(root))
        {
            let root = printable(root);
            let cause = format!("it is the scripts directory of the environment {root}");
            return Err(refused().with_cause(cause));
        }
    }
    if dir.exists() && !dir.is_dir() {
        return Err(refused().with_cause("it is not a directory"));
    }
    let untrusted = |path: &Path, start: &Path| {
        let found = trust::read_metadata(path).ok()?;
        let owner = Trust::new(start, process).untrusted_file_owner(&found)?;
        Some(owner.describe(path))
    };
    let start = process.logical_cwd().unwrap_or_else(|_| dir.to_owned());
    if let Some(cause) = untrusted(dir, &start) {
        return Err(refused().with_cause(cause));
    }
    // A user who can change the target controls what every shim runs.
    let target = dir.join(target);
    let real = dunce::canonicalize(&target).unwrap_or_else(|_| target.clone());
    let start = dir.ancestors().find(|dir| dir.is_dir()).unwrap_or(dir);
    for path in [&target, &real] {
        if let Some(cause) = untrusted(path, start) {
            let message = format!("refusing to create shims that lead to {}", printable(path));
            return Err(Error::refused(message).with_cause(cause));
        }
    }
    Ok(())
}

/// The environment whose directory contains `dir`.
fn env_above(dir: &Path) -> Option<&Path> {
    dir.parent().filter(|root| root.join(PYVENV_CFG).is_file())
}

fn plan_change(path: &Path, target: &Path, process: &Process) -> Result<Change, Error> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Change::Create),
        Err(error) => {
            let message = format!("cannot inspect {}", printable(path));
            return Err(Error::refused(message).with_cause(io_reason(&error)));
        }
        Ok(_) => {}
    }
    if !self_exe::is_vrun(path, process.current_exe().as_deref()) {
        let message = format!("{} exists, and is not a vrun shim", printable(path));
        return Err(Error::refused(message).with_hint("name another directory for the shims"));
    }
    let is_current = match os::HAS_SYMLINKS {
        true => fs::read_link(path).is_ok_and(|current| current == target),
        false => self_exe::same_contents(path, &path.with_file_name(target)).unwrap_or(false),
    };
    Ok(if is_current {
        Change::Keep
    } else {
        Change::Replace
    })
}

impl ShimPlan {
    /// Creates the shims.
    ///
    /// # Errors
    /// One of them cannot be created.
    pub(crate) fn apply(&self) -> Result<(), Error> {
        let failed = |path: &Path, error: io::Error| {
            let message = format!("{} cannot be created", printable(path));
            Error::failed(message).with_cause(io_reason(&error))
        };
        fs::create_dir_all(&self.dir).map_err(|error| failed(&self.dir, error))?;
        remove_abandoned_files(&self.dir);
        for (path, change) in &self.shims {
            match change {
                Change::Keep => Ok(()),
                Change::Create => os::symlink_or_copy(&self.target, path),
                Change::Replace => {
                    replace_unlocked(path, |new| os::symlink_or_copy(&self.target, new))
                }
            }
            .map_err(|error| failed(path, error))?;
        }
        Ok(())
    }

    /// Prints what keeps the shims from being found.
    pub(crate) fn warn_shadowed(&self, process: &Process) {
        let path = process.var("PATH").unwrap_or(OsStr::new(os::DEFAULT_PATH));
        let dirs: Vec<_> = os::split_paths(path).collect();
        let is_here =
            |dir: &PathBuf| os::is_same_path(dir, &self.dir) || os::is_same_file(dir, &self.dir);
        let here = printable(&self.dir);
        let Some(position) = dirs.iter().position(is_here) else {
            return process.verbosity.notice(format_args!(
                "{here} is not on PATH; put it there, before the programs that the shims replace"
            ));
        };
        for (path, _) in &self.shims {
            let name = path.file_name().unwrap_or_default();
            // An environment's scripts directory is meant to come first.
            let is_shadow = |dir: &&PathBuf| dir.join(name).is_file() && env_above(dir).is_none();
            if let Some(dir) = dirs[..position].iter().find(is_shadow) {
                let first = printable(dir.join(name));
                process
                    .verbosity
                    .notice(format_args!("{first} comes before {here} on PATH"));
            }
        }
    }

    /// The paths of the shims, one to a line.
    pub(crate) fn paths(&self) -> Vec<u8> {
        let line = |path: &PathBuf| [path.as_os_str().as_encoded_bytes(), b"\n"].concat();
        self.shims.iter().flat_map(|(path, _)| line(path)).collect()
    }
}
