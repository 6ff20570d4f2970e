//! A step of an install that failed -> the error, and the few words that later commands repeat.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::fs::write_file;
use crate::quote::printable;
use crate::{installer_errors, output};

use super::diagnosis::Diagnosis;
use super::index_failure::IndexFailure;
use super::install_error::InstallError;
use super::program::Installer;

/// The file in the environment that keeps the full output of a failed installer.
const LOG_FILE: &str = "vrun-install.log";

/// The hint after the install of a project's requirements has failed.
pub(crate) const RETRY_HINT: &str =
    "commands run with what is installed; once that is fixed, `vrun --sync` installs the rest";

/// The hint where an index wants a login. pip and uv read all three.
const LOGIN_HINT: &str =
    "a login goes in ~/.netrc, a keyring or the URL of the index; then `vrun --sync`";

/// The hint where git or ssh asks something.
const QUESTION_HINT: &str = "`vrun --sync` on a terminal, where you can answer; git also reads ~/.netrc, and ssh asks ssh-agent";

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

/// Why a step ended early.
#[derive(Debug)]
pub(super) enum StepFailure {
    Interrupted,
    /// The installer cannot be started.
    NotStarted(String),
    Killed {
        signal: i32,
        output: String,
    },
    Failed {
        diagnosis: Diagnosis,
        output: String,
    },
}

/// What the words of a failure are made with.
pub(super) struct FailureReport<'a> {
    pub installer: &'a Installer,
    /// The error's message.
    pub failure: &'a str,
    /// The environment.
    pub root: &'a Path,
    pub retry_hint: &'static str,
}

impl StepFailure {
    /// Why, in a few words, of a step that may fail.
    pub(super) fn into_reason(self, report: &FailureReport<'_>) -> Result<String, InstallError> {
        match self {
            StepFailure::Interrupted => Err(InstallError::Interrupted),
            StepFailure::NotStarted(reason) => Ok(reason),
            StepFailure::Killed { signal, .. } => Err(report.killed(signal)),
            StepFailure::Failed { diagnosis, output } => match diagnosis {
                Diagnosis::Index(IndexFailure::Unreachable(cause)) => {
                    Err(report.unreachable(&output, cause))
                }
                Diagnosis::Index(
                    IndexFailure::AccessDenied(cause) | IndexFailure::RepositoryUnreachable(cause),
                )
                | Diagnosis::Unanswered(cause) => Ok(cause),
                Diagnosis::Python(misfit) => Ok(misfit.cause),
                Diagnosis::Succeeded | Diagnosis::Other => {
                    let lines = installer_errors::installer_error_lines(&output);
                    Ok(report.reason(&lines))
                }
            },
        }
    }

    /// The error. All that the installer printed is shown only where vrun cannot say it in a line.
    pub(super) fn into_error(self, report: &FailureReport<'_>) -> InstallError {
        match self {
            StepFailure::Interrupted => InstallError::Interrupted,
            StepFailure::NotStarted(reason) => {
                let error = Error::failed(report.failure).with_cause(&reason);
                let error = error.with_hint(report.retry_hint);
                InstallError::Failed { error, reason }
            }
            StepFailure::Killed { signal, output } => {
                output::write_stderr(&output);
                report.killed(signal)
            }
            StepFailure::Failed { diagnosis, output } => report.failed(diagnosis, &output),
        }
    }
}

impl FailureReport<'_> {
    pub(super) fn killed(&self, signal: i32) -> InstallError {
        let cause = format!("{} was killed by signal {signal}", self.installer.name());
        let error = Error::failed(self.failure).with_cause(cause);
        InstallError::Killed(error.with_hint(KILLED_HINT))
    }

    fn failed(&self, diagnosis: Diagnosis, output: &str) -> InstallError {
        let explained = |cause: &str| {
            let error = Error::failed(self.failure).with_cause(cause);
            self.with_log(error, output)
        };
        match diagnosis {
            Diagnosis::Index(
                IndexFailure::Unreachable(cause) | IndexFailure::RepositoryUnreachable(cause),
            ) => self.unreachable(output, cause),
            Diagnosis::Index(IndexFailure::AccessDenied(cause)) => InstallError::Failed {
                error: explained(&cause).with_hint(LOGIN_HINT),
                reason: cause,
            },
            Diagnosis::Unanswered(cause) => InstallError::Failed {
                error: explained(&cause).with_hint(QUESTION_HINT),
                reason: cause,
            },
            Diagnosis::Python(misfit) => InstallError::WrongPython {
                error: explained(&misfit.cause).with_hint(self.retry_hint),
                misfit: Box::new(misfit),
            },
            Diagnosis::Succeeded | Diagnosis::Other => self.unexplained(output),
        }
    }

    fn unreachable(&self, output: &str, cause: String) -> InstallError {
        let error = Error::failed(self.failure).with_cause(cause);
        let error = self.with_log(error, output);
        InstallError::Unreachable(error.with_hint(KILLED_HINT))
    }

    fn unexplained(&self, output: &str) -> InstallError {
        let lines = installer_errors::installer_error_lines(output);
        output::write_stderr(&self.without_causes(output, &lines));
        let error = lines
            .iter()
            .fold(Error::failed(self.failure), Error::with_cause);
        let error = self.with_log(error, output);
        // setuptools prints this for a project that is not a package, such as an application.
        let hint = match output.contains("Multiple top-level ") {
            true => NOT_A_PACKAGE_HINT,
            false => self.retry_hint,
        };
        InstallError::Failed {
            error: error.with_hint(hint),
            reason: self.reason(&lines),
        }
    }

    /// What is shown of the output. The lines that pip ends with are the causes, which the error repeats.
    fn without_causes(&self, output: &str, causes: &[String]) -> String {
        let is_cause = |line: &str| {
            let text = line.trim().strip_prefix("ERROR: ");
            text.is_some_and(|text| causes.iter().any(|cause| printable(text) == *cause))
        };
        let is_pip = *self.installer == Installer::Pip;
        let lines = output.split_inclusive('\n');
        lines.filter(|line| !(is_pip && is_cause(line))).collect()
    }

    fn reason(&self, lines: &[String]) -> String {
        let reason = match lines {
            [] => "the installer failed".to_owned(),
            // uv first reports what it could not do, then why.
            [what, why, ..] if *self.installer != Installer::Pip => format!("{what}: {why}"),
            [what, ..] => what.clone(),
        };
        match reason.char_indices().nth(MAX_REASON) {
            Some((end, _)) => format!("{}...", &reason[..end]),
            None => reason,
        }
    }

    /// Keeps the installer's output in the log, which the error names.
    fn with_log(&self, error: Error, output: &str) -> Error {
        let log = log_file(self.root);
        if write_file(&log, output).is_err() {
            return error;
        }
        let (name, log) = (self.installer.name(), printable(&log));
        error.with_cause(format_args!("the full output of {name} is in {log}"))
    }
}

/// Where the full output of a failed installer is kept.
pub(super) fn log_file(root: &Path) -> PathBuf {
    root.join(LOG_FILE)
}
