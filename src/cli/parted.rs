//! argv -> vrun's own part and the program's.
//!
//! vrun's part ends at the first word that is no option, at `--`, or after the value of -s or -m. It is
//! cut off by clap's own list of options, before clap sees it: what follows belongs to the program
//! byte for byte, and clap would take a `-h` in it for its own.

use std::ffi::OsString;

use clap::{Arg, Command};

/// Cuts argv into vrun's own part and the program's; a `--` between them is dropped.
pub fn parted<'a>(args: &'a [OsString], command: &Command) -> (&'a [OsString], &'a [OsString]) {
    let mut at = 0;
    while let Some(word) = args.get(at) {
        if word == "--" {
            return (&args[..at], &args[at + 1..]);
        }
        let given = match word.as_encoded_bytes() {
            [b'-', b'-', long @ ..] => long_option(long, command),
            [b'-', letters @ ..] if !letters.is_empty() => short_options(letters, command),
            _ => break,
        };
        at = args.len().min(at + given.words);
        if given.is_last() {
            break;
        }
    }
    args.split_at(at)
}

/// An option as it stands in argv.
struct Given<'a> {
    /// What clap knows of it.
    arg: Option<&'a Arg>,
    /// How many words it takes: with its value in a word of its own, two.
    words: usize,
}

impl<'a> Given<'a> {
    /// `value` is what stands in the same word, after the option's name.
    fn new(arg: Option<&'a Arg>, value: &[u8]) -> Given<'a> {
        let wants = arg.is_some_and(|arg| arg.get_action().takes_values());
        Given {
            arg,
            words: if wants && value.is_empty() { 2 } else { 1 },
        }
    }

    /// Whether all that follows is the program's.
    fn is_last(&self) -> bool {
        self.arg
            .is_some_and(|arg| ["script", "module"].contains(&arg.get_id().as_str()))
    }
}

/// `--python REQUEST`, `--python=REQUEST`.
fn long_option<'a>(word: &[u8], command: &'a Command) -> Given<'a> {
    let end = word
        .iter()
        .position(|byte| *byte == b'=')
        .unwrap_or(word.len());
    let (name, value) = word.split_at(end);
    let is_named = |arg: &&Arg| arg.get_long().is_some_and(|long| long.as_bytes() == name);
    Given::new(command.get_arguments().find(is_named), value)
}

/// `-q`, `-m MODULE`, `-mMODULE`, `-qm MODULE`: the first letter that takes a value takes the rest of
/// the word, or else the next word.
fn short_options<'a>(letters: &[u8], command: &'a Command) -> Given<'a> {
    let valued = letters.iter().enumerate().find_map(|(at, letter)| {
        let is_named = |arg: &&Arg| arg.get_short() == Some(char::from(*letter));
        let arg = command.get_arguments().find(is_named)?;
        arg.get_action()
            .takes_values()
            .then_some((arg, &letters[at + 1..]))
    });
    match valued {
        Some((arg, value)) => Given::new(Some(arg), value),
        None => Given::new(None, letters),
    }
}
