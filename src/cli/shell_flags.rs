//! `-c` and the shell's options beside it -> the shell line.
//!
//! As sh has them (POSIX, sh): `-c` takes no value, the line is the first word that is not an option; each `-o` takes one
//! of the next words, wherever it stands among other letters. They are removed before clap sees argv, which knows an
//! option's value by its place only.

use std::ffi::{OsStr, OsString};

use crate::error::Error;
use crate::program::ShellLine;
use crate::quote::printable;

use super::args::HELP_HINT;

/// The shell's letters in argv.
#[derive(Debug, Default)]
pub(super) struct ShellFlags {
    /// Whether `-c` is among them.
    pub has_line: bool,
    /// The others, one a word, each `-o` followed by its name.
    options: Vec<OsString>,
    /// argv ends with `-o`.
    is_name_missing: bool,
}

impl ShellFlags {
    /// Takes `letter` if it is an option of the shell. `-o` takes its name from `next`.
    pub(super) fn try_take<'a>(
        &mut self,
        letter: u8,
        mut next: impl FnMut() -> Option<&'a OsString>,
    ) -> bool {
        match letter {
            b'c' => self.has_line = true,
            b'e' => self.options.push("-e".into()),
            b'u' => self.options.push("-u".into()),
            b'x' => self.options.push("-x".into()),
            b'o' => match next() {
                Some(name) => self.options.extend(["-o".into(), name.clone()]),
                None => self.is_name_missing = true,
            },
            _ => return false,
        }
        true
    }

    /// Whether only operands follow `word`: `--`, and sh's own `-`.
    pub(super) fn is_options_end(&self, word: &[u8]) -> bool {
        word == b"--" || (self.has_line && word == b"-")
    }

    pub(super) fn into_line(self, text: &OsStr, vars: &[(OsString, OsString)]) -> ShellLine {
        ShellLine::new(text.to_owned(), self.options, vars)
    }

    /// # Errors
    /// An option of the shell is given without `-c`, or without its value.
    pub(super) fn validate(&self) -> Result<(), Error> {
        if self.is_name_missing {
            return Err(Error::failed("-o needs the name of a shell option").with_hint(HELP_HINT));
        }
        match self.options.first() {
            Some(option) if !self.has_line => {
                let option = printable(option);
                let what = format!("{option} is an option of the shell, for the line of -c");
                Err(Error::failed(what).with_hint(HELP_HINT))
            }
            _ => Ok(()),
        }
    }
}

/// The line and what follows it, if only `-c` and the shell's options come before it.
pub(super) fn parse_shell_line<'a>(
    args: &'a [OsString],
    vars: &[(OsString, OsString)],
) -> Option<(ShellLine, &'a [OsString])> {
    let (mut flags, mut words) = (ShellFlags::default(), args.iter());
    let text = loop {
        let word = words.next()?;
        match word.as_encoded_bytes() {
            bytes if flags.is_options_end(bytes) => break words.next()?,
            [b'-', letters @ ..] if !letters.is_empty() => {
                let mut letters = letters.iter();
                if !letters.all(|letter| flags.try_take(*letter, || words.next())) {
                    return None;
                }
            }
            _ => break word,
        }
    };
    let is_complete = flags.has_line && !flags.is_name_missing;
    is_complete.then(|| (flags.into_line(text, vars), words.as_slice()))
}
