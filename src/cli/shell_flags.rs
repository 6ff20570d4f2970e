//! `-c` and the shell's options beside it -> the line that is asked for.
//!
//! As sh has them (POSIX, sh): `-c` takes no value, the line is the first word that is no option; each `-o` takes
//! one of the next words, wherever it stands among other letters. They are taken out before clap sees argv, which
//! knows an option's value by its place only.

use std::ffi::{OsStr, OsString};

use crate::error::Error;
use crate::program::ShellLine;
use crate::quote::printable;

use super::args::HELP_HINT;

/// The letters that were taken out.
#[derive(Debug, Default)]
pub(super) struct ShellFlags {
    /// Whether `-c` is among them.
    pub has_line: bool,
    /// The others, each in a word of its own, and the names that `-o` took.
    options: Vec<OsString>,
    /// An `-o` at the end of argv.
    is_name_missing: bool,
}

impl ShellFlags {
    /// Takes `letter` where it is the shell's; `-o` takes its name from `next`.
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

    /// Whether all that follows `word` are operands: `--`, and sh's own `-`.
    pub(super) fn is_options_end(&self, word: &[u8]) -> bool {
        word == b"--" || (self.has_line && word == b"-")
    }

    /// The line `text`, with the options for its shell.
    pub(super) fn into_line(self, text: &OsStr, vars: &[(OsString, OsString)]) -> ShellLine {
        ShellLine::new(text.to_owned(), self.options, vars)
    }

    /// # Errors
    /// An option of the shell's was typed without `-c`, or without its value.
    pub(super) fn validate(&self) -> Result<(), Error> {
        if self.is_name_missing {
            return Err(Error::failed("-o names no option of the shell's").with_hint(HELP_HINT));
        }
        match self.options.first() {
            Some(option) if !self.has_line => {
                let option = printable(option);
                let what = format!("{option} is an option of the shell's, for a line of -c");
                Err(Error::failed(what).with_hint(HELP_HINT))
            }
            _ => Ok(()),
        }
    }
}

/// What `args` ask for where there are only `-c` and the shell's options before the line, and what follows the line.
pub(super) fn parse_shell_line<'a>(
    args: &'a [OsString],
    vars: &[(OsString, OsString)],
) -> Option<(ShellLine, &'a [OsString])> {
    let (mut lined, mut words) = (ShellFlags::default(), args.iter());
    loop {
        let word = words.next()?;
        match word.as_encoded_bytes() {
            bytes if lined.is_options_end(bytes) => {
                let text = words.next()?;
                return complete_line(lined, text, vars).map(|line| (line, words.as_slice()));
            }
            [b'-', letters @ ..] if !letters.is_empty() => {
                let is_shells = |letter: &u8| lined.try_take(*letter, || words.next());
                if !letters.iter().all(is_shells) {
                    return None;
                }
            }
            _ => return complete_line(lined, word, vars).map(|line| (line, words.as_slice())),
        }
    }
}

fn complete_line(
    lined: ShellFlags,
    text: &OsStr,
    vars: &[(OsString, OsString)],
) -> Option<ShellLine> {
    let is_whole = lined.has_line && !lined.is_name_missing;
    is_whole.then(|| lined.into_line(text, vars))
}
