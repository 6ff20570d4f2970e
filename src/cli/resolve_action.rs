//! The options and what follows them -> the action, or why they do not go together.

use std::ffi::OsString;

use clap::{Arg, ArgMatches, Command};

use crate::error::Error;
use crate::os;
use crate::program::{self, Invocation};
use crate::quote::{printable, shell_word};
use crate::render::export::{ExportShell, Target};
use crate::render::info;

use super::action::{Action, CacheWork, Format, Settings, WhichMode};
use super::args::{
    ActionArgs, CREATE_OPTIONS, CliArgs, ENVIRONMENT, EXPORT_TARGETS, HELP_HINT, PROGRAM,
    REQUIREMENTS,
};
use super::resolve::{self, ArgSources};
use super::{completions, man};

/// What is left of argv after the options.
pub(super) type Operands<'a> = Option<(Invocation, &'a [OsString])>;

/// # Errors
/// Options are given that contradict each other, or without the action they belong to.
pub(super) fn check_conflicts(
    cli_args: &CliArgs,
    matches: &ArgMatches,
    command: &Command,
) -> Result<(), Error> {
    let sources = ArgSources(matches);
    let action = cli_args.action.action_name();
    let has_sync = sources.is_from_argv("sync");
    let export_undo = format!("`vrun --export {} --undo`", os::HINT_SHELL);
    // Not by clap: it requires no option that contradicts another.
    let companions = [
        (
            "exact",
            has_sync,
            "--exact is an option of --sync",
            "`vrun --sync --exact`",
        ),
        (
            "undo",
            action == Some("--export"),
            "--undo is an option of --export",
            &*export_undo,
        ),
        (
            "all",
            action == Some("--which"),
            "-a is an option of --which",
            "`vrun --which -a python`",
        ),
        (
            "json_schema",
            action == Some("--info"),
            "--json-schema is an option of --info",
            "`vrun --info --json-schema`",
        ),
    ];
    for (id, has_owner, message, hint) in companions {
        if sources.is_from_argv(id) && !has_owner {
            return usage(message, hint);
        }
    }
    let no_install = sources.is_from_argv("no_install");
    let opposites = [action, no_install.then_some("--no-install")];
    let mut opposites = opposites.into_iter().flatten().filter(|_| has_sync);
    if let Some(other) = opposites.next() {
        let message = format!("--sync cannot be used with {other}");
        return usage(message, HELP_HINT);
    }
    let mut needless = command.get_arguments().filter(|arg| match action {
        None | Some("--which") => false,
        Some("--cache" | "--completions" | "--man") => is_about_run(arg),
        Some(_) => arg.get_id() == "outside",
    });
    let needless = needless.find(|arg| sources.is_from_argv(arg.get_id().as_str()));
    if let (Some(option), Some(action)) = (needless.and_then(Arg::get_long), action) {
        let message = format!("--{option} cannot be used with {action}");
        return usage(message, HELP_HINT);
    }
    let is_clear = action == Some("--cache") && cli_args.create.clear;
    if cli_args.action.unused && !is_clear {
        let message = "--unused is an option of --cache --clear";
        return usage(message, "`vrun --cache --clear --unused`");
    }
    let ActionArgs {
        json,
        info,
        doctor,
        cache,
        ..
    } = cli_args.action;
    if json && !info && !doctor && !cache {
        let message = "--json is an option of --info, --doctor and --cache";
        return usage(message, "`vrun --info --json`");
    }
    let mut create_options = command
        .get_arguments()
        .filter(|arg| arg.get_help_heading() == Some(CREATE_OPTIONS));
    let other = create_options.find(|arg| {
        let is_taken = match arg.get_id().as_str() {
            "upgrade" => has_sync,
            "clear" => is_clear,
            _ => false,
        };
        !is_taken && sources.is_from_argv(arg.get_id().as_str())
    });
    match other.and_then(|arg| arg.get_long()) {
        Some("upgrade") if action != Some("--create") => usage(
            "--upgrade is an option of --sync and --create",
            "`vrun --sync --upgrade`",
        ),
        Some(option) if action != Some("--create") => usage(
            format!("--{option} is an option of --create"),
            format!("`vrun --create --{option}`, and then the command"),
        ),
        _ => Ok(()),
    }
}

/// Whether it says which environment is used, what is installed or what runs there.
fn is_about_run(arg: &Arg) -> bool {
    let headings = [PROGRAM, ENVIRONMENT, REQUIREMENTS].map(Some);
    headings.contains(&arg.get_help_heading())
        && !["dry_run", "directory"].contains(&arg.get_id().as_str())
}

fn usage<T>(message: impl Into<String>, hint: impl Into<String>) -> Result<T, Error> {
    Err(Error::failed(message).with_hint(hint))
}

/// Whether the operand is a Python file, and `action` tells about the environment it runs in: `--info tool.py`.
pub(super) fn is_about_script(action: &str, invocation: &Invocation, rest: &[OsString]) -> bool {
    ["--info", "--doctor", "--export"].contains(&action)
        && rest.is_empty()
        && program::python_file(invocation).is_some()
}

/// An action that takes no operands but, for some, a Python file.
pub(super) fn standalone_action(
    action: &str,
    script: Option<Invocation>,
    cli_args: CliArgs,
    matches: &ArgMatches,
) -> Result<Action, Error> {
    let settings = Settings {
        script: script.map(|script| (script, resolve::script_env(&cli_args))),
        ..resolve::settings(&cli_args, matches)?
    };
    let format = match cli_args.action.json {
        true => Format::Json,
        false => Format::Text,
    };
    match action {
        "--man" => Ok(Action::Print(man::man_page())),
        "--info" if cli_args.action.json_schema => Ok(Action::Print(info::SCHEMA.to_owned())),
        "--info" => Ok(Action::Info(settings, format)),
        "--doctor" => Ok(Action::Doctor(settings, format)),
        "--repair" => Ok(Action::Repair(settings)),
        "--cache" => {
            let work = match (cli_args.create.clear, cli_args.action.unused) {
                (false, _) => CacheWork::Show,
                (true, false) => CacheWork::Clear,
                (true, true) => CacheWork::ClearUnused,
            };
            Ok(Action::Cache(settings, work, format))
        }
        "--export" => export_action(settings, &cli_args.action),
        "--completions" => {
            let script = cli_args
                .action
                .completions
                .map(completions::completion_script);
            Ok(Action::Print(script.unwrap_or_default().to_owned()))
        }
        _ if cli_args.no_create && !ArgSources(matches).is_from_variable("no_create") => {
            usage("--create and --no-create contradict each other", HELP_HINT)
        }
        _ => {
            let options = resolve::venv_options(cli_args.create)?;
            Ok(Action::Create(settings, options))
        }
    }
}

fn export_action(settings: Settings, action: &ActionArgs) -> Result<Action, Error> {
    let name = action.export.as_deref().unwrap_or_default();
    let known = EXPORT_TARGETS.iter().find(|(known, _)| *known == name);
    let target = known.map_or(Target::Shell(ExportShell::Posix), |(_, target)| *target);
    match target {
        Target::Shell(shell) if action.undo => Ok(Action::UndoExport(shell)),
        _ if action.undo => Err(Error::failed(format!("--export {name} has no --undo"))
            .with_cause("vrun does not read back what was written to a file")
            .with_hint(HELP_HINT)),
        target => Ok(Action::Export(settings, target)),
    }
}

/// `--which`. `-a` may come last, as people type it.
pub(super) fn which_action(
    operands: Operands<'_>,
    cli_args: &CliArgs,
    matches: &ArgMatches,
) -> Result<Action, Error> {
    let Some((invocation, rest)) = operands else {
        return usage("--which takes a name", "`vrun --which python`");
    };
    let which_mode = match rest {
        [] if !cli_args.action.all => WhichMode::First,
        [] => WhichMode::All,
        [last] if last == "-a" => WhichMode::All,
        [other, ..] => {
            let other = printable(other);
            let message = format!("--which takes a single name, but `{other}` follows it");
            return usage(message, "`vrun --which NAME`, once for each");
        }
    };
    let request = resolve::run_request(invocation, &[], cli_args, matches)?;
    Ok(Action::Which(request, which_mode))
}

/// `--shims`: the operands are names.
pub(super) fn shims_action(
    operands: Operands<'_>,
    cli_args: &CliArgs,
    matches: &ArgMatches,
) -> Result<Action, Error> {
    let dir = ArgSources(matches).non_empty_value("shims", cli_args.action.shims.as_deref())?;
    let dir = dir.unwrap_or_default();
    match operands {
        Some((Invocation::Command(first), rest)) => {
            let names = [first].into_iter().chain(rest.iter().cloned()).collect();
            let settings = resolve::settings(cli_args, matches)?;
            Ok(Action::Shims(settings, dir, names))
        }
        Some((invocation, _)) => unexpected_command("--shims", &invocation),
        None => usage(
            "--shims needs at least one name",
            format!("`vrun --shims {} python python3 pip`", shell_word(&dir)),
        ),
    }
}

/// An action runs no program. In `--create DIR` a path is meant, as in `python -m venv DIR`.
pub(super) fn unexpected_command(action: &str, invocation: &Invocation) -> Result<Action, Error> {
    let word = match invocation {
        Invocation::Command(word)
        | Invocation::Shim(word)
        | Invocation::Script(word)
        | Invocation::Module(word) => word,
        Invocation::ShellLine(line) => &line.text,
    };
    let shown = printable(word);
    let hint = match (action, invocation) {
        ("--create", Invocation::Command(dir)) => format!(
            "`vrun --create --env {}` creates an environment there; run the command separately",
            shell_word(dir)
        ),
        ("--shims", _) => "`vrun --shims DIR NAME...`, and then the command".to_owned(),
        ("--export", _) => "`vrun --export SHELL`, and then the command".to_owned(),
        _ => format!("`vrun {action}`, and then the command"),
    };
    usage(
        format!("{action} runs no program, but `{shown}` is given"),
        hint,
    )
}
