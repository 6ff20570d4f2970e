//! What vrun prints: notices on stderr, results on stdout.

use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};

use crate::error::{Error, io_reason};

/// `-q`, nothing, or `-v`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors only.
    Quiet,
    /// Also what people should know: an environment is being created, a program belongs to another Python.
    #[default]
    Normal,
    /// Also what was selected and skipped, and why.
    Verbose,
}

impl Verbosity {
    /// Prints what people should know.
    pub(crate) fn notice(self, line: impl Display) {
        if self >= Verbosity::Normal {
            write_line(line);
        }
    }

    /// Prints a detail for `-v`. The line is a closure, so that it costs nothing without `-v`.
    pub(crate) fn verbose<L: Display>(self, line: impl FnOnce() -> L) {
        if self == Verbosity::Verbose {
            write_line(line());
        }
    }
}

fn write_line(line: impl Display) {
    write_stderr(&format!("vrun: {line}\n"));
}

/// Writes to stderr in one call, so that the lines of parallel vruns do not mix. A closed or full stderr must not keep a
/// program from running, so errors are ignored.
pub(crate) fn write_stderr(text: &str) {
    let mut stderr = io::stderr();
    let _ = match stderr.is_terminal() {
        true => stderr.write_all(escape_controls(text).as_bytes()),
        false => stderr.write_all(text.as_bytes()),
    };
}

/// Moves the cursor, or erases, on a terminal.
pub(crate) fn write_control(sequence: &'static str) {
    let _ = io::stderr().write_all(sequence.as_bytes());
}

/// Prints an error on stderr, with the words in colour that it is made of.
pub(crate) fn print_error(error: &Error, is_colored: bool) {
    let text = format!("{error}\n");
    if !is_colored {
        return write_stderr(&text);
    }
    let bold = Style::new().bold();
    let words = [
        ("vrun:", bold.fg_color(Some(AnsiColor::Red.into()))),
        ("  cause:", bold),
        ("  hint:", bold.fg_color(Some(AnsiColor::Cyan.into()))),
    ];
    let paint = |line: &str| {
        let mut starts = words.iter();
        let found = starts.find_map(|(word, style)| Some((word, style, line.strip_prefix(word)?)));
        match found {
            Some((word, style, rest)) => format!("{style}{word}{style:#}{rest}\n"),
            None => format!("{line}\n"),
        }
    };
    let text: String = escape_controls(&text).lines().map(paint).collect();
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Prints a result on stdout: byte for byte, but for a terminal. It is not an error if the reader stops reading.
///
/// # Errors
/// It cannot be written.
pub(crate) fn print(text: &[u8]) -> Result<(), Error> {
    match io::stdout().is_terminal() {
        true => write_stdout(escape_controls(&String::from_utf8_lossy(text)).as_bytes()),
        false => write_stdout(text),
    }
}

/// Prints text for a terminal that is made of [`crate::quote::printable`] parts and colours.
///
/// # Errors
/// It cannot be written.
pub(crate) fn print_colored(text: &str) -> Result<(), Error> {
    write_stdout(text.as_bytes())
}

fn write_stdout(text: &[u8]) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::failed("cannot write to stdout").with_cause(io_reason(&error)))
        }
        _ => Ok(()),
    }
}

/// Whether colour may go to `stream`: by the variables NO_COLOR, CLICOLOR_FORCE, CLICOLOR and TERM, and not in CI.
pub(crate) fn may_color<'a>(
    stream: &impl IsTerminal,
    is_ci: bool,
    var: impl Fn(&str) -> Option<&'a OsStr>,
) -> bool {
    let is = |name: &str, wanted: &str| var(name).is_some_and(|value| value == wanted);
    let is_set = |name: &str| var(name).is_some_and(|value| !value.is_empty());
    if is_set("NO_COLOR") {
        return false;
    }
    if is_set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") {
        return true;
    }
    stream.is_terminal() && !is_ci && !is("CLICOLOR", "0") && !is("TERM", "dumb")
}

/// The text for a terminal, which would take control characters for commands. Names that a checkout brings may hold any.
fn escape_controls(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_control() && !['\n', '\t'].contains(&c) {
            true => escaped.extend(c.escape_default()),
            false => escaped.push(c),
        }
    }
    escaped
}

/// A duration for people.
pub(crate) fn format_duration(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}
