//! The words of a command line up to the cursor -> what completes the last of them.
//!
//! An option is offered if the line with it is one that vrun takes, so what goes together is said once: where the line
//! is parsed.

use std::ffi::{OsStr, OsString};

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches, Id, ValueEnum};

use crate::os;
use crate::process::Verbosity;

use super::action::{Action, Completion, CompletionShell, Settings, Subject};
use super::args::CliArgs;
use super::argv::{OptionsEnd, split_argv};
use super::chapters;
use super::parse_with_clap::parse_with_command;
use super::resolve::{self, ArgSources};

/// Hidden: what the completion scripts call, with the shell's name and the words.
pub(super) const FLAG: &str = "--complete";

/// A value for an option, or a command, that stands for any.
const ANY: &str = "x";

/// None if `words` do not start with a shell's name.
pub(super) fn parse_typed(words: &[OsString], vars: &[(OsString, OsString)]) -> Option<Completion> {
    let (shell, words) = words.split_first()?;
    let shell = CompletionShell::from_str(shell.to_str()?, false).ok()?;
    let (last, before) = words.split_last()?;
    // PowerShell drops an argument that is empty.
    let last = match (shell, last.as_encoded_bytes()) {
        (CompletionShell::PowerShell, [b'+', rest @ ..]) => os::decode_os_string(rest.to_vec())?,
        _ => last.clone(),
    };
    let mut line = Line {
        command: CliArgs::command(),
        before,
        vars,
    };
    let (prefix, subject) = line.complete(&last);
    let typed = &last.as_encoded_bytes()[prefix.len()..];
    Some(Completion {
        shell,
        settings: line.settings(),
        typed: os::decode_os_string(typed.to_vec())?,
        prefix,
        subject,
    })
}

/// What is typed.
struct Line<'a> {
    command: Command,
    /// The words before the one at the cursor.
    before: &'a [OsString],
    vars: &'a [(OsString, OsString)],
}

impl Line<'_> {
    /// What completes `last`, and the part of it that stays.
    fn complete(&mut self, last: &OsStr) -> (OsString, Subject) {
        let split = split_argv(self.before, &self.command);
        let count = split.rest.len();
        let is_option = split.end == OptionsEnd::Argv && last.as_encoded_bytes().starts_with(b"-");
        let subject = if let Some(id) = &split.without_value {
            let mut args = self.command.get_arguments();
            args.find(|arg| arg.get_id() == id)
                .map_or(Subject::File, value_subject)
        } else if split.end == OptionsEnd::Value {
            Subject::File
        } else if asks_for_help(&split.vrun_args) && !is_option {
            let topics = chapters::topics().into_iter();
            Subject::OneOf(
                topics
                    .map(|(topic, title)| (topic.to_owned(), title.to_owned()))
                    .collect(),
            )
        } else if count > 0 {
            self.argument(count + 1)
        } else if is_option {
            if let Some(joined) = joined_value(last, &self.command) {
                return joined;
            }
            Subject::OneOf(self.options())
        } else {
            self.operand()
        };
        (OsString::new(), subject)
    }

    /// The first word that is not an option.
    fn operand(&mut self) -> Subject {
        match self.parse(&[ANY.into()]) {
            Some(Action::Which(..) | Action::Shims(..)) => Subject::ProgramName,
            None if self.parse(&[]).is_some() => Subject::OneOf(self.options()),
            _ => Subject::Command,
        }
    }

    /// A word after the command, which counts as the first of `count`.
    fn argument(&mut self, count: usize) -> Subject {
        match self.parse(&[]) {
            Some(Action::Shims(..)) => Subject::ProgramName,
            Some(Action::Which(..)) => Subject::OneOf(Vec::new()),
            _ => Subject::Argument(count),
        }
    }

    /// The options that may come next. If what is typed is wrong, all of them may.
    fn options(&mut self) -> Vec<(String, String)> {
        let is_wrong = !self.fits(&[]);
        let given = self.given_options();
        let args = self.command.get_arguments().filter(|arg| {
            let is_repeatable = matches!(arg.get_action(), ArgAction::Append);
            !arg.is_hide_set() && (is_repeatable || !given.contains(arg.get_id()))
        });
        let args: Vec<Arg> = args.cloned().collect();
        let fitting = args
            .iter()
            .filter(|arg| is_wrong || self.fits(&example(arg)));
        fitting
            .flat_map(|arg| spellings(arg).map(|option| (option, description(arg))))
            .collect()
    }

    fn given_options(&mut self) -> Vec<Id> {
        let Some((_, matches)) = self.matches() else {
            return Vec::new();
        };
        let sources = ArgSources(&matches);
        let ids = self.command.get_arguments().map(Arg::get_id);
        ids.filter(|id| sources.is_from_argv(id.as_str()))
            .cloned()
            .collect()
    }

    /// Whether vrun takes what is typed with `more`, alone or before a command.
    fn fits(&mut self, more: &[OsString]) -> bool {
        let with_command = [more, &[ANY.into()]].concat();
        self.parse(&with_command).is_some() || self.parse(more).is_some()
    }

    fn parse(&mut self, more: &[OsString]) -> Option<Action> {
        let words = [self.before, more].concat();
        parse_with_command(&mut self.command, &words, self.vars).ok()
    }

    /// The options that are typed, without one whose value is to come.
    fn matches(&mut self) -> Option<(CliArgs, ArgMatches)> {
        let split = split_argv(self.before, &self.command);
        let mut words = split.vrun_args;
        if split.shell_flags.has_line && split.end != OptionsEnd::Value {
            words.pop();
        }
        if split.without_value.is_some() {
            words.pop();
        }
        words.insert(0, "vrun".into());
        let matches = self.command.try_get_matches_from_mut(words).ok()?;
        Some((CliArgs::from_arg_matches(&matches).ok()?, matches))
    }

    /// Quiet: what is only being typed gets no notices.
    fn settings(&mut self) -> Option<Settings> {
        let (cli_args, matches) = self.matches()?;
        let settings = resolve::settings(&cli_args, &matches).ok()?;
        Some(Settings {
            verbosity: Verbosity::Quiet,
            ..settings
        })
    }
}

fn asks_for_help(words: &[OsString]) -> bool {
    words.iter().any(|word| word == "--help" || word == "-h")
}

/// `--env=PATH`, `-pREQUEST`: the part before the value, and what completes that.
fn joined_value(word: &OsStr, command: &Command) -> Option<(OsString, Subject)> {
    let bytes = word.as_encoded_bytes();
    let find = |is_named: &dyn Fn(&Arg) -> bool| {
        let takes_value = |arg: &&Arg| arg.get_action().takes_values() && arg.get_id() != "line";
        let mut args = command.get_arguments().filter(takes_value);
        args.find(|arg| is_named(arg))
    };
    let (length, arg) = if bytes.starts_with(b"--") {
        let length = bytes.iter().position(|byte| *byte == b'=')?;
        let is_named = |arg: &Arg| arg.get_long().map(str::as_bytes) == Some(&bytes[2..length]);
        (length + 1, find(&is_named)?)
    } else {
        let letters = bytes.iter().enumerate().skip(1);
        let mut valued = letters.filter_map(|(at, letter)| {
            let is_named = |arg: &Arg| arg.get_short() == Some(char::from(*letter));
            Some((at + 1, find(&is_named)?))
        });
        valued.next().filter(|(length, _)| *length < bytes.len())?
    };
    let prefix = os::decode_os_string(bytes[..length].to_vec())?;
    Some((prefix, value_subject(arg)))
}

/// What an option's value is: one of clap's list, or else by its name in the help.
fn value_subject(arg: &Arg) -> Subject {
    let values = arg.get_possible_values();
    let names = arg.get_value_names().unwrap_or_default();
    match names.first().map_or("", |name| name.as_str()) {
        _ if arg.get_id() == "group" => Subject::Group,
        _ if arg.get_id() == "extra" => Subject::Extra,
        _ if !values.is_empty() => Subject::OneOf(values.iter().map(describe_value).collect()),
        "MODULE" => Subject::Module,
        "REQUEST" => Subject::PythonRequest,
        "PATH" => Subject::Environment,
        "DIR" => Subject::Directory,
        "LINE" => Subject::Command,
        "FILE" => Subject::File,
        _ => Subject::OneOf(Vec::new()),
    }
}

fn describe_value(value: &PossibleValue) -> (String, String) {
    let help = value.get_help().map(ToString::to_string);
    (value.get_name().to_owned(), help.unwrap_or_default())
}

fn spellings(arg: &Arg) -> impl Iterator<Item = String> {
    let short = arg.get_short().map(|letter| format!("-{letter}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    short.into_iter().chain(long)
}

/// The first line of its help.
fn description(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    help.lines().next().unwrap_or_default().to_owned()
}

/// The words of an option as somebody may type it.
fn example(arg: &Arg) -> Vec<OsString> {
    let value = arg.get_action().takes_values().then(|| {
        let values = arg.get_possible_values();
        let value = values.first().map_or(ANY, PossibleValue::get_name);
        value.to_owned()
    });
    let words = spellings(arg).take(1).chain(value);
    words.map(OsString::from).collect()
}
