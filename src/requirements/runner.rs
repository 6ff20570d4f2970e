//! A step of the installing -> a process that is run to its end, what is shown of it, and what is said where it fails.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::error::{Error, io_reason};
use crate::helper::{self, Helper};
use crate::output::{self, Verbosity};
use crate::quote::printable;
use crate::{installer_errors, interrupt};

use super::installer::Installer;
use super::progress::{ProgressOutput, StepProgress};

/// Where all that a failed installer said is kept, in the environment.
const LOG_FILE: &str = "vrun-install.log";

/// What the work is done with.
#[derive(Debug)]
pub(super) struct InstallerContext<'a> {
    /// The environment.
    pub root: &'a Path,
    /// Its Python.
    pub python: PathBuf,
    /// The project's root, where the installer works.
    pub project: &'a Path,
    /// All variables of the installer.
    pub vars: &'a [(OsString, OsString)],
    /// The lock: it is held as long as an installer runs, even where vrun is killed before it.
    pub lock: &'a File,
    /// Set by Ctrl-C.
    pub stop: &'a AtomicBool,
    /// Where the steps are followed.
    pub progress_output: ProgressOutput,
    /// What is typed where it fails.
    pub retry_hint: &'static str,
    /// How much is said.
    pub verbosity: Verbosity,
}

/// Why the work ends early.
#[derive(Debug)]
pub(crate) enum InstallError {
    /// Ctrl-C: it is taken up again.
    Interrupted,
    /// What is asked for cannot be had.
    Failed {
        /// For now.
        error: Error,
        /// For later runs, in a few words.
        reason: String,
    },
}

/// Words that are known here.
pub(super) fn os_args(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

impl InstallerContext<'_> {
    fn helper<'h>(&'h self, program: &'h Path, args: Vec<OsString>) -> io::Result<Helper<'h>> {
        Ok(Helper {
            program,
            args,
            vars: self.vars,
            cwd: self.project,
            stdin: Some(self.lock.try_clone()?),
        })
    }

    /// What a program prints that does well; None where it does not.
    pub(super) fn stdout_of(&self, program: &Path, args: Vec<OsString>) -> Option<String> {
        let output = helper::run_captured(self.helper(program, args).ok()?, self.stop).ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(text)
    }

    /// The same of one that writes to stderr.
    pub(super) fn output_of(&self, program: &Path, args: Vec<OsString>) -> Option<String> {
        let helper = self.helper(program, args).ok()?;
        let (status, said) = helper::stream_lines(helper, self.stop, &mut |_| {}).ok()?;
        status.success().then_some(said)
    }

    /// Has the installer do one thing, which `line` tells. `cannot` is what is said first where it fails.
    ///
    /// # Errors
    /// It cannot be started, or fails; Ctrl-C.
    pub(super) fn run_step(
        &self,
        installer: &Installer,
        words: Vec<OsString>,
        line: &str,
        cannot: &str,
    ) -> Result<Duration, InstallError> {
        let (program, args) = installer.command_line(&self.python, words);
        let progress = StepProgress::start(line, self.progress_output, self.verbosity);
        let mut hear = |said: &str| progress.on_line(said);
        let helper = self.helper(&program, args);
        let ended = helper.and_then(|helper| helper::stream_lines(helper, self.stop, &mut hear));
        let took = progress.finish();
        if self.stop.load(Ordering::Relaxed) {
            return Err(InstallError::Interrupted);
        }
        match ended {
            Ok((status, _)) if status.success() => Ok(took),
            Ok((_, said)) => Err(self.installer_failure(installer, &said, cannot)),
            Err(error) => {
                let why = format!("{}: {}", printable(&program), io_reason(&error));
                let error = Error::failed(cannot)
                    .with_cause(&why)
                    .with_hint(self.retry_hint);
                Err(InstallError::Failed { error, reason: why })
            }
        }
    }

    /// What the installer said is shown in full, and kept.
    fn installer_failure(&self, installer: &Installer, said: &str, cannot: &str) -> InstallError {
        output::write_stderr(said);
        let log = self.root.join(LOG_FILE);
        let told = installer_errors::installer_error_lines(said);
        let mut error = told.iter().fold(Error::failed(cannot), Error::with_cause);
        if fs::write(&log, said).is_ok() {
            let name = installer.name();
            error = error.with_cause(format_args!(
                "all that {name} said is in {}",
                printable(&log)
            ));
        }
        let why = match &told[..] {
            [] => "the installer failed".to_owned(),
            // What uv says first is what it could not do; why comes next.
            [what, cause, ..] if matches!(installer, Installer::Uv(_)) => {
                format!("{what}: {cause}")
            }
            [what, ..] => what.clone(),
        };
        // setuptools has it so for what is no package at all, such as an application.
        let is_no_package = said.contains("Multiple top-level ");
        let hint = if is_no_package {
            NOT_A_PACKAGE_HINT
        } else {
            self.retry_hint
        };
        InstallError::Failed {
            error: error.with_hint(hint),
            reason: why,
        }
    }

    /// The work is done: there is nothing to read about it.
    pub(super) fn remove_log(&self) {
        let _ = fs::remove_file(self.root.join(LOG_FILE));
    }
}

/// What is typed where a project's requirements cannot be had.
pub(super) const RETRY_HINT: &str =
    "`vrun --sync` tries again, and other commands run with what there is";

/// What is typed where a project has `[project]`, and is none that can be built.
const NOT_A_PACKAGE_HINT: &str = "`py-modules = []` below [tool.setuptools] in pyproject.toml has what it requires installed \
    alone; or list that in a requirements.txt; or go on without: `vrun --no-install ...`";

/// Ctrl-C, as it is said.
impl From<InstallError> for Error {
    fn from(stop: InstallError) -> Error {
        match stop {
            InstallError::Interrupted => interrupt::interrupted_error(),
            InstallError::Failed { error, .. } => error,
        }
    }
}
