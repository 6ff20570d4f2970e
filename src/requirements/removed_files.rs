//! Packages whose modules or scripts someone has removed, with the metadata left -> whole again. To the installer they are
//! installed.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use crate::error::io_reason;
use crate::installer::{InstallError, InstallRunner, Installer, os_args};
use crate::quote::{printable, summarize_names};
use crate::{venv, wheel};

/// Whether there is anything for `restore` to do in the environment at `root`.
pub(super) fn has_removed_files(root: &Path) -> bool {
    let mut scripts = venv::find_missing_scripts(root).into_iter();
    scripts.any(|script| script.is_repairable() || script.is_from_index)
        || !damaged_packages(root).is_empty()
}

/// The packages of an index that have to be installed again: `demo==1.0`.
fn damaged_packages(root: &Path) -> BTreeSet<String> {
    let incomplete = venv::find_incomplete_packages(root).into_iter();
    let incomplete = incomplete.filter(|package| package.is_from_index);
    let scripts = venv::find_missing_scripts(root).into_iter();
    let scripts = scripts.filter(|script| script.is_from_index && !script.is_repairable());
    incomplete
        .map(|package| package.package)
        .chain(scripts.map(|script| script.package))
        .collect()
}

/// Writes console scripts, and reinstalls the packages that lack other files.
///
/// # Errors
/// Ctrl-C; the installer is killed.
pub(super) fn restore(
    installer: &Installer,
    runner: &InstallRunner<'_>,
) -> Result<(), InstallError> {
    let verbosity = runner.verbosity;
    match wheel::restore_missing_scripts(runner.dir) {
        Ok(names) if names.is_empty() => {}
        Ok(names) => {
            let dir = printable(venv::scripts_dir(runner.root));
            verbosity.notice(format_args!("restored {} in {dir}", names.join(", ")));
        }
        Err((file, error)) => verbosity.notice(format_args!(
            "{} is not restored: {}",
            printable(&file),
            io_reason(&error)
        )),
    }
    let packages = damaged_packages(runner.dir);
    if packages.is_empty() {
        return Ok(());
    }
    let mut args = os_args(&["install", "--no-deps", "--force-reinstall"]);
    args.extend(packages.iter().map(OsString::from));
    let packages = Vec::from_iter(packages);
    let names = summarize_names(&packages);
    let line = format!("reinstalling {names}: files are missing");
    let done = runner.try_step(installer, args, &line)?;
    let done = done.and_then(|done| match damaged_packages(runner.dir).is_empty() {
        true => Ok(done.describe(installer.name())),
        false => Err("files are still missing".to_owned()),
    });
    match done {
        Ok(done) => verbosity.notice(format_args!("installed {names} in {done}")),
        Err(reason) => verbosity.notice(format_args!("cannot reinstall {names}: {reason}")),
    }
    Ok(())
}
