//! The options that are actions, which run no program -> the action.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, Args};

use super::completions::{self, Shell};
use super::sources::Sources;
use super::{Action, Extent, Format, HELP, Scope, Typed, manual, meant};
use crate::error::{Error, shown, typed as typed_path};
use crate::program::Ask;
use crate::report::export::{Dialect, Reader};
use crate::report::info;

/// What the completions ask, as it is typed.
pub const PROGRAMS: &str = "--programs";

/// The actions, and the options that belong to one of them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Actions, which run no program")]
pub struct Acting {
    /// Make the environment, print its path, and stop
    #[arg(long, overrides_with = "create", group = "action")]
    create: bool,

    /// Say which environment, why, and what is seen in it
    #[arg(long, overrides_with = "info", group = "action")]
    info: bool,

    /// Say what is wrong with the environment
    #[arg(long, overrides_with = "doctor", group = "action")]
    doctor: bool,

    /// Say it as JSON, with --info or --doctor
    #[arg(long, overrides_with = "json", conflicts_with_all = ["create", "repair"])]
    json: bool,

    /// Print the JSON Schema of what --info --json prints
    #[arg(long, overrides_with = "json_schema", requires = "info", conflicts_with_all = ["create", "repair"])]
    json_schema: bool,

    /// Mend what is wrong with it
    #[arg(long, overrides_with = "repair", group = "action")]
    repair: bool,

    /// Print lines that give a shell the environment
    #[arg(long, value_name = "SHELL", value_parser = READERS, hide_possible_values = true, group = "action")]
    export: Option<String>,

    /// With --export: the lines that take it back
    #[arg(long, overrides_with = "undo", requires = "export")]
    undo: bool,

    /// Print the path of the program that NAME would run
    #[arg(long, overrides_with = "which", group = "action")]
    which: bool,

    /// With --which: print all that there are
    #[arg(short = 'a', overrides_with = "all", requires = "which")]
    all: bool,

    /// Put shims called NAME... into DIR
    #[arg(long, value_name = "DIR", group = "action")]
    shims: Option<OsString>,

    /// Print what has SHELL complete vrun's command lines
    #[arg(
        long,
        value_name = "SHELL",
        hide_possible_values = true,
        group = "action"
    )]
    completions: Option<Shell>,

    /// Print the man page
    #[arg(long, overrides_with = "man", group = "action")]
    man: bool,

    /// Print the names of the environment's programs: what the completions ask
    #[arg(long, hide = true, conflicts_with_all = ["create", "info", "doctor", "repair", "export", "completions", "man"])]
    programs: bool,
}

/// Whom `--export` speaks to.
const READERS: [&str; 8] = [
    "sh",
    "bash",
    "zsh",
    "fish",
    "powershell",
    "cmd",
    "dotenv",
    "github",
];

impl Acting {
    /// The action that was typed.
    pub fn named(&self) -> Option<&'static str> {
        let actions = [
            // What completes the line of another action comes before that.
            (self.programs, PROGRAMS),
            (self.create, "--create"),
            (self.info, "--info"),
            (self.doctor, "--doctor"),
            (self.repair, "--repair"),
            (self.export.is_some(), "--export"),
            (self.which, "--which"),
            (self.completions.is_some(), "--completions"),
            (self.man, "--man"),
            (self.shims.is_some(), "--shims"),
        ];
        let mut typed = actions.into_iter().filter(|(is_typed, _)| *is_typed);
        typed.next().map(|(_, name)| name)
    }

    /// # Errors
    /// An option is given without the action that it belongs to.
    pub fn refuse(&self) -> Result<(), Error> {
        if self.json && !self.info && !self.doctor {
            let error = Error::failed("--json is an option of --info and --doctor");
            return Err(error.hint("`vrun --info --json`"));
        }
        Ok(())
    }

    fn format(&self) -> Format {
        if self.json {
            Format::Json
        } else {
            Format::Text
        }
    }
}

/// What `action` asks for, with its options.
///
/// # Errors
/// They contradict each other.
pub fn action(action: &str, typed: Typed, matches: &ArgMatches) -> Result<Action, Error> {
    let scope = meant::scope(&typed, matches)?;
    match action {
        "--man" => Ok(Action::Print(manual::page())),
        PROGRAMS => Ok(Action::Programs(scope)),
        "--info" if typed.acting.json_schema => Ok(Action::Print(info::SCHEMA.to_owned())),
        "--info" => Ok(Action::Info(scope, typed.acting.format())),
        "--doctor" => Ok(Action::Doctor(scope, typed.acting.format())),
        "--repair" => Ok(Action::Repair(scope)),
        "--export" => export(scope, &typed.acting),
        "--completions" => {
            let script = typed.acting.completions.map(completions::script);
            Ok(Action::Print(script.unwrap_or_default()))
        }
        _ if typed.no_create && !Sources(matches).is_variable("no_create") => {
            Err(Error::failed("--create and --no-create ask for opposite things").hint(HELP))
        }
        _ => Ok(Action::Create(scope, typed.making.options()?)),
    }
}

fn export(scope: Scope, acting: &Acting) -> Result<Action, Error> {
    let name = acting.export.as_deref().unwrap_or_default();
    let reader = match name {
        "fish" => Reader::Shell(Dialect::Fish),
        "powershell" => Reader::Shell(Dialect::PowerShell),
        "cmd" => Reader::Shell(Dialect::Cmd),
        "dotenv" => Reader::Dotenv,
        "github" => Reader::GitHub,
        _ => Reader::Shell(Dialect::Posix),
    };
    match reader {
        Reader::Shell(shell) if acting.undo => Ok(Action::Undo(shell)),
        _ if acting.undo => {
            let what = format!("--export {name} has no --undo");
            Err(Error::failed(what)
                .cause("what has been written to a file is not read by vrun again")
                .hint(HELP))
        }
        reader => Ok(Action::Export(scope, reader)),
    }
}

/// `--which`: of what, and of how much. `-a` may come last, as people type it.
///
/// # Errors
/// There is no name, or more than one.
pub fn which(
    asked: Option<(Ask, &[OsString])>,
    typed: &Typed,
    matches: &ArgMatches,
) -> Result<Action, Error> {
    let Some((ask, rest)) = asked else {
        return Err(Error::failed("--which takes a name").hint("`vrun --which python`"));
    };
    let extent = match rest {
        [] if !typed.acting.all => Extent::First,
        [] => Extent::All,
        [last] if last == "-a" => Extent::All,
        [other, ..] => {
            let other = shown(other);
            let what = format!("--which takes one name, not `{other}` too");
            return Err(Error::failed(what).hint("`vrun --which NAME`, once for each"));
        }
    };
    let request = meant::request(ask, &[], typed, matches)?;
    Ok(Action::Which(request, extent))
}

/// What `--shims` asks for. The names are what elsewhere is a command and its arguments.
///
/// # Errors
/// There are none, or no directory.
pub fn shims(
    asked: Option<(Ask, &[OsString])>,
    typed: Typed,
    matches: &ArgMatches,
) -> Result<Action, Error> {
    let dir = Sources(matches).given("shims", typed.acting.shims.as_deref())?;
    let dir = PathBuf::from(dir.unwrap_or_default());
    match asked {
        Some((Ask::Command(first), rest)) => {
            let names = [first].into_iter().chain(rest.iter().cloned()).collect();
            let scope = meant::scope(&typed, matches)?;
            Ok(Action::Shims(scope, dir, names))
        }
        Some((ask, _)) => Err(not_alone("--shims", &ask)),
        None => Err(
            Error::failed("--shims is told no name to make a shim for").hint(format!(
                "`vrun --shims {} python python3 pip`",
                typed_path(&dir)
            )),
        ),
    }
}

/// An action runs no program; who types `--create DIR` means a path, as with `python -m venv DIR`.
pub fn not_alone(action: &str, ask: &Ask) -> Error {
    let word = match ask {
        Ask::Command(word) | Ask::Shim(word) | Ask::Script(word) | Ask::Module(word) => word,
        Ask::Line(line) => &line.text,
    };
    let error = Error::failed(format!(
        "{action} runs nothing, not `{}` either",
        shown(word)
    ));
    match ask {
        Ask::Command(dir) if action == "--create" => error.hint(format!(
            "`vrun --create --env {}` makes an environment there; a command comes on its own",
            typed_path(dir)
        )),
        _ if action == "--shims" => error.hint("`vrun --shims DIR NAME...`, and then the command"),
        _ if action == "--export" => error.hint("`vrun --export SHELL`, and then the command"),
        _ => error.hint(format!("`vrun {action}`, and then the command")),
    }
}
