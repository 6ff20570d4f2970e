//! Installs or upgrades pip in an environment that is already at its final path: with its Python's ensurepip, or from
//! the package index.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::str::FromStr;

use pep440_rs::Version;

use crate::error::{Error, io_reason};
use crate::installer_errors::venv_error_lines;
use crate::interrupt;
use crate::process::Process;
use crate::python::{pip_target_args, vars_for_pip};
use crate::quote::{printable, shell_word};
use crate::venv::{Venv, python_path};

use super::context::BuildContext;
use super::request::CreateRequest;

/// Installs the base interpreter's pip, of version `bundled`, if there is none or an older one, as `python -m venv
/// --upgrade` does.
pub(super) fn ensure_pip(
    root: &Path,
    site_packages: &Path,
    bundled: &str,
    context: &BuildContext<'_>,
) -> Result<(), Error> {
    let bundled = Version::from_str(bundled).ok();
    if installed_pip_version(site_packages)
        .is_some_and(|version| bundled.is_none_or(|bundled| version >= bundled))
    {
        return Ok(());
    }
    let args = ["-s", "-m", "ensurepip", "--upgrade", "--default-pip"].map(OsString::from);
    let hint = format!("`vrun --env {} -m ensurepip` tries again", shell_word(root));
    run_python(root, root, args.into(), context, "install", &hint)
}

fn installed_pip_version(site_packages: &Path) -> Option<Version> {
    fs::read_dir(site_packages)
        .ok()?
        .flatten()
        .find_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix("pip-")?.strip_suffix(".dist-info")?;
            Version::from_str(version).ok()
        })
}

/// Upgrades pip, and before Python 3.12 setuptools, from the user's index (EnvBuilder.upgrade_dependencies), in the
/// environment that is, or is built, at `root`. If that fails, it stays.
pub(super) fn upgrade_pip(
    root: &Path,
    request: &CreateRequest<'_>,
    context: &BuildContext<'_>,
) -> Result<(), Error> {
    let context = BuildContext {
        vars: &vars_for_pip(request.process, root),
        ..*context
    };
    let mut args: Vec<_> = ["-m", "pip", "install"].map(OsString::from).into();
    args.extend(pip_target_args(root));
    args.extend(["--upgrade", "pip"].map(OsString::from));
    let version = Venv::open(root).ok().and_then(|venv| venv.cfg.version);
    let minor = version.and_then(|version| version.split('.').nth(1)?.parse::<u64>().ok());
    if minor.is_some_and(|minor| minor < 12) {
        args.push("setuptools".into());
    }
    let at = request.target.path;
    request
        .process
        .verbosity
        .notice(format_args!("upgrading pip in {}", printable(at)));
    let hint = match root == at {
        true => format!(
            "`vrun --env {} pip install --upgrade pip` tries again",
            shell_word(at)
        ),
        false => "without `--upgrade-deps` it is recreated with the bundled pip".to_owned(),
    };
    run_python(root, at, args, &context, "upgrade", &hint)
}

/// Runs the environment's Python, which is to `verb` pip. A message names it by its place, `at`.
fn run_python(
    root: &Path,
    at: &Path,
    args: Vec<OsString>,
    context: &BuildContext<'_>,
    verb: &str,
    hint: &str,
) -> Result<(), Error> {
    let failed =
        || Error::failed(format!("cannot {verb} pip in {}", printable(at))).with_hint(hint);
    let output = run_env_python(root, args, context, failed)?;
    match output.status.success() {
        true => Ok(()),
        false => Err(venv_error_lines(&output)
            .into_iter()
            .fold(failed(), Error::with_cause)),
    }
}

/// Runs the Python of the environment at `root` with the variables that the user's own pip would get.
pub(crate) fn run_pip(
    root: &Path,
    args: Vec<OsString>,
    process: &Process,
    context: &BuildContext<'_>,
) -> Result<Output, Error> {
    let context = BuildContext {
        vars: &vars_for_pip(process, root),
        ..*context
    };
    let failed = || Error::failed(format!("cannot run pip in {}", printable(root)));
    run_env_python(root, args, &context, failed)
}

fn run_env_python(
    root: &Path,
    args: Vec<OsString>,
    context: &BuildContext<'_>,
    failed: impl Fn() -> Error,
) -> Result<Output, Error> {
    let output = context.run_helper(&python_path(root), args, root);
    interrupt::check_interrupted(context.stop)?;
    output.map_err(|error| failed().with_cause(io_reason(&error)))
}
