//! The options that are actions, which run no program -> the action.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, Args};

use super::sources::Sources;
use super::{Action, Format, HELP, Typed, meant};
use crate::error::{Error, shown, typed as typed_path};
use crate::program::Ask;

/// The actions, and the options that belong to one of them.
#[derive(Debug, Args)]
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

    /// Put shims called NAME... into DIR
    #[arg(long, value_name = "DIR", conflicts_with_all = ["create", "doctor", "repair"])]
    shims: Option<OsString>,
}

impl Acting {
    /// The action that was typed.
    pub fn named(&self) -> Option<&'static str> {
        let actions = [
            (self.create, "--create"),
            (self.doctor, "--doctor"),
            (self.repair, "--repair"),
            (self.shims.is_some(), "--shims"),
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
        "--doctor" if typed.acting.json => Ok(Action::Doctor(scope, Format::Json)),
        "--doctor" => Ok(Action::Doctor(scope, Format::Text)),
        "--repair" => Ok(Action::Repair(scope)),
        _ if typed.no_create && !Sources(matches).is_variable("no_create") => {
            Err(Error::failed("--create and --no-create ask for opposite things").hint(HELP))
        }
        _ => Ok(Action::Create(scope, typed.making.options()?)),
    }
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
    let (Ask::Command(word) | Ask::Shim(word) | Ask::Script(word) | Ask::Module(word)) = ask;
    let error = Error::failed(format!(
        "{action} runs nothing, not `{}` either",
        shown(word)
    ));
    match ask {
        Ask::Command(dir) if action == "--create" => error.hint(format!(
            "`vrun --create --env {}` makes an environment there; a command comes on its own",
            typed_path(dir)
        )),
        _ => error.hint(format!("`vrun {action}`, and then the command")),
    }
}
