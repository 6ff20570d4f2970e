//! What a completion script reads: a line that says what the shell adds by itself, then a line for each value.

use std::ffi::OsStr;

use crate::cli::{Completion, CompletionShell};
use crate::error::Error;
use crate::output::print;

/// What the shell adds to the values.
#[derive(Clone, Copy, Debug)]
pub(super) enum ShellPart {
    Nothing,
    /// Files.
    Files,
    Directories,
    /// Files that Python runs.
    PythonFiles,
    /// What completes the last words as a command of its own.
    Command(usize),
}

pub(super) struct Reply<'a> {
    completion: &'a Completion,
    values: Vec<u8>,
}

impl<'a> Reply<'a> {
    pub(super) fn new(completion: &'a Completion) -> Self {
        Reply {
            completion,
            values: Vec::new(),
        }
    }

    /// Whether `value` may complete what is typed. Shells that match in ways of their own get all values.
    pub(super) fn accepts(&self, value: &OsStr) -> bool {
        let (value, typed) = (
            value.as_encoded_bytes(),
            self.completion.typed.as_encoded_bytes(),
        );
        let start = value.get(..typed.len());
        match self.completion.shell {
            CompletionShell::Bash => start == Some(typed),
            CompletionShell::Nushell | CompletionShell::PowerShell => {
                start.is_some_and(|start| start.eq_ignore_ascii_case(typed))
            }
            CompletionShell::Elvish | CompletionShell::Fish | CompletionShell::Zsh => true,
        }
    }

    /// A value with control characters would be more than one line, or speak to the terminal.
    pub(super) fn add(&mut self, value: impl AsRef<OsStr>, description: &str) {
        let value = value.as_ref();
        let bytes = value.as_encoded_bytes();
        if self.accepts(value) && !bytes.iter().any(u8::is_ascii_control) {
            let prefix = self.completion.prefix.as_encoded_bytes();
            self.values.extend([prefix, bytes].concat());
            // bash shows no descriptions.
            if self.completion.shell != CompletionShell::Bash {
                self.values.extend([b"\t", description.as_bytes()].concat());
            }
            self.values.push(b'\n');
        }
    }

    pub(super) fn print(self, part: ShellPart) -> Result<(), Error> {
        let prefix = self.completion.prefix.as_encoded_bytes();
        let (word, rest) = match part {
            ShellPart::Nothing => ("nothing", prefix.to_vec()),
            ShellPart::Files => ("files", prefix.to_vec()),
            ShellPart::Directories => ("directories", prefix.to_vec()),
            ShellPart::PythonFiles => ("python-files", prefix.to_vec()),
            ShellPart::Command(count) => ("command", count.to_string().into_bytes()),
        };
        let first = [word.as_bytes(), b"\t", &rest, b"\n"].concat();
        print(&[first, self.values].concat())
    }
}
