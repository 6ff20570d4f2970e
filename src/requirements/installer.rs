//! An environment, a format -> who installs: `uv pip` where a uv that works is on PATH, else the environment's pip.
//!
//! Both are handed the user's own settings, whatever they are. A pip that is older than the format is brought up to
//! date first.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::Version;

use crate::error::Error;
use crate::process::Process;
use crate::quote::{printable, shell_word};
use crate::{self_exe, venv};

use super::runner::{InstallError, InstallerContext, os_args};
use super::source::{DependencyGroup, RequirementsFormat, RequirementsSource};

/// The oldest uv that knows all of it: `--group`, `-r pylock.toml` (measured with 0.6.14, which does not, and 0.6.17).
const MIN_UV_VERSION: [u64; 3] = [0, 6, 17];

/// Who installs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Installer {
    /// This uv.
    Uv(PathBuf),
    /// The environment's own pip.
    Pip,
}

impl Installer {
    /// What it is called.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Installer::Uv(_) => "uv",
            Installer::Pip => "pip",
        }
    }

    /// How it is called for `words`: a file and its arguments. Python looks for modules neither in the project's
    /// root, where it works, nor in what is the user's (`-I`), and tells each step when it comes to it (`-u`).
    pub(super) fn command_line(
        &self,
        python: &Path,
        mut words: Vec<OsString>,
    ) -> (PathBuf, Vec<OsString>) {
        match self {
            Installer::Pip => {
                words.splice(..0, ["-I", "-u", "-m", "pip"].map(OsString::from));
                (python.to_owned(), words)
            }
            Installer::Uv(uv) => {
                // After the verb.
                let place = ["--python".into(), python.as_os_str().to_owned()];
                words.splice(words.len().min(1)..words.len().min(1), place);
                words.insert(0, "pip".into());
                (uv.clone(), words)
            }
        }
    }
}

/// Decides who installs. VRUN_INSTALLER says it; else it is uv, where one works.
///
/// # Errors
/// VRUN_INSTALLER names no installer, or one that is not there.
pub(super) fn choose_installer(
    work: &InstallerContext<'_>,
    process: &Process,
) -> Result<Installer, Error> {
    let asked = process.non_empty_var("VRUN_INSTALLER");
    match asked.and_then(OsStr::to_str) {
        Some("pip") => Ok(Installer::Pip),
        Some("uv") => find_uv(work, process).map(Installer::Uv).ok_or_else(|| {
            let oldest = MIN_UV_VERSION.map(|part| part.to_string()).join(".");
            Error::failed("VRUN_INSTALLER asks for uv, and there is none")
                .with_cause(format_args!(
                    "on PATH is no uv that works and is {oldest} or newer"
                ))
                .with_hint("install uv, or `VRUN_INSTALLER=pip vrun ...`")
        }),
        _ if asked.is_some() => {
            let asked = printable(asked.unwrap_or_default());
            let what = format!("VRUN_INSTALLER={asked} is neither `pip` nor `uv`");
            Err(Error::failed(what)
                .with_hint("`VRUN_INSTALLER=pip vrun ...` takes the environment's pip"))
        }
        _ => Ok(find_uv(work, process).map_or(Installer::Pip, Installer::Uv)),
    }
}

/// The first uv on PATH that starts and is new enough: a version manager's shim may stand for nothing.
fn find_uv(work: &InstallerContext<'_>, process: &Process) -> Option<PathBuf> {
    let found = which::which_in_global("uv", process.var("PATH")).ok()?;
    let own = process.current_exe();
    // A shim of vrun's would wait for this very install.
    let mut found = found.filter(|file| !self_exe::is_shim(file, own.as_deref()));
    found.find(|file| {
        let said = work.stdout_of(file, vec!["--version".into()]);
        let version = said
            .as_deref()
            .and_then(|said| said.strip_prefix("uv "))
            .and_then(parse_version);
        let is_new = version.is_some_and(|version| version >= Version::new(MIN_UV_VERSION));
        if !is_new {
            let file = printable(file);
            work.verbosity
                .verbose(|| format!("{file} is not used: it does not work, or is too old"));
        }
        is_new
    })
}

/// The first word as a version.
fn parse_version(text: &str) -> Option<Version> {
    Version::from_str(text.split_whitespace().next()?).ok()
}

/// The oldest pip that can do it (measured with pips of each version): `-r pylock.toml` came with 26.1, `--group` with
/// 25.1, editable projects without a setup.py with 21.3.
fn min_pip_version(kind: RequirementsFormat) -> Option<(&'static str, &'static str)> {
    match kind {
        RequirementsFormat::Requirements => None,
        RequirementsFormat::Pylock => Some(("26.1", "pylock.toml")),
        RequirementsFormat::Pyproject(DependencyGroup::Dev) => Some(("25.1", "a dependency group")),
        RequirementsFormat::Pyproject(DependencyGroup::None) => {
            Some(("21.3", "an editable pyproject.toml"))
        }
    }
}

/// Has the environment's pip be new enough for the format.
///
/// # Errors
/// There is no pip, it cannot be brought up to date, or the newest for this Python is too old; Ctrl-C.
pub(super) fn upgrade_pip_if_needed(
    source: &RequirementsSource,
    work: &InstallerContext<'_>,
) -> Result<(), InstallError> {
    let Some(has) = pip_version(work) else {
        return Err(no_pip_error(work));
    };
    let Some((oldest, what)) = min_pip_version(source.format) else {
        return Ok(());
    };
    let fits = |has: &Version| Version::from_str(oldest).is_ok_and(|oldest| *has >= oldest);
    if fits(&has) {
        return Ok(());
    }
    let line = format!("upgrading pip {has}, for {what} takes {oldest}");
    let upgrade = os_args(&["install", "--upgrade", "pip"]);
    work.run_step(
        &Installer::Pip,
        upgrade,
        &line,
        &format!("cannot upgrade pip in {}", printable(work.root)),
    )?;
    match pip_version(work) {
        Some(has) if fits(&has) => Ok(()),
        has => {
            let has = has.map_or(String::new(), |has| has.to_string());
            let why =
                format!("{what} takes pip {oldest}, and the newest that was to be had is {has}");
            let error = Error::failed(format!("pip {has} cannot install {}", printable(&source.path)))
                .with_cause(&why)
                .with_hint("`vrun --sync` tries again; else install uv, which can, or take a newer Python: `vrun --create --clear -p REQUEST`");
            Err(InstallError::Failed { error, reason: why })
        }
    }
}

fn no_pip_error(work: &InstallerContext<'_>) -> InstallError {
    let why = "it has no pip, and there is no uv";
    let what = format!("cannot install into {}", printable(work.root));
    let add = venv::install_pip_hint(work.root, &format!("vrun --env {}", shell_word(work.root)));
    InstallError::Failed {
        error: Error::failed(what)
            .with_cause(why)
            .with_hint(format!("{add} adds pip")),
        reason: why.into(),
    }
}

/// `pip 24.0 from ...`
fn pip_version(work: &InstallerContext<'_>) -> Option<Version> {
    let (program, args) = Installer::Pip.command_line(&work.python, os_args(&["--version"]));
    parse_version(work.stdout_of(&program, args)?.strip_prefix("pip ")?)
}

/// What is asked of the installer for `source`, where it works in `project`.
pub(super) fn install_args(source: &RequirementsSource, project: &Path) -> Vec<OsString> {
    let file = source.path.strip_prefix(project).unwrap_or(&source.path);
    let RequirementsFormat::Pyproject(group) = source.format else {
        return vec!["-r".into(), file.into()];
    };
    let dir = file.parent().filter(|dir| *dir != Path::new(""));
    let mut words = vec!["-e".into(), dir.unwrap_or(Path::new(".")).into()];
    if group == DependencyGroup::Dev {
        let mut named = OsString::from(file);
        named.push(":dev");
        let own = dir.is_none().then(|| "dev".into());
        words.extend(["--group".into(), own.unwrap_or(named)]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(words: Vec<OsString>) -> String {
        words.join(" ".as_ref()).to_string_lossy().into_owned()
    }

    fn source(path: &str, kind: RequirementsFormat) -> RequirementsSource {
        RequirementsSource {
            path: path.into(),
            format: kind,
            is_explicit: false,
        }
    }

    #[test]
    fn an_installer_is_asked_in_its_own_words() {
        let project = Path::new("/app");
        for (path, kind, expected) in [
            (
                "/app/requirements.txt",
                RequirementsFormat::Requirements,
                "-r requirements.txt",
            ),
            (
                "/other/pylock.toml",
                RequirementsFormat::Pylock,
                "-r /other/pylock.toml",
            ),
            (
                "/app/pyproject.toml",
                RequirementsFormat::Pyproject(DependencyGroup::None),
                "-e .",
            ),
            (
                "/app/pyproject.toml",
                RequirementsFormat::Pyproject(DependencyGroup::Dev),
                "-e . --group dev",
            ),
            (
                "/app/lib/pyproject.toml",
                RequirementsFormat::Pyproject(DependencyGroup::Dev),
                "-e lib --group lib/pyproject.toml:dev",
            ),
        ] {
            assert_eq!(joined(install_args(&source(path, kind), project)), expected);
        }
    }

    #[test]
    fn uv_is_told_which_environment_and_pip_is_in_it() {
        let python = Path::new("/app/.venv/bin/python");
        let shown = |installer: Installer| {
            let (program, args) = installer.command_line(python, os_args(&["install", "six"]));
            format!("{} {}", program.display(), joined(args))
        };
        assert_eq!(
            shown(Installer::Uv("/usr/bin/uv".into())),
            "/usr/bin/uv pip install --python /app/.venv/bin/python six"
        );
        assert_eq!(
            shown(Installer::Pip),
            "/app/.venv/bin/python -I -u -m pip install six"
        );
    }
}
