//! pip in an environment that stands in its place: put there by its Python's ensurepip, or brought up to date
//! from the index.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::str::FromStr;

use pep440_rs::Version;

use crate::error::{Error, io_reason};
use crate::installer_errors::venv_error_lines;
use crate::process::Process;
use crate::python::vars_for_pip;
use crate::quote::{printable, shell_word};
use crate::{interrupt, venv};

use super::request::CreateRequest;
use super::stdlib_venv::BuildContext;

/// Installs the base interpreter's pip where there is none or an older one, as `python -m venv --upgrade`
/// has it. `bundled` is the version of that pip.
///
/// # Errors
/// It cannot be installed; Ctrl-C.
pub(super) fn ensure_pip(
    root: &Path,
    site: &Path,
    bundled: &str,
    workshop: &BuildContext<'_>,
) -> Result<(), Error> {
    let bundled = Version::from_str(bundled).ok();
    if installed_pip_version(site)
        .is_some_and(|version| bundled.is_none_or(|bundled| version >= bundled))
    {
        return Ok(());
    }
    let words = ["-s", "-m", "ensurepip", "--upgrade", "--default-pip"];
    let hint = format!("`vrun --env {} -m ensurepip` tries again", shell_word(root));
    run_python(root, &words, workshop, "install", &hint)
}

/// The version of the pip in a site-packages directory.
fn installed_pip_version(site: &Path) -> Option<Version> {
    let entries = fs::read_dir(site).ok()?.flatten();
    let mut names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.find_map(|name| {
        let version = name.strip_prefix("pip-")?.strip_suffix(".dist-info")?;
        Version::from_str(version).ok()
    })
}

/// Installs the newest pip there is, and before Python 3.12 setuptools, from the user's index
/// (EnvBuilder.upgrade_dependencies).
///
/// # Errors
/// pip fails: the environment stands as it was made. Ctrl-C.
pub(super) fn upgrade_pip(
    order: &CreateRequest<'_>,
    workshop: &BuildContext<'_>,
) -> Result<(), Error> {
    let root = order.target.path;
    let vars = vars_for_pip(order.process, root);
    let workshop = BuildContext {
        vars: &vars,
        ..*workshop
    };
    let mut words = vec!["-m", "pip", "install", "--upgrade", "pip"];
    let old = |minor: &u64| *minor < 12;
    if minor_version(root).as_ref().is_some_and(old) {
        words.push("setuptools");
    }
    order.verbosity.notice(format_args!(
        "bringing pip in {} up to date",
        printable(root)
    ));
    let hint = format!(
        "`vrun --env {} pip install --upgrade pip` tries again",
        shell_word(root)
    );
    run_python(root, &words, &workshop, "bring up to date", &hint)
}

/// 13 of the 3.13.0 in its pyvenv.cfg.
fn minor_version(root: &Path) -> Option<u64> {
    let version = venv::Venv::open(root).ok()?.cfg.version?;
    version.split('.').nth(1)?.parse().ok()
}

/// Runs the environment's Python.
fn run_python(
    root: &Path,
    words: &[&str],
    workshop: &BuildContext<'_>,
    verb: &str,
    hint: &str,
) -> Result<(), Error> {
    let failed = || Error::failed(format!("cannot {verb} pip in {}", printable(root)));
    let args = words.iter().map(OsString::from).collect();
    let output = workshop.run_helper(&venv::python_path(root), args, root);
    interrupt::check_interrupted(workshop.stop)?;
    let output = output.map_err(|error| failed().with_cause(io_reason(&error)).with_hint(hint))?;
    if output.status.success() {
        return Ok(());
    }
    let told = venv_error_lines(&output)
        .into_iter()
        .fold(failed(), Error::with_cause);
    Err(told.with_hint(hint))
}

/// Runs the Python of the environment at `root` as the user's own pip would be run.
///
/// # Errors
/// It cannot be started; Ctrl-C.
pub(crate) fn run_pip(
    root: &Path,
    args: Vec<OsString>,
    process: &Process,
    workshop: &BuildContext<'_>,
) -> Result<Output, Error> {
    let vars = vars_for_pip(process, root);
    let workshop = BuildContext {
        vars: &vars,
        ..*workshop
    };
    let output = workshop.run_helper(&venv::python_path(root), args, root);
    interrupt::check_interrupted(workshop.stop)?;
    output.map_err(|error| {
        Error::failed(format!("cannot run pip in {}", printable(root)))
            .with_cause(io_reason(&error))
    })
}
