//! A step of an install -> an installer that is run to its end, and its progress.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use pep440_rs::Version;
use tempfile::NamedTempFile;

use crate::error::{Error, io_reason};
use crate::fs::temp_file_in;
use crate::helper::{self, Helper};
use crate::os;
use crate::process::Verbosity;
use crate::quote::printable;

use super::diagnosis::{Diagnosis, FailedStep, diagnose};
use super::install_error::InstallError;
use super::program::{Installer, SEED_PACKAGES, os_args};
use super::progress::{ProgressOutput, StepDone, StepProgress, installed_count};
use super::step_failure::{FailureReport, StepFailure, log_file};

/// Runs installers for one environment.
#[derive(Debug)]
pub(crate) struct InstallRunner<'a> {
    /// The environment.
    pub root: &'a Path,
    /// Where it is: there, or in the directory where it is built.
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

impl InstallRunner<'_> {
    fn helper<'h>(&'h self, program: &'h Path, args: Vec<OsString>) -> io::Result<Helper<'h>> {
        Ok(Helper {
            program,
            args,
            vars: self.vars,
            cwd: self.project,
            lock: Some(self.lock.try_clone()?),
            terminal: os::Terminal::open(),
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

    /// The same, or why there is none.
    ///
    /// # Errors
    /// It was killed.
    pub(crate) fn pip_answer(
        &self,
        args: Vec<OsString>,
    ) -> Result<Result<String, NoAnswer>, InstallError> {
        let (program, args) = Installer::Pip.command_line(self.dir, &self.python, args);
        let helper = self.helper(&program, args);
        let output = helper.and_then(|helper| helper::run_captured(helper, &self.is_over()));
        let output = match output {
            Ok(output) => output,
            Err(error) => return Ok(Err(NoAnswer::Broken(io_reason(&error)))),
        };
        if let Some(signal) = os::signal_of(output.status) {
            let failure = format!("cannot install into {}", printable(self.root));
            return Err(self.report(&Installer::Pip, &failure).killed(signal));
        }
        Ok(successful_stdout(&output).ok_or_else(|| NoAnswer::of(&output)))
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

    /// The packages that are installed, editable ones too, as constraints. What builds other packages may change.
    pub(crate) fn installed_versions(&self, installer: &Installer) -> Vec<String> {
        let listing = os_args(&["list", "--format=freeze"]);
        let output = self.output_of(installer, listing).unwrap_or_default();
        let is_constraint = |line: &&str| {
            line.split_once("==").is_some_and(|(name, version)| {
                !SEED_PACKAGES.contains(&name) && Version::from_str(version).is_ok()
            })
        };
        let lines = output.lines().map(str::trim).filter(is_constraint);
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

    /// Runs a step that may fail: then the result is why, in a few words.
    pub(crate) fn try_step(
        &self,
        installer: &Installer,
        args: Vec<OsString>,
        line: &str,
    ) -> Result<Result<StepDone, String>, InstallError> {
        match self.attempt(installer, args, line) {
            Ok(done) => Ok(Ok(done)),
            Err(failure) => failure.into_reason(&self.report(installer, line)).map(Err),
        }
    }

    /// Runs one step of an install. `line` describes it; `failure` is the error's message.
    pub(crate) fn run_step(
        &self,
        installer: &Installer,
        args: Vec<OsString>,
        line: &str,
        failure: &str,
    ) -> Result<StepDone, InstallError> {
        self.attempt(installer, args, line)
            .map_err(|error| error.into_error(&self.report(installer, failure)))
    }

    fn report<'r>(&'r self, installer: &'r Installer, failure: &'r str) -> FailureReport<'r> {
        FailureReport {
            installer,
            failure,
            root: self.root,
            retry_hint: self.retry_hint,
        }
    }

    fn attempt(
        &self,
        installer: &Installer,
        args: Vec<OsString>,
        line: &str,
    ) -> Result<StepDone, StepFailure> {
        let started = Instant::now();
        let (program, command_args) = installer.command_line(self.dir, &self.python, args.clone());
        let mut progress = StepProgress::start(line, self.progress_output, self.verbosity);
        let helper = self.helper(&program, command_args);
        let result = helper.and_then(|helper| {
            helper::stream_lines(helper, &self.is_over(), &mut |event| {
                progress.on_event(&event)
            })
        });
        let duration = progress.finish();
        if self.stop.load(Ordering::Relaxed) {
            return Err(StepFailure::Interrupted);
        }
        let (status, output) = result.map_err(|error| match error.kind() {
            ErrorKind::Interrupted => StepFailure::Interrupted,
            _ => {
                let reason = format!("{}: {}", printable(&program), io_reason(&error));
                StepFailure::NotStarted(reason)
            }
        })?;
        let done = |duration| StepDone {
            duration,
            packages: installed_count(&output),
        };
        if status.success() {
            return Ok(done(duration));
        }
        if let Some(signal) = os::signal_of(status) {
            return Err(StepFailure::Killed { signal, output });
        }
        let step = FailedStep {
            is_pip: *installer == Installer::Pip,
            args: &args,
            output: &output,
            minor: self.minor,
            ask_pip: &|args| self.ask(&Installer::Pip, args),
        };
        match diagnose(&step) {
            Diagnosis::Succeeded => Ok(done(started.elapsed())),
            diagnosis => Err(StepFailure::Failed { diagnosis, output }),
        }
    }

    /// Removes the log of an earlier failure.
    pub(crate) fn remove_log(&self) {
        let _ = fs::remove_file(log_file(self.root));
    }
}

/// Why pip did not answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The environment has no pip.
    NoPip,
    /// It has one that fails, and this is the reason in a few words.
    Broken(String),
}

impl NoAnswer {
    fn of(output: &Output) -> Self {
        let stderr = String::from_utf8_lossy(&output.stderr);
        // What runpy says of a module; of a module of pip's that is missing, the traceback has the name in quotes.
        if stderr.contains("No module named pip") {
            return Self::NoPip;
        }
        let last = stderr.lines().rev().find(|line| !line.trim().is_empty());
        Self::Broken(last.map_or_else(|| output.status.to_string(), |line| line.trim().to_owned()))
    }
}

fn successful_stdout(output: &Output) -> Option<String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}
