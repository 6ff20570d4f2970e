//! What vrun prints: notices on stderr, answers on stdout.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::time::Duration;

use crate::error::{Error, io_reason};

/// `-q`, nothing, or `-v`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors only.
    Quiet,
    /// What a person should know: an environment is being made, a program is another's.
    Normal,
    /// Also what was chosen, and why, and what was passed over.
    Verbose,
}

impl Verbosity {
    /// Says what a person should know.
    pub(crate) fn notice(self, line: impl Display) {
        if self >= Verbosity::Normal {
            write_line(line);
        }
    }

    /// Says what `-v` asks for. The line is a closure, so that no one pays for what is not said.
    pub(crate) fn verbose<L: Display>(self, line: impl FnOnce() -> L) {
        if self == Verbosity::Verbose {
            write_line(line());
        }
    }
}

fn write_line(line: impl Display) {
    write_stderr(&format!("vrun: {line}\n"));
}

/// Writes to stderr in one go, so that the lines of vruns that run at once do not mix. A closed or full
/// stderr must not keep a program from running, so its errors are dropped.
pub(crate) fn write_stderr(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// An answer, on stdout. A reader that has seen enough is no error.
///
/// # Errors
/// It cannot be written.
pub(crate) fn print(text: &[u8]) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::failed("cannot write to stdout").with_cause(io_reason(&error)))
        }
        _ => Ok(()),
    }
}

/// A time as people read it.
pub(crate) fn format_duration(time: Duration) -> String {
    match time {
        took if took.as_secs() < 1 => format!("{} ms", took.as_millis()),
        took => format!("{:.1} s", took.as_secs_f64()),
    }
}
