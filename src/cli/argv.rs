//! argv -> vrun's own part and the program's.
//!
//! vrun's part ends at the first word that is no option, at `--`, or after the value of -s or -m; of -c that is
//! the first word that is no option. It is cut off by clap's own list of options, before clap sees it: what follows
//! belongs to the program byte for byte, and clap would take a `-h` in it for its own.

use std::ffi::OsString;
use std::slice;

use clap::{Arg, Command};

use crate::os;

use super::shell_flags::ShellFlags;

/// argv in its parts.
#[derive(Debug, Default)]
pub(super) struct SplitArgv<'a> {
    /// What is for clap: a line stands at its end, as the value of -c.
    pub vrun_args: Vec<OsString>,
    /// The shell's options, which clap does not see.
    pub shell_flags: ShellFlags,
    /// The program's, a `--` before it dropped.
    pub rest: &'a [OsString],
}

/// Cuts argv into its parts.
pub(super) fn split_argv<'a>(args: &'a [OsString], command: &Command) -> SplitArgv<'a> {
    let mut parts = SplitArgv::default();
    let mut words = args.iter();
    loop {
        parts.rest = words.as_slice();
        let Some(word) = words.next() else { break };
        if parts.shell_flags.is_options_end(word.as_encoded_bytes()) {
            break;
        }
        let last = match word.as_encoded_bytes() {
            [b'-', b'-', long @ ..] => parts.push_long(word, long, &mut words, command),
            [b'-', letters @ ..] if !letters.is_empty() => {
                parts.push_shorts(word, letters, &mut words, command)
            }
            _ => return parts.with_line(),
        };
        if last == EndOfOptions::Yes {
            break;
        }
    }
    parts.rest = words.as_slice();
    parts.with_line()
}

/// Whether all that follows is the program's.
#[derive(PartialEq, Eq)]
enum EndOfOptions {
    Yes,
    No,
}

impl EndOfOptions {
    fn from_arg(arg: Option<&Arg>) -> EndOfOptions {
        let ends = |arg: &Arg| ["script", "module"].contains(&arg.get_id().as_str());
        if arg.is_some_and(ends) {
            EndOfOptions::Yes
        } else {
            EndOfOptions::No
        }
    }
}

impl SplitArgv<'_> {
    /// `--python REQUEST`, `--python=REQUEST`.
    fn push_long(
        &mut self,
        word: &OsString,
        name: &[u8],
        words: &mut slice::Iter<'_, OsString>,
        command: &Command,
    ) -> EndOfOptions {
        let mut split = name.splitn(2, |byte| *byte == b'=');
        let (name, value) = (split.next().unwrap_or_default(), split.next());
        let is_named = |arg: &&Arg| arg.get_long().is_some_and(|long| long.as_bytes() == name);
        let arg = command.get_arguments().find(is_named);
        self.vrun_args.push(word.clone());
        if arg.is_some_and(takes_value) && value.is_none() {
            self.vrun_args.extend(words.next().cloned());
        }
        EndOfOptions::from_arg(arg)
    }

    /// `-q`, `-m MODULE`, `-mMODULE`, `-qm MODULE`: the first letter that takes a value takes the rest of
    /// the word, or else the next word. The shell's letters before it are taken out.
    fn push_shorts(
        &mut self,
        word: &OsString,
        letters: &[u8],
        words: &mut slice::Iter<'_, OsString>,
        command: &Command,
    ) -> EndOfOptions {
        let (mut kept, mut valued) = (vec![b'-'], None);
        for (at, letter) in letters.iter().enumerate() {
            if self.shell_flags.try_take(*letter, || words.next()) {
                continue;
            }
            kept.push(*letter);
            let is_named = |arg: &&Arg| arg.get_short() == Some(char::from(*letter));
            let arg = command.get_arguments().find(is_named);
            if arg.is_some_and(takes_value) {
                kept.extend_from_slice(&letters[at + 1..]);
                valued = arg.map(|arg| (arg, letters.len() == at + 1));
                break;
            }
        }
        if kept.len() == letters.len() + 1 {
            self.vrun_args.push(word.clone());
        } else if kept != b"-" {
            self.vrun_args
                .push(os::decode_os_string(kept).unwrap_or_else(|| word.clone()));
        }
        if let Some((_, true)) = valued {
            self.vrun_args.extend(words.next().cloned());
        }
        EndOfOptions::from_arg(valued.map(|(arg, _)| arg))
    }

    /// A line is the first word that is left.
    fn with_line(mut self) -> Self {
        if self.shell_flags.has_line {
            self.vrun_args.push("-c".into());
            if let Some((line, rest)) = self.rest.split_first() {
                self.vrun_args.push(line.clone());
                self.rest = rest;
            }
        }
        self
    }
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}
