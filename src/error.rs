//! What vrun reports when it fails: what failed, why, what to type next, and the exit code.
//!
//! The shape is fixed, so that the command to type is always in the same place:
//!
//! ```text
//! vrun: <what could not be done, lower case, no final period>
//!   cause: <one line each>
//!   hint: <something to type>
//! ```

use std::{fmt, io};

/// The kind of a failure. Programs recognise it by its id, shells by the exit code that follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// vrun failed before the program ran; usage errors too.
    Failed,
    /// There is no environment yet.
    NoEnvironment,
    /// The search could not decide on an environment.
    Undecided,
    /// The environment belongs to a user who is not trusted, or others may write to it.
    NotTrusted,
    /// The program cannot be run, or vrun refuses to run it or to create an environment.
    Refused,
    /// There is no such program.
    NotFound,
    /// Ctrl-C while an environment was being created, or packages were being installed.
    Interrupted,
}

impl ErrorKind {
    /// The name that JSON gives it; it never changes.
    pub(crate) fn id(self) -> &'static str {
        match self {
            ErrorKind::Failed => "failed",
            ErrorKind::NoEnvironment => "no-environment",
            ErrorKind::Undecided => "undecided",
            ErrorKind::NotTrusted => "not-trusted",
            ErrorKind::Refused => "refused",
            ErrorKind::NotFound => "not-found",
            ErrorKind::Interrupted => "interrupted",
        }
    }

    /// The exit code of vrun itself; 1, for `--doctor` and `--repair`, is in `actions/doctor.rs`. `env`, `nohup` and
    /// `timeout` use 125 to 127 in the same way (POSIX, "Shell & Utilities", exit status of `env`); 130 is what shells
    /// report for SIGINT.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            ErrorKind::Failed | ErrorKind::NoEnvironment | ErrorKind::Undecided => 125,
            ErrorKind::NotTrusted | ErrorKind::Refused => 126,
            ErrorKind::NotFound => 127,
            ErrorKind::Interrupted => 130,
        }
    }
}

/// A failure: what could not be done, why, and what to type next.
#[derive(Debug)]
pub(crate) struct Error {
    kind: ErrorKind,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
}

impl Error {
    /// An error without causes or hint. `message` says what could not be done.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hint: None,
        }
    }

    /// vrun could not get as far as running the program (125).
    pub(crate) fn failed(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Failed, message)
    }

    /// Found, but not runnable, or refused (126).
    pub(crate) fn refused(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Refused, message)
    }

    /// No such program (127).
    pub(crate) fn not_found(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::NotFound, message)
    }

    /// Changes the kind.
    pub(crate) fn with_kind(self, kind: ErrorKind) -> Error {
        Error { kind, ..self }
    }

    /// Adds a cause below those that are there.
    pub(crate) fn with_cause(mut self, cause: impl fmt::Display) -> Error {
        self.causes.push(cause.to_string());
        self
    }

    /// What kind of failure it is.
    pub(crate) fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What could not be done.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Why.
    pub(crate) fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to type next.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Message, causes and hint, to be reported in another form.
    pub(crate) fn into_parts(self) -> (String, Vec<String>, Option<String>) {
        (self.message, self.causes, self.hint)
    }

    /// Sets what to type next; a later hint replaces an earlier one.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "vrun: {}", self.message)?;
        for cause in &self.causes {
            write!(out, "\n  cause: {cause}")?;
        }
        if let Some(hint) = &self.hint {
            write!(out, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

/// The system's message without its error number, in lower case to continue a sentence.
pub(crate) fn io_reason(error: &io::Error) -> String {
    let text = error.to_string();
    let mut reason = text.split(" (os error ").next().unwrap_or(&text).to_owned();
    if let Some(first) = reason.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_what_cause_hint() {
        let error = Error::not_found("no program named `pytset`")
            .with_cause("it is not on PATH")
            .with_hint("install it with `vrun pip install pytset`");
        assert_eq!(
            error.to_string(),
            "vrun: no program named `pytset`\n  cause: it is not on PATH\n  hint: install it with `vrun pip install pytset`"
        );
        assert_eq!(error.kind().exit_code(), 127);
    }

    #[test]
    fn the_systems_reason_comes_without_its_number() {
        let error = io::Error::from_raw_os_error(2);
        let reason = io_reason(&error);
        assert!(!reason.contains("os error"), "{reason}");
    }
}
