//! The options that are actions and run no program -> the action.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ArgMatches;

use crate::error::Error;
use crate::program::Invocation;
use crate::quote::{printable, shell_word};
use crate::render::export::{ExportShell, Target};
use crate::render::info;

use super::action::{Action, Settings, WhichMode};
use super::action_args::ActionArgs;
use super::args::{CliArgs, HELP_HINT, PROGRAMS_FLAG};
use super::precedence::ArgSources;
use super::{completions, man, resolve};

/// What `action` asks for, with its options.
///
/// # Errors
/// They contradict each other.
pub(super) fn standalone_action(
    action: &str,
    typed: CliArgs,
    matches: &ArgMatches,
) -> Result<Action, Error> {
    let settings = resolve::settings(&typed, matches)?;
    match action {
        "--man" => Ok(Action::Print(man::man_page())),
        PROGRAMS_FLAG => Ok(Action::ListPrograms(settings)),
        "--info" if typed.acting.json_schema => Ok(Action::Print(info::SCHEMA.to_owned())),
        "--info" => Ok(Action::Info(settings, typed.acting.output_format())),
        "--doctor" => Ok(Action::Doctor(settings, typed.acting.output_format())),
        "--repair" => Ok(Action::Repair(settings)),
        "--export" => export_action(settings, &typed.acting),
        "--completions" => {
            let script = typed.acting.completions.map(completions::completion_script);
            Ok(Action::Print(script.unwrap_or_default()))
        }
        _ if typed.no_create && !ArgSources(matches).is_from_variable("no_create") => Err(
            Error::failed("--create and --no-create ask for opposite things").with_hint(HELP_HINT),
        ),
        _ => Ok(Action::Create(settings, typed.making.into_options()?)),
    }
}

fn export_action(settings: Settings, acting: &ActionArgs) -> Result<Action, Error> {
    let name = acting.export.as_deref().unwrap_or_default();
    let reader = match name {
        "fish" => Target::Shell(ExportShell::Fish),
        "powershell" => Target::Shell(ExportShell::PowerShell),
        "cmd" => Target::Shell(ExportShell::Cmd),
        "dotenv" => Target::Dotenv,
        "github" => Target::GitHub,
        _ => Target::Shell(ExportShell::Posix),
    };
    match reader {
        Target::Shell(shell) if acting.undo => Ok(Action::UndoExport(shell)),
        _ if acting.undo => {
            let what = format!("--export {name} has no --undo");
            Err(Error::failed(what)
                .with_cause("what has been written to a file is not read by vrun again")
                .with_hint(HELP_HINT))
        }
        reader => Ok(Action::Export(settings, reader)),
    }
}

/// `--which`: of what, and of how much. `-a` may come last, as people type it.
///
/// # Errors
/// There is no name, or more than one.
pub(super) fn which_action(
    asked: Option<(Invocation, &[OsString])>,
    typed: &CliArgs,
    matches: &ArgMatches,
) -> Result<Action, Error> {
    let Some((ask, rest)) = asked else {
        return Err(Error::failed("--which takes a name").with_hint("`vrun --which python`"));
    };
    let extent = match rest {
        [] if !typed.acting.all => WhichMode::First,
        [] => WhichMode::All,
        [last] if last == "-a" => WhichMode::All,
        [other, ..] => {
            let other = printable(other);
            let what = format!("--which takes one name, not `{other}` too");
            return Err(Error::failed(what).with_hint("`vrun --which NAME`, once for each"));
        }
    };
    let request = resolve::run_request(ask, &[], typed, matches)?;
    Ok(Action::Which(request, extent))
}

/// What `--shims` asks for. The names are what elsewhere is a command and its arguments.
///
/// # Errors
/// There are none, or no directory.
pub(super) fn shims_action(
    asked: Option<(Invocation, &[OsString])>,
    typed: CliArgs,
    matches: &ArgMatches,
) -> Result<Action, Error> {
    let dir = ArgSources(matches).non_empty_value("shims", typed.acting.shims.as_deref())?;
    let dir = PathBuf::from(dir.unwrap_or_default());
    match asked {
        Some((Invocation::Command(first), rest)) => {
            let names = [first].into_iter().chain(rest.iter().cloned()).collect();
            let settings = resolve::settings(&typed, matches)?;
            Ok(Action::Shims(settings, dir, names))
        }
        Some((ask, _)) => Err(unexpected_command("--shims", &ask)),
        None => Err(
            Error::failed("--shims is told no name to make a shim for").with_hint(format!(
                "`vrun --shims {} python python3 pip`",
                shell_word(&dir)
            )),
        ),
    }
}

/// An action runs no program; who types `--create DIR` means a path, as with `python -m venv DIR`.
pub(super) fn unexpected_command(action: &str, ask: &Invocation) -> Error {
    let word = match ask {
        Invocation::Command(word)
        | Invocation::Shim(word)
        | Invocation::Script(word)
        | Invocation::Module(word) => word,
        Invocation::ShellLine(line) => &line.text,
    };
    let error = Error::failed(format!(
        "{action} runs nothing, not `{}` either",
        printable(word)
    ));
    match ask {
        Invocation::Command(dir) if action == "--create" => error.with_hint(format!(
            "`vrun --create --env {}` makes an environment there; a command comes on its own",
            shell_word(dir)
        )),
        _ if action == "--shims" => {
            error.with_hint("`vrun --shims DIR NAME...`, and then the command")
        }
        _ if action == "--export" => error.with_hint("`vrun --export SHELL`, and then the command"),
        _ => error.with_hint(format!("`vrun {action}`, and then the command")),
    }
}
