//! Which installer is used, and with which arguments: `uv pip` if a working uv is on PATH, else the environment's pip.
//!
//! Both see the user's own settings, uv those of pip too (`uv_terms.rs`). A pip that is too old for the format is upgraded first.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::Version;

use crate::error::Error;
use crate::manifest::{InstallPlan, Part, Pyproject, setup_file};
use crate::process::Process;
use crate::quote::{printable, shell_word, summarize_names};
use crate::{os, self_exe, venv};

use super::install_error::InstallError;
use super::program::{Installer, os_args};
use super::runner::{InstallRunner, NoAnswer};
use super::uv_terms::uv_terms;

/// The oldest uv that has `--group` and `-r pylock.toml` (measured: 0.6.14 does not, 0.6.17 does).
const MIN_UV_VERSION: [u64; 3] = [0, 6, 17];

/// Why an install fails where there is no installer.
const NO_PIP: &str = "it has no pip, and there is no uv";

/// An installer, and the variables that it gets besides the user's own.
pub(crate) type Choice = (Installer, Vec<(OsString, OsString)>);

/// The installer that VRUN_INSTALLER names, else uv if it works and installs what pip would, else pip.
pub(crate) fn choose_installer(
    plan: &InstallPlan,
    runner: &InstallRunner<'_>,
    process: &Process,
) -> Result<Choice, Error> {
    let pip = (Installer::Pip, Vec::new());
    let named = process.non_empty_var("VRUN_INSTALLER");
    if let Some(name) = named.filter(|name| *name != "uv" && *name != "pip") {
        let name = printable(name);
        let what = format!("VRUN_INSTALLER={name} is neither `pip` nor `uv`");
        let command = os::with_var_command("VRUN_INSTALLER", "pip", "vrun ...");
        let hint = format!("`{command}` uses the environment's pip");
        return Err(Error::failed(what).with_hint(hint));
    }
    if named.is_some_and(|name| name == "pip") {
        return Ok(pip);
    }
    let is_named = named.is_some();
    let Some(uv) = find_uv(runner, process) else {
        return if is_named {
            Err(no_uv_error())
        } else {
            Ok(pip)
        };
    };
    let terms = uv_terms(plan, runner, process);
    if let Some(setting) = terms.elsewhere {
        let line = format!("uv installs elsewhere ({setting})");
        if !is_named && has_pip(runner) {
            runner.verbosity.verbose(|| format!("{line}: pip installs"));
            return Ok(pip);
        }
        let what = format!("uv would not install into {}", printable(runner.root));
        let command = os::with_var_command("UV_NO_CONFIG", "1", "vrun ...");
        let hint = format!("`{command}` has uv ignore its settings");
        return Err(Error::failed(what).with_cause(line).with_hint(hint));
    }
    if !terms.unread.is_empty() {
        let unread = summarize_names(&terms.unread);
        let line = format!("uv does not read {unread} as pip does");
        if !is_named && has_pip(runner) {
            runner.verbosity.verbose(|| format!("{line}: pip installs"));
            return Ok(pip);
        }
        runner.verbosity.notice(line);
    }
    Ok((Installer::Uv(uv), terms.vars))
}

fn has_pip(runner: &InstallRunner<'_>) -> bool {
    runner.pip_stdout(os_args(&["--version"])).is_some()
}

fn no_uv_error() -> Error {
    let oldest = MIN_UV_VERSION.map(|part| part.to_string()).join(".");
    let cause = format!("PATH has no working uv of version {oldest} or newer");
    let command = os::with_var_command("VRUN_INSTALLER", "pip", "vrun ...");
    Error::failed("VRUN_INSTALLER asks for uv, but no usable uv was found")
        .with_cause(cause)
        .with_hint(format!("install uv, or `{command}`"))
}

/// Whether uv installs, unless the one on PATH does not work: nothing is started to find out.
pub(crate) fn may_be_uv(process: &Process) -> bool {
    let named = process.non_empty_var("VRUN_INSTALLER");
    let is_on_path = || which::which_in_global("uv", process.var("PATH"));
    named.is_none_or(|name| name != "pip")
        && is_on_path().is_ok_and(|mut files| files.next().is_some())
}

/// The first uv on PATH that starts and is new enough: a version manager's shim may have no uv behind it.
fn find_uv(runner: &InstallRunner<'_>, process: &Process) -> Option<PathBuf> {
    let files = which::which_in_global("uv", process.var("PATH")).ok()?;
    let vrun = process.current_exe();
    // One of vrun's shims would wait for this install to finish.
    let mut files = files.filter(|file| !self_exe::is_shim(file, vrun.as_deref()));
    files.find(|file| {
        let output = runner.stdout_of(file, vec!["--version".into()]);
        let version = output
            .as_deref()
            .and_then(|output| parse_version(output, "uv "));
        let is_usable = version.is_some_and(|version| version >= Version::new(MIN_UV_VERSION));
        if !is_usable {
            let file = printable(file);
            let line = || format!("ignoring {file}: it does not run, or is too old");
            runner.verbosity.verbose(line);
        }
        is_usable
    })
}

/// The version in `pip 24.0 from ...`
fn parse_version(text: &str, prefix: &str) -> Option<Version> {
    let version = text.strip_prefix(prefix)?.split_whitespace().next()?;
    Version::from_str(version).ok()
}

/// The oldest pip that supports all of the plan (measured): 26.1 for `-r pylock.toml`, 21.3 for editable projects without
/// a setup.py.
fn min_pip_version(plan: &InstallPlan) -> Option<(&'static str, &'static str)> {
    let mut parts = plan.parts();
    if parts.any(|part| matches!(part, Part::Pylock(_))) {
        return Some(("26.1", "pylock.toml"));
    }
    let is_modern = |part: &Part| match part {
        Part::Project { file, .. } => {
            let setup = file.parent().and_then(setup_file);
            !setup.is_some_and(|file| file.ends_with("setup.py"))
        }
        _ => false,
    };
    let is_needed = plan.parts().any(is_modern);
    is_needed.then_some(("21.3", "an editable pyproject.toml"))
}

/// pip takes what `[tool.uv.sources]` names from the index, where anyone may have a package of that name.
///
/// # Errors
/// The project names something there.
pub(crate) fn check_sources(
    plan: &InstallPlan,
    runner: &InstallRunner<'_>,
) -> Result<(), InstallError> {
    let source = plan.parts().find_map(|part| match part {
        Part::Project { file, .. } => Pyproject::read_valid(file.parent()?)?.uv_source(),
        _ => None,
    });
    let Some(name) = source else { return Ok(()) };
    let reason = format!("only uv reads where `{}` comes from", printable(&name));
    let error = Error::failed(format!("cannot install into {}", printable(runner.root)))
        .with_cause(format_args!("[tool.uv.sources]: {reason}"))
        .with_hint("install uv; vrun takes it from PATH");
    Err(InstallError::Failed { error, reason })
}

/// Upgrades the environment's pip if it is too old for the format.
///
/// # Errors
/// There is no pip, it cannot be upgraded, or the newest for this Python is too old; Ctrl-C.
pub(crate) fn upgrade_pip_if_needed(
    plan: &InstallPlan,
    runner: &InstallRunner<'_>,
) -> Result<(), InstallError> {
    let version = pip_version(runner)?;
    let Some((oldest, feature)) = min_pip_version(plan) else {
        return Ok(());
    };
    let is_enough = |version: &PipVersion| {
        let oldest = Version::from_str(oldest).ok();
        version.0.is_some() && version.0 >= oldest
    };
    if is_enough(&version) {
        return Ok(());
    }
    runner.run_step(
        &Installer::Pip,
        os_args(&["install", "--upgrade", "pip"]),
        &format!("upgrading pip {version}: {feature} needs {oldest}"),
        &format!("cannot upgrade pip in {}", printable(runner.root)),
    )?;
    let version = pip_version(runner)?;
    if is_enough(&version) {
        return Ok(());
    }
    let reason = format!("{feature} needs pip {oldest}, and the newest available is {version}");
    let error = Error::failed(format!("pip {version} cannot install {}", printable(plan.source())))
        .with_cause(&reason)
        .with_hint("`vrun --sync` tries again; or install uv, which supports it, or use a newer Python: `vrun --create --clear -p REQUEST`");
    Err(InstallError::Failed { error, reason })
}

/// Whether an install failed for want of an installer, as `reason` says, and there is one in the environment at `root` now.
pub(crate) fn has_installer_now(reason: &str, root: &Path, process: &Process) -> bool {
    let has_pip = || {
        venv::site_packages(root)
            .iter()
            .any(|site| site.join("pip").is_dir())
    };
    reason == NO_PIP && (has_pip() || may_be_uv(process))
}

fn no_pip_error(runner: &InstallRunner<'_>, why: NoAnswer) -> InstallError {
    let call = format!("vrun --env {}", shell_word(runner.root));
    let (reason, hint) = match why {
        NoAnswer::NoPip => {
            let command = venv::install_pip_hint(runner.root, &call);
            (NO_PIP.to_owned(), format!("{command} adds pip"))
        }
        // ensurepip takes a pip that is installed for one that works.
        NoAnswer::Broken(reason) => (
            format!("its pip does not run: {}", printable(&reason)),
            format!("{} reinstalls pip", venv::get_pip_hint(&call)),
        ),
    };
    InstallError::Failed {
        error: Error::failed(format!("cannot install into {}", printable(runner.root)))
            .with_cause(&reason)
            .with_hint(hint),
        reason,
    }
}

/// The version of the environment's pip, if it says one.
struct PipVersion(Option<Version>);

impl fmt::Display for PipVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(version) => version.fmt(out),
            None => out.write_str("of an unknown version"),
        }
    }
}

fn pip_version(runner: &InstallRunner<'_>) -> Result<PipVersion, InstallError> {
    let answer = runner.pip_answer(os_args(&["--version"]))?;
    let answer = answer.map_err(|why| no_pip_error(runner, why))?;
    Ok(PipVersion(parse_version(&answer, "pip ")))
}
