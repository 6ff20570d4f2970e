//! argv and the variables of the options -> the action that they ask for.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use crate::error::Error;
use crate::program::Invocation;

use super::action::Action;
use super::args::{self, CliArgs};
use super::argv::{SplitArgv, split_argv};
use super::precedence::ArgSources;
use super::usage::{plain_text, usage_error};
use super::{argv0, create_args, fast_path, install_args, resolve, resolve_action};

/// Reads argv, and in it, where vrun is called by its own name, its options; and through clap's `env` the variables
/// that options have.
///
/// # Errors
/// A usage error (125).
pub(crate) fn parse(args: &[OsString], vars: &[(OsString, OsString)]) -> Result<Action, Error> {
    let name = argv0::shim_name(args.first());
    let args = args.get(1..).unwrap_or_default();
    if let Some(name) = name {
        return argv0::shim_request(name, args, vars).map(Action::Run);
    }
    match fast_path::try_parse(args, vars) {
        Some(request) => Ok(Action::Run(request)),
        None if args.first().is_some_and(|word| word == args::PROGRAMS_FLAG) => {
            Ok(parse_for_completion(args, vars))
        }
        None => parse_with_clap(args, vars),
    }
}

/// What a shell asks of a line that a person is typing: it is not whole yet, or wrong, or asks for the help.
fn parse_for_completion(args: &[OsString], vars: &[(OsString, OsString)]) -> Action {
    match parse_with_clap(args, vars) {
        Ok(action @ Action::ListPrograms(_)) => action,
        _ => Action::Print(String::new()),
    }
}

pub(super) fn parse_with_clap(
    args: &[OsString],
    vars: &[(OsString, OsString)],
) -> Result<Action, Error> {
    let mut command = CliArgs::command();
    let SplitArgv {
        vrun_args: own,
        shell_flags: lined,
        rest,
    } = split_argv(args, &command);
    lined.validate()?;
    let argv = [OsString::from("vrun")].into_iter().chain(own);
    let matches = match command.try_get_matches_from_mut(argv) {
        Ok(matches) => matches,
        Err(error) => return action_from_clap_error(error),
    };
    let typed = CliArgs::from_arg_matches(&matches).map_err(usage_error)?;
    let asked = match &typed.line {
        Some(text) => Some((Invocation::ShellLine(lined.into_line(text, vars)), rest)),
        None => program_to_run(&typed, rest),
    };
    install_args::validate(&typed, &ArgSources(&matches))?;
    typed.acting.validate()?;
    let action = typed.acting.action_name();
    if action != Some("--create") {
        create_args::validate_create_args(&matches)?;
    }
    match (action, asked) {
        (Some("--which"), asked) => resolve_action::which_action(asked, &typed, &matches),
        (Some("--shims"), asked) => resolve_action::shims_action(asked, typed, &matches),
        (Some(action), Some((ask, _))) => Err(resolve_action::unexpected_command(action, &ask)),
        (Some(action), None) => resolve_action::standalone_action(action, typed, &matches),
        (None, Some((ask, args))) => {
            resolve::run_request(ask, args, &typed, &matches).map(Action::Run)
        }
        (None, None) if ArgSources(&matches).is_from_argv("sync") => {
            let settings = resolve::settings(&typed, &matches)?;
            Ok(Action::Sync(settings, resolve::auto_create(&typed)))
        }
        (None, None) => Ok(Action::MissingCommand(plain_text(command.render_help()))),
    }
}

/// The program and its arguments, where there is one.
fn program_to_run<'a>(
    typed: &CliArgs,
    rest: &'a [OsString],
) -> Option<(Invocation, &'a [OsString])> {
    match (&typed.script, &typed.module) {
        (Some(file), _) => Some((Invocation::Script(file.clone()), rest)),
        (_, Some(module)) => Some((Invocation::Module(module.clone()), rest)),
        _ => rest
            .split_first()
            .map(|(name, args)| (Invocation::Command(name.clone()), args)),
    }
}

/// clap answers `-h` and `-V` with an "error" that holds the text.
fn action_from_clap_error(error: clap::Error) -> Result<Action, Error> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            Ok(Action::Print(plain_text(error.render())))
        }
        _ => Err(usage_error(error)),
    }
}
