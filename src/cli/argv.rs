//! argv -> vrun's own part and the program's part.
//!
//! vrun's part ends at the first word that is not an option, at `--`, or after the value of -s or -m; the line of -c is
//! the first word that is not an option. argv is split before clap sees it, by clap's own list of options: what follows
//! belongs to the program byte for byte, and clap would take its `-h`.

use std::ffi::OsString;
use std::slice;

use clap::{Arg, Command, Id};

use crate::os;

use super::shell_flags::ShellFlags;

#[derive(Debug, Default)]
pub(super) struct SplitArgv<'a> {
    /// For clap. The line of -c comes last, as its value.
    pub vrun_args: Vec<OsString>,
    /// The shell's options, which clap does not see.
    pub shell_flags: ShellFlags,
    /// The program's part, without the `--` before it.
    pub rest: &'a [OsString],
    /// The option whose value argv ends before.
    pub without_value: Option<Id>,
    pub end: OptionsEnd,
}

/// What ends vrun's options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum OptionsEnd {
    /// Nothing: argv consists of options.
    #[default]
    Argv,
    /// `--`
    Dashes,
    /// The command.
    Command,
    /// The value of -s, -m or -c.
    Value,
}

pub(super) fn split_argv<'a>(args: &'a [OsString], command: &Command) -> SplitArgv<'a> {
    let mut split = SplitArgv::default();
    let mut words = args.iter();
    loop {
        split.rest = words.as_slice();
        let Some(word) = words.next() else { break };
        if split.shell_flags.is_options_end(word.as_encoded_bytes()) {
            split.end = OptionsEnd::Dashes;
            break;
        }
        let option = match word.as_encoded_bytes() {
            [b'-', b'-', long @ ..] => split.push_long(word, long, &mut words, command),
            [b'-', letters @ ..] if !letters.is_empty() => {
                split.push_shorts(word, letters, &mut words, command)
            }
            _ => {
                split.end = OptionsEnd::Command;
                return split.with_line();
            }
        };
        if option.is_some_and(|arg| ["script", "module"].contains(&arg.get_id().as_str())) {
            split.end = OptionsEnd::Value;
            break;
        }
    }
    split.rest = words.as_slice();
    split.with_line()
}

impl SplitArgv<'_> {
    /// `--python REQUEST`, `--python=REQUEST`. Returns the option.
    fn push_long<'c>(
        &mut self,
        word: &OsString,
        name: &[u8],
        words: &mut slice::Iter<'_, OsString>,
        command: &'c Command,
    ) -> Option<&'c Arg> {
        let mut parts = name.splitn(2, |byte| *byte == b'=');
        let (name, value) = (parts.next().unwrap_or_default(), parts.next());
        let is_named = |arg: &&Arg| arg.get_long().is_some_and(|long| long.as_bytes() == name);
        let arg = command.get_arguments().find(is_named);
        self.vrun_args.push(word.clone());
        if arg.is_some_and(takes_value) && value.is_none() {
            self.push_value(words, arg);
        }
        arg
    }

    /// `-q`, `-m MODULE`, `-mMODULE`, `-qm MODULE`: the first letter that takes a value takes the rest of the word, or
    /// else the next word. The shell's letters before it are removed. Returns the option that took a value.
    fn push_shorts<'c>(
        &mut self,
        word: &OsString,
        letters: &[u8],
        words: &mut slice::Iter<'_, OsString>,
        command: &'c Command,
    ) -> Option<&'c Arg> {
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
            self.push_value(words, valued.map(|(arg, _)| arg));
        }
        valued.map(|(arg, _)| arg)
    }

    fn push_value(&mut self, words: &mut slice::Iter<'_, OsString>, arg: Option<&Arg>) {
        match words.next() {
            Some(value) => self.vrun_args.push(value.clone()),
            None => self.without_value = arg.map(|arg| arg.get_id().clone()),
        }
    }

    /// The line of -c is the first word of the rest.
    fn with_line(mut self) -> Self {
        if self.shell_flags.has_line {
            self.vrun_args.push("-c".into());
            if let Some((line, rest)) = self.rest.split_first() {
                self.vrun_args.push(line.clone());
                self.end = OptionsEnd::Value;
                self.rest = rest;
            }
        }
        self
    }
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}
