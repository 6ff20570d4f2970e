//! How much vrun says on stderr while all goes well. stdout is never vrun's, but for an answer.

use std::fmt::Display;
use std::io::{self, Write};

/// `-q`, nothing, or `-v`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Voice {
    /// Errors only.
    Quiet,
    /// What a person should know: an environment is being made, a program is another's.
    Normal,
    /// Also what was chosen, and why, and what was passed over.
    Verbose,
}

impl Voice {
    /// Says what a person should know.
    pub fn tell(self, line: impl Display) {
        if self >= Voice::Normal {
            say(line);
        }
    }

    /// Says what `-v` asks for. The line is a closure, so that no one pays for what is not said.
    pub fn detail<L: Display>(self, line: impl FnOnce() -> L) {
        if self == Voice::Verbose {
            say(line());
        }
    }
}

fn say(line: impl Display) {
    write(&format!("vrun: {line}\n"));
}

/// Writes to stderr in one go, so that the lines of vruns that run at once do not mix. A closed or full
/// stderr must not keep a program from running, so its errors are dropped.
pub fn write(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
