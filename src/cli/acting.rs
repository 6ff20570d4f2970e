//! The options that are actions, which run no program -> the action.

use clap::{ArgMatches, Args};

use super::completions::{self, Shell};
use super::sources::Sources;
use super::{Action, Format, HELP, Typed, manual, meant};
use crate::error::{Error, shown, typed};
use crate::program::Ask;

/// What the completions ask, as it is typed.
pub const PROGRAMS: &str = "--programs";

/// The actions, and the options that belong to one of them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Actions, which run no program")]
pub struct Acting {
    /// Make the environment, print its path, and stop
    #[arg(long, overrides_with = "create", conflicts_with_all = ["doctor", "repair"])]
    create: bool,

    /// Say what is wrong with the environment
    #[arg(long, overrides_with = "doctor", conflicts_with = "repair")]
    doctor: bool,

    /// Say it as JSON, with --doctor
    #[arg(long, overrides_with = "json", requires = "doctor", conflicts_with_all = ["create", "repair"])]
    json: bool,

    /// Mend what is wrong with it
    #[arg(long, overrides_with = "repair")]
    repair: bool,

    /// Print what has SHELL complete vrun's command lines
    #[arg(long, value_name = "SHELL", hide_possible_values = true, conflicts_with_all = ["create", "doctor", "repair", "man"])]
    completions: Option<Shell>,

    /// Print the man page
    #[arg(long, overrides_with = "man", conflicts_with_all = ["create", "doctor", "repair"])]
    man: bool,

    /// Print the names of the environment's programs: what the completions ask
    #[arg(long, hide = true, conflicts_with_all = ["create", "doctor", "repair", "completions", "man"])]
    programs: bool,
}

impl Acting {
    /// The action that was typed.
    pub fn named(&self) -> Option<&'static str> {
        let actions = [
            // What completes the line of another action comes before that.
            (self.programs, PROGRAMS),
            (self.create, "--create"),
            (self.doctor, "--doctor"),
            (self.repair, "--repair"),
            (self.completions.is_some(), "--completions"),
            (self.man, "--man"),
        ];
        let mut typed = actions.into_iter().filter(|(is_typed, _)| *is_typed);
        typed.next().map(|(_, name)| name)
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
        "--doctor" if typed.acting.json => Ok(Action::Doctor(scope, Format::Json)),
        "--doctor" => Ok(Action::Doctor(scope, Format::Text)),
        "--repair" => Ok(Action::Repair(scope)),
        _ if let Some(shell) = typed.acting.completions => {
            Ok(Action::Print(completions::script(shell)))
        }
        _ if typed.no_create && !Sources(matches).is_variable("no_create") => {
            Err(Error::failed("--create and --no-create ask for opposite things").hint(HELP))
        }
        _ => Ok(Action::Create(scope, typed.making.options()?)),
    }
}

/// An action runs no program; who types `--create DIR` means a path, as with `python -m venv DIR`.
pub fn not_alone(action: &str, ask: &Ask) -> Error {
    let (Ask::Command(word) | Ask::Script(word) | Ask::Module(word)) = ask;
    let error = Error::failed(format!(
        "{action} runs nothing, not `{}` either",
        shown(word)
    ));
    match ask {
        Ask::Command(dir) if action == "--create" => error.hint(format!(
            "`vrun --create --env {}` makes an environment there; a command comes on its own",
            typed(dir)
        )),
        _ => error.hint(format!("`vrun {action}`, and then the command")),
    }
}
