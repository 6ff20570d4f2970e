//! A step of an install -> an installer that is run to its end, its progress, and the error if it fails.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use crate::error::{Error, io_reason};
use crate::fs::{temp_file_in, write_file};
use crate::helper::{self, Helper};
use crate::output::{self, Verbosity};
use crate::python::pip_target_args;
use crate::quote::printable;
use crate::{installer_errors, interrupt, os};

use super::diagnosis::{Diagnosis, FailedStep, diagnose};
use super::index_failure::IndexFailure;
use super::progress::{ProgressOutput, StepProgress};
use super::python_misfit::PythonMisfit;

/// The file in the environment that keeps the full output of a failed installer.
const LOG_FILE: &str = "vrun-install.log";

/// The hint after the install of a project's requirements has failed.
pub(crate) const RETRY_HINT: &str =
    "commands run with what is installed; once that is fixed, `vrun --sync` installs the rest";

/// The hint where an index wants a login. pip and uv read all three.
const LOGIN_HINT: &str =
    "a login goes in ~/.netrc, a keyring or the URL of the index; then `vrun --sync`";

/// How long the reason of a failure may be that later commands repeat.
const MAX_REASON: usize = 120;

/// The hint after an installer was killed, or could not reach an index.
const KILLED_HINT: &str =
    "the next command tries again; `vrun --no-install ...` runs with what is installed";

/// The hint where an old environment would have been replaced.
pub(crate) const REPLACE_HINT: &str =
    "`vrun --create --clear --no-install` recreates it without them";

/// The hint for a project that has `[project]` but cannot be built.
const NOT_A_PACKAGE_HINT: &str = "`py-modules = []` below [tool.setuptools] in pyproject.toml installs only its \
    dependencies; or list them in a requirements.txt; or run without them: `vrun --no-install ...`";

/// A program that installs packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Installer {
    /// `uv pip`, with this uv.
    Uv(PathBuf),
    /// The same uv, for a project that it has locked.
    UvProject(PathBuf),
    /// The environment's own pip.
    Pip,
}

/// Runs installers for one environment.
#[derive(Debug)]
pub(crate) struct InstallRunner<'a> {
    /// The environment.
    pub root: &'a Path,
    /// Where it lies: there, or in the directory where it is built.
    pub dir: &'a Path,
    pub python: PathBuf,
    /// The 12 of Python 3.12.
    pub minor: Option<u64>,
    /// The project's root, where the installer works.
    pub project: &'a Path,
    /// All variables of the installer.
    pub vars: &'a [(OsString, OsString)],
    /// The lock. The installer holds it too, so it outlives a vrun that is killed.
    pub lock: &'a File,
    /// Becomes true on Ctrl-C, which ends the installer.
    pub stop: &'a AtomicBool,
    pub progress_output: ProgressOutput,
    /// The hint after a failure.
    pub retry_hint: &'static str,
    pub verbosity: Verbosity,
}

/// Why an install ended early.
#[derive(Debug)]
pub(crate) enum InstallError {
    /// Ctrl-C: the next run continues.
    Interrupted,
    /// A signal ended the installer, as where memory has run out, so it has refused nothing: the next run continues.
    Killed(Error),
    /// An index cannot be reached now: the next run continues.
    Unreachable(Error),
    /// What is required does not work with this Python.
    WrongPython {
        error: Error,
        misfit: Box<PythonMisfit>,
    },
    /// It failed.
    Failed {
        /// What to report now.
        error: Error,
        /// What to record for later runs, in a few words.
        reason: String,
    },
}

impl From<InstallError> for Error {
    fn from(error: InstallError) -> Error {
        match error {
            InstallError::Interrupted => interrupt::interrupted_error(),
            InstallError::Killed(error)
            | InstallError::Unreachable(error)
            | InstallError::WrongPython { error, .. }
            | InstallError::Failed { error, .. } => error,
        }
    }
}

/// Why a step ended early.
enum Refusal {
    Interrupted,
    /// The installer cannot be started.
    NotStarted(String),
    /// How it ended, and what it printed.
    Failed(ExitStatus, String),
}

fn failure_reason(installer: &Installer, lines: &[String]) -> String {
    let reason = match lines {
        [] => "the installer failed".to_owned(),
        // uv first reports what it could not do, then why.
        [what, why, ..] if *installer != Installer::Pip => format!("{what}: {why}"),
        [what, ..] => what.clone(),
    };
    match reason.char_indices().nth(MAX_REASON) {
        Some((end, _)) => format!("{}...", &reason[..end]),
        None => reason,
    }
}

pub(crate) fn os_args(args: &[&str]) -> Vec<OsString> {
    args.iter().map(OsString::from).collect()
}

impl Installer {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Installer::Uv(_) | Installer::UvProject(_) => "uv",
            Installer::Pip => "pip",
        }
    }

    /// The program to start for `args`, and its arguments. pip ignores modules in the project's root, where it works,
    /// and in the user's site-packages (`-I`), and prints each step as it comes to it (`-u`).
    fn command_line(
        &self,
        dir: &Path,
        python: &Path,
        mut args: Vec<OsString>,
    ) -> (PathBuf, Vec<OsString>) {
        match self {
            Installer::Pip => {
                if args.first().is_some_and(|verb| verb == "install") {
                    args.splice(1..1, pip_target_args(dir));
                }
                args.splice(..0, os_args(&["-I", "-u", "-m", "pip"]));
                (python.to_owned(), args)
            }
            Installer::Uv(uv) | Installer::UvProject(uv) => {
                // The option follows the verb.
                let verb_end = args.len().min(1);
                args.splice(verb_end..verb_end, ["--python".into(), python.into()]);
                if matches!(self, Installer::Uv(_)) {
                    args.insert(0, "pip".into());
                }
                (uv.clone(), args)
            }
        }
    }
}

impl InstallRunner<'_> {
    fn helper<'h>(&'h self, program: &'h Path, args: Vec<OsString>) -> io::Result<Helper<'h>> {
        Ok(Helper {
            program,
            args,
            vars: self.vars,
            cwd: self.project,
            stdin: Some(self.lock.try_clone()?),
        })
    }

    fn is_over(&self) -> impl Fn() -> bool {
        || self.stop.load(Ordering::Relaxed)
    }

    /// The stdout of a program, if it succeeds.
    pub(crate) fn stdout_of(&self, program: &Path, args: Vec<OsString>) -> Option<String> {
        let output =
            helper::run_captured(self.helper(program, args).ok()?, &self.is_over()).ok()?;
        successful_stdout(&output)
    }

    /// The stdout of the environment's pip, if it succeeds.
    pub(crate) fn pip_stdout(&self, args: Vec<OsString>) -> Option<String> {
        let (program, args) = Installer::Pip.command_line(self.dir, &self.python, args);
        self.stdout_of(&program, args)
    }

    /// The same where no answer means that there is no pip.
    ///
    /// # Errors
    /// It was killed.
    pub(crate) fn pip_answer(&self, args: Vec<OsString>) -> Result<Option<String>, InstallError> {
        let (program, args) = Installer::Pip.command_line(self.dir, &self.python, args);
        let helper = self.helper(&program, args);
        let Ok(output) = helper.and_then(|helper| helper::run_captured(helper, &self.is_over()))
        else {
            return Ok(None);
        };
        let failure = format!("cannot install into {}", printable(self.root));
        check_killed(output.status, &Installer::Pip, &failure)?;
        Ok(successful_stdout(&output))
    }

    /// Whether an installer succeeds, and what it prints on both streams.
    fn ask(&self, installer: &Installer, args: Vec<OsString>) -> Option<(bool, String)> {
        let (program, args) = installer.command_line(self.dir, &self.python, args);
        let helper = self.helper(&program, args).ok()?;
        let (status, output) = helper::stream_lines(helper, &self.is_over(), &mut |_| {}).ok()?;
        Some((status.success(), output))
    }

    /// What it prints, if it succeeds.
    pub(crate) fn output_of(&self, installer: &Installer, args: Vec<OsString>) -> Option<String> {
        let (is_success, output) = self.ask(installer, args)?;
        is_success.then_some(output)
    }

    /// The packages that are installed, as constraints.
    pub(crate) fn installed_versions(&self, installer: &Installer) -> Vec<String> {
        let output = self
            .output_of(installer, os_args(&["freeze"]))
            .unwrap_or_default();
        let lines = output.lines().filter(|line| line.contains("=="));
        lines.map(str::to_owned).collect()
    }

    /// A temporary file with constraints for the installer.
    pub(crate) fn write_constraints(
        &self,
        lines: &[String],
    ) -> Result<NamedTempFile, InstallError> {
        let written = temp_file_in(self.dir).and_then(|mut file| {
            file.write_all((lines.join("\n") + "\n").as_bytes())?;
            Ok(file)
        });
        written.map_err(|error| {
            let reason = io_reason(&error);
            let error = Error::failed(format!("cannot install into {}", printable(self.root)));
            InstallError::Failed {
                error: error.with_cause(&reason),
                reason,
            }
        })
    }

    fn diagnose(&self, installer: &Installer, args: &[OsString], output: &str) -> Diagnosis {
        diagnose(&FailedStep {
            is_pip: *installer == Installer::Pip,
            args,
            output,
            minor: self.minor,
            ask_pip: &|args| self.ask(&Installer::Pip, args),
        })
    }

    /// Runs a step that may fail: then the result is why, in a few words.
    pub(crate) fn try_step(
        &self,
        installer: &Installer,
        args: Vec<OsString>,
        line: &str,
    ) -> Result<Result<Duration, String>, InstallError> {
        let started = Instant::now();
        match self.attempt(installer, args.clone(), line) {
            Ok(duration) => Ok(Ok(duration)),
            Err(Refusal::Interrupted) => Err(InstallError::Interrupted),
            Err(Refusal::NotStarted(reason)) => Ok(Err(reason)),
            Err(Refusal::Failed(status, output)) => {
                check_killed(status, installer, line)?;
                match self.diagnose(installer, &args, &output) {
                    Diagnosis::Succeeded => Ok(Ok(started.elapsed())),
                    Diagnosis::Index(IndexFailure::Unreachable(cause)) => {
                        Err(self.unreachable(installer, &output, line, cause))
                    }
                    Diagnosis::Index(IndexFailure::AccessDenied(cause)) => Ok(Err(cause)),
                    Diagnosis::Python(misfit) => Ok(Err(misfit.cause)),
                    Diagnosis::Other => {
                        let lines = installer_errors::installer_error_lines(&output);
                        Ok(Err(failure_reason(installer, &lines)))
                    }
                }
            }
        }
    }

    /// Runs one step of an install. `line` describes it; `failure` is the error's message.
    pub(crate) fn run_step(
        &self,
        installer: &Installer,
        args: Vec<OsString>,
        line: &str,
        failure: &str,
    ) -> Result<Duration, InstallError> {
        let started = Instant::now();
        match self.attempt(installer, args.clone(), line) {
            Ok(duration) => Ok(duration),
            Err(Refusal::Interrupted) => Err(InstallError::Interrupted),
            Err(Refusal::Failed(status, output)) => {
                check_killed(status, installer, failure)
                    .inspect_err(|_| output::write_stderr(&output))?;
                match self.diagnose(installer, &args, &output) {
                    Diagnosis::Succeeded => Ok(started.elapsed()),
                    diagnosis => Err(self.step_error(installer, &output, failure, diagnosis)),
                }
            }
            Err(Refusal::NotStarted(reason)) => {
                let error = Error::failed(failure).with_cause(&reason);
                Err(InstallError::Failed {
                    error: error.with_hint(self.retry_hint),
                    reason,
                })
            }
        }
    }

    /// All that the installer printed is shown only where vrun cannot say it in a line.
    fn step_error(
        &self,
        installer: &Installer,
        output: &str,
        failure: &str,
        diagnosis: Diagnosis,
    ) -> InstallError {
        let explained = |cause: &str| {
            let error = Error::failed(failure).with_cause(cause);
            self.with_log(error, installer, output)
        };
        match diagnosis {
            Diagnosis::Index(IndexFailure::Unreachable(cause)) => {
                self.unreachable(installer, output, failure, cause)
            }
            Diagnosis::Index(IndexFailure::AccessDenied(cause)) => InstallError::Failed {
                error: explained(&cause).with_hint(LOGIN_HINT),
                reason: cause,
            },
            Diagnosis::Python(misfit) => InstallError::WrongPython {
                error: explained(&misfit.cause).with_hint(self.retry_hint),
                misfit: Box::new(misfit),
            },
            Diagnosis::Succeeded | Diagnosis::Other => {
                output::write_stderr(output);
                self.installer_failure(installer, output, failure)
            }
        }
    }

    fn unreachable(
        &self,
        installer: &Installer,
        output: &str,
        failure: &str,
        cause: String,
    ) -> InstallError {
        let error = Error::failed(failure).with_cause(cause);
        let error = self.with_log(error, installer, output);
        InstallError::Unreachable(error.with_hint(KILLED_HINT))
    }

    fn attempt(
        &self,
        installer: &Installer,
        args: Vec<OsString>,
        line: &str,
    ) -> Result<Duration, Refusal> {
        let (program, args) = installer.command_line(self.dir, &self.python, args);
        let mut progress = StepProgress::start(line, self.progress_output, self.verbosity);
        let helper = self.helper(&program, args);
        let result = helper.and_then(|helper| {
            helper::stream_lines(helper, &self.is_over(), &mut |line| progress.on_line(line))
        });
        let duration = progress.finish();
        if self.stop.load(Ordering::Relaxed) {
            return Err(Refusal::Interrupted);
        }
        match result {
            Ok((status, _)) if status.success() => Ok(duration),
            Ok((status, output)) => Err(Refusal::Failed(status, output)),
            Err(error) => {
                let reason = format!("{}: {}", printable(&program), io_reason(&error));
                Err(Refusal::NotStarted(reason))
            }
        }
    }

    fn installer_failure(
        &self,
        installer: &Installer,
        output: &str,
        failure: &str,
    ) -> InstallError {
        let lines = installer_errors::installer_error_lines(output);
        let error = lines.iter().fold(Error::failed(failure), Error::with_cause);
        let error = self.with_log(error, installer, output);
        let reason = failure_reason(installer, &lines);
        // setuptools prints this for a project that is not a package, such as an application.
        let hint = match output.contains("Multiple top-level ") {
            true => NOT_A_PACKAGE_HINT,
            false => self.retry_hint,
        };
        InstallError::Failed {
            error: error.with_hint(hint),
            reason,
        }
    }

    /// Keeps the installer's output in the log, which the error names.
    fn with_log(&self, error: Error, installer: &Installer, output: &str) -> Error {
        let log = self.root.join(LOG_FILE);
        if write_file(&log, output).is_err() {
            return error;
        }
        let (name, log) = (installer.name(), printable(&log));
        error.with_cause(format_args!("the full output of {name} is in {log}"))
    }

    /// Removes the log of an earlier failure.
    pub(crate) fn remove_log(&self) {
        let _ = fs::remove_file(self.root.join(LOG_FILE));
    }
}

fn successful_stdout(output: &Output) -> Option<String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

fn check_killed(
    status: ExitStatus,
    installer: &Installer,
    failure: &str,
) -> Result<(), InstallError> {
    let Some(signal) = os::signal_of(status) else {
        return Ok(());
    };
    let cause = format!("{} was killed by signal {signal}", installer.name());
    let error = Error::failed(failure).with_cause(cause);
    Err(InstallError::Killed(error.with_hint(KILLED_HINT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uv_is_given_the_environment_and_pip_is_in_it() {
        let (dir, python) = (Path::new("/app/.venv"), Path::new("/app/.venv/bin/python"));
        for (installer, expected) in [
            (
                Installer::Uv("/usr/bin/uv".into()),
                "/usr/bin/uv pip install --python /app/.venv/bin/python six",
            ),
            (
                Installer::Pip,
                "/app/.venv/bin/python -I -u -m pip install --no-user --target= --prefix=/app/.venv --root=/ six",
            ),
        ] {
            let (program, args) = installer.command_line(dir, python, os_args(&["install", "six"]));
            let args = args.join(" ".as_ref());
            assert_eq!(
                format!("{} {}", program.display(), args.display()),
                expected
            );
        }
    }
}
