//! `-c` and the shell's options beside it -> the line that is asked for.
//!
//! As sh has them (POSIX, sh): `-c` takes no value, the line is the first word that is no option; each `-o` takes
//! one of the next words, wherever it stands among other letters. They are taken out before clap sees argv, which
//! knows an option's value by its place only.

use std::ffi::{OsStr, OsString};

use super::HELP;
use crate::error::{Error, shown};
use crate::program::Line;

/// The letters that were taken out.
#[derive(Debug, Default)]
pub struct Lined {
    /// Whether `-c` is among them.
    pub has_line: bool,
    /// The others, each in a word of its own, and the names that `-o` took.
    options: Vec<OsString>,
    /// An `-o` at the end of argv.
    lacks_name: bool,
}

impl Lined {
    /// Takes `letter` where it is the shell's; `-o` takes its name from `next`.
    pub fn takes<'a>(
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
                None => self.lacks_name = true,
            },
            _ => return false,
        }
        true
    }

    /// Whether all that follows `word` are operands: `--`, and sh's own `-`.
    pub fn ends_options(&self, word: &[u8]) -> bool {
        word == b"--" || (self.has_line && word == b"-")
    }

    /// The line `text`, with the options for its shell.
    pub fn line(self, text: &OsStr, vars: &[(OsString, OsString)]) -> Line {
        Line::new(text.to_owned(), self.options, vars)
    }

    /// # Errors
    /// An option of the shell's was typed without `-c`, or without its value.
    pub fn refuse(&self) -> Result<(), Error> {
        if self.lacks_name {
            return Err(Error::failed("-o names no option of the shell's").hint(HELP));
        }
        match self.options.first() {
            Some(option) if !self.has_line => {
                let option = shown(option);
                let what = format!("{option} is an option of the shell's, for a line of -c");
                Err(Error::failed(what).hint(HELP))
            }
            _ => Ok(()),
        }
    }
}

/// What `args` ask for where there are only `-c` and the shell's options before the line, and what follows the line.
pub fn alone<'a>(
    args: &'a [OsString],
    vars: &[(OsString, OsString)],
) -> Option<(Line, &'a [OsString])> {
    let (mut lined, mut words) = (Lined::default(), args.iter());
    loop {
        let word = words.next()?;
        match word.as_encoded_bytes() {
            bytes if lined.ends_options(bytes) => {
                let text = words.next()?;
                return complete(lined, text, vars).map(|line| (line, words.as_slice()));
            }
            [b'-', letters @ ..] if !letters.is_empty() => {
                let is_shells = |letter: &u8| lined.takes(*letter, || words.next());
                if !letters.iter().all(is_shells) {
                    return None;
                }
            }
            _ => return complete(lined, word, vars).map(|line| (line, words.as_slice())),
        }
    }
}

fn complete(lined: Lined, text: &OsStr, vars: &[(OsString, OsString)]) -> Option<Line> {
    let is_whole = lined.has_line && !lined.lacks_name;
    is_whole.then(|| lined.line(text, vars))
}
