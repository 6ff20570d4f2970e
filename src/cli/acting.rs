//! The options that are actions, which run no program -> the action.

use clap::{ArgMatches, Args};

use super::sources::Sources;
use super::{Action, Format, HELP, Typed, meant};
use crate::error::{Error, shown, typed};
use crate::program::Ask;
use crate::report::info;

/// The actions, and the options that belong to one of them.
#[derive(Debug, Args)]
pub struct Acting {
    /// Make the environment, print its path, and stop
    #[arg(long, overrides_with = "create", conflicts_with_all = ["doctor", "repair"])]
    create: bool,

    /// Say which environment, why, and what is seen in it
    #[arg(long, overrides_with = "info", conflicts_with_all = ["create", "doctor", "repair"])]
    info: bool,

    /// Say what is wrong with the environment
    #[arg(long, overrides_with = "doctor", conflicts_with = "repair")]
    doctor: bool,

    /// Say it as JSON, with --info or --doctor
    #[arg(long, overrides_with = "json", conflicts_with_all = ["create", "repair"])]
    json: bool,

    /// Print the JSON Schema of what --info --json prints
    #[arg(long, overrides_with = "json_schema", requires = "info", conflicts_with_all = ["create", "repair"])]
    json_schema: bool,

    /// Mend what is wrong with it
    #[arg(long, overrides_with = "repair")]
    repair: bool,
}

impl Acting {
    /// The action that was typed.
    pub fn named(&self) -> Option<&'static str> {
        let actions = [
            (self.create, "--create"),
            (self.info, "--info"),
            (self.doctor, "--doctor"),
            (self.repair, "--repair"),
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
        "--info" if typed.acting.json_schema => Ok(Action::Print(info::SCHEMA.to_owned())),
        "--info" => Ok(Action::Info(scope, typed.acting.format())),
        "--doctor" => Ok(Action::Doctor(scope, typed.acting.format())),
        "--repair" => Ok(Action::Repair(scope)),
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
