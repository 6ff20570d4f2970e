//! argv -> vrun's own part and the program's.
//!
//! vrun's part ends at the first word that is no option, at `--`, or after the value of -s or -m; of -c that is
//! the first word that is no option. It is cut off by clap's own list of options, before clap sees it: what follows
//! belongs to the program byte for byte, and clap would take a `-h` in it for its own.

use std::ffi::OsString;
use std::slice;

use clap::{Arg, Command};

use super::lined::Lined;
use crate::os;

/// argv in its parts.
#[derive(Debug, Default)]
pub struct Parts<'a> {
    /// What is for clap: a line stands at its end, as the value of -c.
    pub own: Vec<OsString>,
    /// The shell's options, which clap does not see.
    pub lined: Lined,
    /// The program's, a `--` before it dropped.
    pub rest: &'a [OsString],
}

/// Cuts argv into its parts.
pub fn parted<'a>(args: &'a [OsString], command: &Command) -> Parts<'a> {
    let mut parts = Parts::default();
    let mut words = args.iter();
    loop {
        parts.rest = words.as_slice();
        let Some(word) = words.next() else { break };
        if parts.lined.ends_options(word.as_encoded_bytes()) {
            break;
        }
        let last = match word.as_encoded_bytes() {
            [b'-', b'-', long @ ..] => parts.long_option(word, long, &mut words, command),
            [b'-', letters @ ..] if !letters.is_empty() => {
                parts.short_options(word, letters, &mut words, command)
            }
            _ => return parts.with_line(),
        };
        if last == Last::Yes {
            break;
        }
    }
    parts.rest = words.as_slice();
    parts.with_line()
}

/// Whether all that follows is the program's.
#[derive(PartialEq, Eq)]
enum Last {
    Yes,
    No,
}

impl Last {
    fn of(arg: Option<&Arg>) -> Last {
        let ends = |arg: &Arg| ["script", "module"].contains(&arg.get_id().as_str());
        if arg.is_some_and(ends) {
            Last::Yes
        } else {
            Last::No
        }
    }
}

impl Parts<'_> {
    /// `--python REQUEST`, `--python=REQUEST`.
    fn long_option(
        &mut self,
        word: &OsString,
        name: &[u8],
        words: &mut slice::Iter<'_, OsString>,
        command: &Command,
    ) -> Last {
        let mut split = name.splitn(2, |byte| *byte == b'=');
        let (name, value) = (split.next().unwrap_or_default(), split.next());
        let is_named = |arg: &&Arg| arg.get_long().is_some_and(|long| long.as_bytes() == name);
        let arg = command.get_arguments().find(is_named);
        self.own.push(word.clone());
        if arg.is_some_and(takes_value) && value.is_none() {
            self.own.extend(words.next().cloned());
        }
        Last::of(arg)
    }

    /// `-q`, `-m MODULE`, `-mMODULE`, `-qm MODULE`: the first letter that takes a value takes the rest of
    /// the word, or else the next word. The shell's letters before it are taken out.
    fn short_options(
        &mut self,
        word: &OsString,
        letters: &[u8],
        words: &mut slice::Iter<'_, OsString>,
        command: &Command,
    ) -> Last {
        let (mut kept, mut valued) = (vec![b'-'], None);
        for (at, letter) in letters.iter().enumerate() {
            if self.lined.takes(*letter, || words.next()) {
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
            self.own.push(word.clone());
        } else if kept != b"-" {
            self.own
                .push(os::text(kept).unwrap_or_else(|| word.clone()));
        }
        if let Some((_, true)) = valued {
            self.own.extend(words.next().cloned());
        }
        Last::of(valued.map(|(arg, _)| arg))
    }

    /// A line is the first word that is left.
    fn with_line(mut self) -> Self {
        if self.lined.has_line {
            self.own.push("-c".into());
            if let Some((line, rest)) = self.rest.split_first() {
                self.own.push(line.clone());
                self.rest = rest;
            }
        }
        self
    }
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}
