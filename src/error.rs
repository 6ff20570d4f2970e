//! What vrun says when it cannot do what it was asked: what, why, what to type next, and the exit code.
//!
//! The shape is fixed, so that a person finds the command to type in the same place each time:
//!
//! ```text
//! vrun: <what could not be done, lower case, no final period>
//!   cause: <one line each>
//!   hint: <something to type>
//! ```

use std::{fmt, io};

/// Why vrun itself ends instead of the program, as an exit code. `env`, `nohup` and `timeout` use
/// the same three (POSIX, "Shell & Utilities", exit status of `env`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// vrun failed before the program ran; usage errors too.
    Failed = 125,
    /// The program was found but cannot be run, or vrun refuses to run it or to make an environment.
    Refused = 126,
    /// There is no such program.
    NotFound = 127,
    /// Ctrl-C while an environment was being made.
    Interrupted = 130,
}

/// One failure, told whole.
#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    /// The code that vrun ends with.
    pub exit_code: ExitCode,
}

impl Error {
    /// vrun could not get as far as running the program (125).
    pub(crate) fn failed(what: impl Into<String>) -> Error {
        Error::new(ExitCode::Failed, what)
    }

    /// Found, but not runnable, or refused (126).
    pub(crate) fn refused(what: impl Into<String>) -> Error {
        Error::new(ExitCode::Refused, what)
    }

    /// No such program (127).
    pub(crate) fn not_found(what: impl Into<String>) -> Error {
        Error::new(ExitCode::NotFound, what)
    }

    /// Ctrl-C during first use (130).
    pub(crate) fn interrupted(what: impl Into<String>) -> Error {
        Error::new(ExitCode::Interrupted, what)
    }

    fn new(exit: ExitCode, what: impl Into<String>) -> Error {
        Error {
            message: what.into(),
            causes: Vec::new(),
            hint: None,
            exit_code: exit,
        }
    }

    /// Adds a reason; several stand below each other in the order they were added.
    pub(crate) fn with_cause(mut self, cause: impl fmt::Display) -> Error {
        self.causes.push(cause.to_string());
        self
    }

    /// What could not be done.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The reasons.
    pub(crate) fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to type next.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What could not be done, why, and what to type next, for who tells it in another way.
    pub(crate) fn into_parts(self) -> (String, Vec<String>, Option<String>) {
        (self.message, self.causes, self.hint)
    }

    /// Says what to type next; a later hint replaces an earlier one.
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

/// What the system says of a failure, without the number that only its own manual explains.
pub(crate) fn io_reason(error: &io::Error) -> String {
    let text = error.to_string();
    let plain = text.split(" (os error ").next().unwrap_or(&text);
    let mut chars = plain.chars();
    // The system starts a sentence; here it goes on with one.
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
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
        assert_eq!(error.exit_code as u8, 127);
    }

    #[test]
    fn the_systems_reason_comes_without_its_number() {
        let error = io::Error::from_raw_os_error(2);
        assert!(
            !io_reason(&error).contains("os error"),
            "{}",
            io_reason(&error)
        );
    }
}
