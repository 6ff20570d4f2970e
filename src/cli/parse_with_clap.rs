//! argv and the variables of the options -> the action they ask for, by clap's list of options.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Arg, Command, CommandFactory, FromArgMatches};

use crate::error::Error;
use crate::program::Invocation;

use super::action::Action;
use super::args::{CliArgs, usage_error};
use super::argv::{SplitArgv, split_argv};
use super::resolve::ArgSources;
use super::resolve_action::Operands;
use super::{help, resolve, resolve_action};

/// # Errors
/// A usage error (125).
pub(super) fn parse_with_clap(
    args: &[OsString],
    vars: &[(OsString, OsString)],
) -> Result<Action, Error> {
    parse_with_command(&mut CliArgs::command(), args, vars)
}

pub(super) fn parse_with_command(
    command: &mut Command,
    args: &[OsString],
    vars: &[(OsString, OsString)],
) -> Result<Action, Error> {
    let SplitArgv {
        vrun_args,
        shell_flags,
        rest,
        ..
    } = split_argv(args, command);
    if let Err(error) = shell_flags.validate() {
        return Err(with_dashes(error, args, command));
    }
    let argv = [OsString::from("vrun")]
        .into_iter()
        .chain(vrun_args.clone());
    let matches = match command.try_get_matches_from_mut(argv) {
        Ok(matches) => matches,
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            return help::requested_help(&vrun_args, rest).map(Action::Print);
        }
        Err(error) if error.kind() == ErrorKind::DisplayVersion => {
            return Ok(Action::Print(error.render().to_string()));
        }
        Err(error) => return Err(with_dashes(usage_error(error), args, command)),
    };
    let cli_args = CliArgs::from_arg_matches(&matches).map_err(usage_error)?;
    let operands = match &cli_args.line {
        Some(text) => Some((
            Invocation::ShellLine(shell_flags.into_line(text, vars)),
            rest,
        )),
        None => program_to_run(&cli_args, rest),
    };
    resolve_action::check_conflicts(&cli_args, &matches, command)?;
    match (cli_args.action.action_name(), operands) {
        (Some("--which"), operands) => resolve_action::which_action(operands, &cli_args, &matches),
        (Some("--shims"), operands) => resolve_action::shims_action(operands, &cli_args, &matches),
        (Some(action), Some((invocation, rest))) => {
            match resolve_action::is_about_script(action, &invocation, rest) {
                true => {
                    resolve_action::standalone_action(action, Some(invocation), cli_args, &matches)
                }
                false => resolve_action::unexpected_command(action, &invocation),
            }
        }
        (Some(action), None) => resolve_action::standalone_action(action, None, cli_args, &matches),
        (None, Some((invocation, args))) => {
            resolve::run_request(invocation, args, &cli_args, &matches).map(Action::Run)
        }
        (None, None) if ArgSources(&matches).is_from_argv("sync") => {
            let settings = resolve::settings(&cli_args, &matches)?;
            Ok(Action::Sync(settings, resolve::auto_create(&cli_args)))
        }
        (None, None) if args.is_empty() => Ok(Action::MissingCommand(help::short_help())),
        (None, None) => Err(Error::failed("no command is given")
            .with_hint("`vrun COMMAND [ARG]...`; `vrun -h` shows what else there is")),
    }
}

/// The usage error, where an option has one dash in place of two.
fn with_dashes(error: Error, args: &[OsString], command: &Command) -> Error {
    let options = args
        .iter()
        .map_while(|word| word.to_str()?.strip_prefix('-'));
    let is_long = |word: &str| {
        let mut known = command.get_arguments().filter_map(Arg::get_long);
        known.any(|long| long == word)
    };
    match options.into_iter().find(|word| is_long(word)) {
        Some(word) => error.with_hint(format!("did you mean `--{word}`?")),
        None => error,
    }
}

fn program_to_run<'a>(cli_args: &CliArgs, rest: &'a [OsString]) -> Operands<'a> {
    match (&cli_args.script, &cli_args.module) {
        (Some(file), _) => Some((Invocation::Script(file.clone()), rest)),
        (_, Some(module)) => Some((Invocation::Module(module.clone()), rest)),
        _ => rest
            .split_first()
            .map(|(name, args)| (Invocation::Command(name.clone()), args)),
    }
}
