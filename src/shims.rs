//! A directory and names -> shims there: links to vrun, or copies of it where links are for administrators.
//!
//! All is looked at before anything is made, and nothing is overwritten but shims. A link leads to vrun as the user's
//! PATH has it, and not to the file behind that: package managers keep each version's file in a place of its own.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::error::{Error, io_reason};
use crate::fs::replace_atomically;
use crate::output::Verbosity;
use crate::process::Process;
use crate::quote::{printable, shell_word};
use crate::venv::PYVENV_CFG;
use crate::{os, self_exe, trust};

/// What is to be made, where nothing stands against it.
#[derive(Debug)]
pub(crate) struct ShimPlan {
    dir: PathBuf,
    target: PathBuf,
    shims: Vec<Shim>,
}

#[derive(Debug)]
struct Shim {
    path: PathBuf,
    change: Change,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Create,
    /// It leads to another vrun, or is an older one's.
    Replace,
    Keep,
}

/// Shims of these names in `dir`.
///
/// # Errors
/// A name is none for a shim (125); what is there is in the way, or belongs to another user (126).
pub(crate) fn plan_shims(
    dir: &Path,
    names: &[OsString],
    process: &Process,
) -> Result<ShimPlan, Error> {
    if let Some(name) = names.iter().find(|name| !is_valid_name(name)) {
        return Err(
            Error::failed(format!("`{}` is no name for a shim", printable(name)))
                .with_cause("it is a program's plain name, as it is typed, and not vrun's own")
                .with_hint(format!("`vrun --shims {} python pytest`", shell_word(dir))),
        );
    }
    let dir = process.absolute(dir)?;
    let target = link_target(&dir, process)?;
    check_allowed(&dir, &target, process)?;
    let mut shims: Vec<Shim> = Vec::new();
    for name in names {
        let mut file = name.clone();
        file.push(os::EXE_SUFFIX);
        let at = dir.join(file);
        if shims.iter().all(|shim| shim.path != at) {
            let work = plan_change(&at, &target, process)?;
            shims.push(Shim {
                path: at,
                change: work,
            });
        }
    }
    Ok(ShimPlan { dir, target, shims })
}

/// Whether a program can be called so, and vrun can tell that it is not itself that is called.
fn is_valid_name(name: &OsStr) -> bool {
    let is_plain = Path::new(name).file_name() == Some(name);
    let has_ending = name.to_str().is_some_and(|name| {
        let plain = os::normalize_program_name(name);
        plain.len() != name.len()
    });
    is_plain
        && !has_ending
        && !name.as_encoded_bytes().starts_with(b"-")
        && !self_exe::is_vrun_name(name)
}

/// vrun as it is found: by name on PATH, else as it was called, else its file. By its plain name where it lies
/// beside the shims, so that the directory can be moved.
fn link_target(dir: &Path, process: &Process) -> Result<PathBuf, Error> {
    let own = process.current_exe();
    let is_own = |path: &PathBuf| own.as_ref().is_some_and(|own| os::is_same_file(path, own));
    let on_path = || {
        let found = which::which_in_global("vrun", process.var("PATH")).ok()?;
        found.filter(|path| path.is_absolute()).find(is_own)
    };
    let as_called = || {
        let called = Path::new(process.args.first()?);
        let is_path = called.components().count() > 1;
        let path = process.absolute(called).ok().filter(|_| is_path);
        path.filter(is_own)
    };
    let Some(target) = on_path().or_else(as_called).or(own.clone()) else {
        return Err(Error::failed("vrun cannot tell where its own file is")
            .with_hint("put its directory on PATH"));
    };
    match target.file_name() {
        Some(name) if target.parent() == Some(dir) => Ok(name.into()),
        _ => Ok(target),
    }
}

/// Whether shims may be put there, and lead to that.
fn check_allowed(dir: &Path, target: &Path, process: &Process) -> Result<(), Error> {
    let refused = || Error::refused(format!("no shims are put into {}", printable(dir)));
    let real = dunce::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    for dir in [dir, &real] {
        let root = dir.parent().filter(|root| root.join(PYVENV_CFG).is_file());
        if let Some(root) = root.filter(|root| os::is_same_file(dir, &root.join(os::SCRIPTS_DIR))) {
            let cause = format!(
                "it holds the programs of the environment {}",
                printable(root)
            );
            return Err(refused().with_cause(cause));
        }
    }
    if dir.exists() && !dir.is_dir() {
        return Err(refused().with_cause("it is no directory"));
    }
    let start = process.logical_cwd().unwrap_or_else(|_| dir.to_owned());
    let stranger = |path: &Path, start: &Path| {
        let seen = trust::read_metadata(path).ok()?;
        Some(trust::untrusted_file_owner(&seen, start)?.describe(path))
    };
    if let Some(cause) = stranger(dir, &start) {
        return Err(refused().with_cause(cause));
    }
    // Whoever may change it decides what each of them does.
    let target = dir.join(target);
    let end = dunce::canonicalize(&target).unwrap_or_else(|_| target.clone());
    let start = dir.ancestors().find(|dir| dir.is_dir()).unwrap_or(dir);
    for path in [&target, &end] {
        if let Some(cause) = stranger(path, start) {
            let what = format!("no shims are made that lead to {}", printable(path));
            return Err(Error::refused(what).with_cause(cause));
        }
    }
    Ok(())
}

/// What there is to do at `at`.
fn plan_change(at: &Path, target: &Path, process: &Process) -> Result<Change, Error> {
    match fs::symlink_metadata(at) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Change::Create),
        Err(error) => {
            return Err(
                Error::refused(format!("{} cannot be looked at", printable(at)))
                    .with_cause(io_reason(&error)),
            );
        }
        Ok(_) => {}
    }
    if !self_exe::is_vrun(at, process.current_exe().as_deref()) {
        return Err(Error::refused(format!(
            "{} is there, and is no shim of vrun's",
            printable(at)
        ))
        .with_hint(format!("`rm {}`, if it is not needed", shell_word(at))));
    }
    let is_current = match os::HAS_SYMLINKS {
        true => fs::read_link(at).is_ok_and(|leads| leads == target),
        false => self_exe::same_contents(at, &at.with_file_name(target)).unwrap_or(false),
    };
    Ok(if is_current {
        Change::Keep
    } else {
        Change::Replace
    })
}

impl ShimPlan {
    /// Makes them.
    ///
    /// # Errors
    /// One of them cannot be made.
    pub(crate) fn apply(&self) -> Result<(), Error> {
        let failed = |at: &Path, error: io::Error| {
            Error::failed(format!("{} cannot be made", printable(at))).with_cause(io_reason(&error))
        };
        fs::create_dir_all(&self.dir).map_err(|error| failed(&self.dir, error))?;
        for Shim {
            path: at,
            change: work,
        } in &self.shims
        {
            match work {
                Change::Keep => Ok(()),
                Change::Create => os::symlink_or_copy(&self.target, at),
                Change::Replace => {
                    replace_atomically(at, |new| os::symlink_or_copy(&self.target, new))
                }
            }
            .map_err(|error| failed(at, error))?;
        }
        Ok(())
    }

    /// Says what keeps them from being found.
    pub(crate) fn warn_shadowed(&self, process: &Process, verbosity: Verbosity) {
        let path = process.var("PATH").unwrap_or(OsStr::new(os::DEFAULT_PATH));
        let dirs: Vec<_> = os::split_paths(path).collect();
        let is_here =
            |dir: &PathBuf| os::is_same_path(dir, &self.dir) || os::is_same_file(dir, &self.dir);
        let Some(place) = dirs.iter().position(is_here) else {
            let dir = printable(&self.dir);
            return verbosity.notice(format_args!(
                "{dir} is not on PATH; put it there, before what the shims are to stand for"
            ));
        };
        for Shim { path: at, .. } in &self.shims {
            let name = at.file_name().unwrap_or_default();
            let is_program = |dir: &&PathBuf| dir.join(name).is_file() && !is_scripts_dir(dir);
            if let Some(first) = dirs[..place].iter().find(is_program) {
                let (first, dir) = (printable(first.join(name)), printable(&self.dir));
                verbosity.notice(format_args!("{first} comes before {dir} on PATH"));
            }
        }
    }

    /// Their paths, one on each line.
    pub(crate) fn paths(&self) -> Vec<u8> {
        let line = |shim: &Shim| [shim.path.as_os_str().as_encoded_bytes(), b"\n"].concat();
        self.shims.iter().flat_map(line).collect()
    }
}

/// Whether it is the scripts directory of an environment, which has every right to come first.
fn is_scripts_dir(dir: &Path) -> bool {
    dir.parent()
        .is_some_and(|root| root.join(PYVENV_CFG).is_file())
}
