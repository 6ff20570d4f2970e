//! What vrun prints: notices on stderr, results on stdout.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};

use crate::error::{Error, io_reason};
use crate::process::{self, Verbosity};

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
    write_styled(&format!("vrun: {line}\n"), AnsiColor::Green);
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

/// Prints an error on stderr.
pub(crate) fn print_error(error: &Error) {
    write_styled(&format!("{error}\n"), AnsiColor::Red);
}

/// `vrun:` as it stands in front of a notice, in colour where that may go to stderr.
pub(crate) fn notice_prefix() -> String {
    paint("vrun:", AnsiColor::Green, may_color(&io::stderr()))
}

/// Writes lines to stderr, with colour for the words that begin them; `color` is that of `vrun:`.
fn write_styled(text: &str, color: AnsiColor) {
    if !may_color(&io::stderr()) {
        return write_stderr(text);
    }
    let text: String = escape_controls(text)
        .lines()
        .map(|line| paint(line, color, true) + "\n")
        .collect();
    let _ = io::stderr().write_all(text.as_bytes());
}

fn paint(line: &str, color: AnsiColor, is_colored: bool) -> String {
    let bold = Style::new().bold();
    let words = [
        ("vrun:", bold.fg_color(Some(color.into()))),
        ("  cause:", bold),
        ("  hint:", bold.fg_color(Some(AnsiColor::Cyan.into()))),
    ];
    let mut starts = words.iter().filter(|_| is_colored);
    let found = starts.find_map(|(word, style)| Some((word, style, line.strip_prefix(word)?)));
    match found {
        Some((word, style, rest)) => format!("{style}{word}{style:#}{rest}"),
        None => line.to_owned(),
    }
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

/// Whether colour may go to `stream`: as the user's variables say, else to a terminal.
pub(crate) fn may_color(stream: &impl IsTerminal) -> bool {
    process::wants_color(|| stream.is_terminal())
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
