//! argv and the variables of the options -> what is to be done. clap lives here only.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};

use crate::create::Wish;
use crate::error::{Error, shown, typed};
use crate::program::{Ask, Foreign};
use crate::voice::Voice;

mod asked;
mod bare;
mod making;
mod parted;
mod sources;
mod switch;
mod wanted;

pub use asked::{Action, Creation, Format, Mode, Named, Request, Scope};

use making::Making;
use parted::parted;
use sources::Sources;
use switch::Switch;

const HELP: &str = "`vrun --help` lists what there is";

const USAGE: &str = "vrun [OPTIONS] COMMAND [ARG]...
       vrun [OPTIONS] FILE.py [ARG]...
       vrun [OPTIONS] -s FILE [ARG]...
       vrun [OPTIONS] -m MODULE [ARG]...
       vrun [OPTIONS] --sync [COMMAND [ARG]...]
       vrun [OPTIONS] --create [OPTIONS OF --create]
       vrun [OPTIONS] --doctor [--json] | --repair";

const AFTER_HELP: &str = "\
Variables: VRUN_PROJECT, VRUN_ENV and VRUN_REQUIREMENTS (both from the project),
VRUN_PYTHON, VRUN_NO_CREATE, VRUN_NO_INSTALL, VRUN_OUTSIDE, VRUN_QUIET and
VRUN_VERBOSE stand for the options of their names. VRUN_SYNC=1 installs what
has changed, before a command runs; VRUN_INSTALLER says pip or uv. VRUN_NAME
replaces the names .venv, venv and env; VRUN_CEILING_DIRECTORIES ends the
search, as git's does; VRUN_CACHE_DIR moves the cache.

Exit status: the program's own; 125 where vrun failed, 126 where the program
cannot be run or is refused, 127 where there is none, 130 where Ctrl-C ended
the making of an environment.";

/// Run a command in the project's virtual environment, made on first use
#[derive(Debug, Parser)]
#[command(name = "vrun", version, override_usage = USAGE, after_help = AFTER_HELP, disable_help_flag = true, disable_version_flag = true)]
struct Typed {
    /// Run FILE with the Python of its own environment
    #[arg(short = 's', value_name = "FILE", allow_hyphen_values = true)]
    script: Option<OsString>,

    /// Run MODULE, as `python -m MODULE` does
    #[arg(short = 'm', value_name = "MODULE", allow_hyphen_values = true)]
    module: Option<OsString>,

    /// Go to DIR first
    #[arg(short = 'C', long, value_name = "DIR")]
    directory: Vec<OsString>,

    /// Look for the environment from DIR, and stay here
    #[arg(long, value_name = "DIR", env = "VRUN_PROJECT", hide_env = true)]
    project: Option<OsString>,

    /// Use this environment, without a search
    #[arg(long, value_name = "PATH", env = "VRUN_ENV", hide_env = true)]
    env: Option<OsString>,

    /// Ask for a Python: 3.12, '>=3.10', pypy3.10, a path
    #[arg(
        short,
        long,
        value_name = "REQUEST",
        env = "VRUN_PYTHON",
        hide_env = true
    )]
    python: Option<OsString>,

    /// Make no environment where there is none
    #[arg(long, env = "VRUN_NO_CREATE", hide_env = true, value_parser = Switch, overrides_with = "no_create")]
    no_create: bool,

    /// Install nothing unasked
    #[arg(long, env = "VRUN_NO_INSTALL", hide_env = true, value_parser = Switch, overrides_with = "no_install")]
    no_install: bool,

    /// Take what to install from FILE
    #[arg(long, value_name = "FILE", env = "VRUN_REQUIREMENTS", hide_env = true)]
    requirements: Option<OsString>,

    /// Let a program of another Python run
    #[arg(long, env = "VRUN_OUTSIDE", hide_env = true, value_parser = Switch, overrides_with = "outside")]
    outside: bool,

    /// Print what would run, quoted for a shell, and stop
    #[arg(short = 'n', long, overrides_with = "dry_run")]
    dry_run: bool,

    /// Say nothing but errors
    #[arg(short, long, env = "VRUN_QUIET", hide_env = true, value_parser = Switch, overrides_with = "quiet")]
    quiet: bool,

    /// Say which environment and program, and why
    #[arg(short, long, env = "VRUN_VERBOSE", hide_env = true, value_parser = Switch, overrides_with = "verbose")]
    verbose: bool,

    /// Install what the project requires, now
    #[arg(long, env = "VRUN_SYNC", hide_env = true, value_parser = Switch, overrides_with = "sync")]
    sync: bool,

    /// With --sync: remove what nothing asks for
    #[arg(long, overrides_with = "exact")]
    exact: bool,

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

    /// Print this help
    #[arg(short, long, action = clap::ArgAction::Help)]
    help: (),

    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version)]
    version: (),

    #[command(flatten)]
    making: Making,
}

/// Reads argv, and through clap's `env` the variables that options have.
///
/// # Errors
/// A usage error (125).
pub fn parse(args: &[OsString], vars: &[(OsString, OsString)]) -> Result<Action, Error> {
    let args = args.get(1..).unwrap_or_default();
    match bare::request(args, vars) {
        Some(request) => Ok(Action::Run(request)),
        None => by_clap(args),
    }
}

fn by_clap(args: &[OsString]) -> Result<Action, Error> {
    let mut command = Typed::command();
    let (own, rest) = parted(args, &command);
    let argv = [OsString::from("vrun")]
        .into_iter()
        .chain(own.iter().cloned());
    let matches = match command.try_get_matches_from_mut(argv) {
        Ok(matches) => matches,
        Err(error) => return printed(error),
    };
    let typed = Typed::from_arg_matches(&matches).map_err(usage)?;
    let asked = to_run(&typed, rest);
    wanted::refuse(&typed, &Sources(&matches))?;
    if !typed.create {
        making::refuse(&matches)?;
    }
    match (typed.action(), asked) {
        (Some(action), Some((ask, _))) => Err(not_alone(action, &ask)),
        (Some(action), None) => act(action, typed, &matches),
        (None, Some((ask, args))) => request(ask, args, &typed, &matches).map(Action::Run),
        (None, None) if Sources(&matches).is_typed("sync") => {
            Ok(Action::Sync(scope(&typed, &matches)?, creation(&typed)))
        }
        (None, None) => Ok(Action::Nothing(plain(command.render_help()))),
    }
}

impl Typed {
    /// The action that was typed, which runs no program.
    fn action(&self) -> Option<&'static str> {
        let actions = [
            (self.create, "--create"),
            (self.doctor, "--doctor"),
            (self.repair, "--repair"),
        ];
        let mut typed = actions.into_iter().filter(|(is_typed, _)| *is_typed);
        typed.next().map(|(_, name)| name)
    }
}

fn act(action: &str, typed: Typed, matches: &ArgMatches) -> Result<Action, Error> {
    let scope = scope(&typed, matches)?;
    match action {
        "--doctor" if typed.json => Ok(Action::Doctor(scope, Format::Json)),
        "--doctor" => Ok(Action::Doctor(scope, Format::Text)),
        "--repair" => Ok(Action::Repair(scope)),
        _ if typed.no_create && !Sources(matches).is_variable("no_create") => {
            Err(Error::failed("--create and --no-create ask for opposite things").hint(HELP))
        }
        _ => Ok(Action::Create(scope, typed.making.options()?)),
    }
}

/// The program and its arguments, where there is one.
fn to_run<'a>(typed: &Typed, rest: &'a [OsString]) -> Option<(Ask, &'a [OsString])> {
    match (&typed.script, &typed.module) {
        (Some(file), _) => Some((Ask::Script(file.clone()), rest)),
        (_, Some(module)) => Some((Ask::Module(module.clone()), rest)),
        _ => rest
            .split_first()
            .map(|(name, args)| (Ask::Command(name.clone()), args)),
    }
}

/// An action runs no program; who types `--create DIR` means a path, as with `python -m venv DIR`.
fn not_alone(action: &str, ask: &Ask) -> Error {
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

/// What was typed, with what that means.
fn request(
    ask: Ask,
    args: &[OsString],
    typed: &Typed,
    matches: &ArgMatches,
) -> Result<Request, Error> {
    Ok(Request {
        scope: scope(typed, matches)?,
        ask,
        args: args.to_vec(),
        creation: creation(typed),
        foreign: if typed.outside {
            Foreign::Allowed
        } else {
            Foreign::Refused
        },
    })
}

fn creation(typed: &Typed) -> Creation {
    if typed.no_create {
        Creation::Never
    } else {
        Creation::OnFirstUse
    }
}

fn scope(typed: &Typed, matches: &ArgMatches) -> Result<Scope, Error> {
    let sources = Sources(matches);
    let from = if sources.is_variable("python") {
        "VRUN_PYTHON"
    } else {
        "--python"
    };
    let python = sources
        .given("python", typed.python.as_deref())?
        .map(|text| Wish {
            text: text.into(),
            from,
        });
    let named = if sources.is_variable("env") {
        Named::ByVariable
    } else {
        Named::ByOption
    };
    Ok(Scope {
        directories: directories(&typed.directory),
        project: sources
            .given("project", typed.project.as_deref())?
            .map(PathBuf::from),
        env: sources
            .given("env", typed.env.as_deref())?
            .map(|path| named(path.into())),
        python,
        wishes: wanted::wishes(typed, &sources)?,
        mode: if typed.dry_run {
            Mode::DryRun
        } else {
            Mode::Real
        },
        voice: match (typed.quiet, typed.verbose) {
            (true, true) if sources.weight("verbose") > sources.weight("quiet") => Voice::Verbose,
            (true, _) => Voice::Quiet,
            (false, true) => Voice::Verbose,
            (false, false) => Voice::Normal,
        },
    })
}

/// An empty directory changes nothing, as with `git -C`.
fn directories(typed: &[OsString]) -> Vec<PathBuf> {
    let named = typed.iter().filter(|directory| !directory.is_empty());
    named.map(PathBuf::from).collect()
}

/// clap answers `-h` and `-V` with an "error" that holds the text.
fn printed(error: clap::Error) -> Result<Action, Error> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            Ok(Action::Print(plain(error.render())))
        }
        _ => Err(usage(error)),
    }
}

/// clap's message, in the form of all of vrun's.
fn usage(error: clap::Error) -> Error {
    let text = plain(error.render());
    let message = text.split("\n\n").next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let line: Vec<_> = message.lines().map(str::trim).collect();
    Error::failed(line.join(" ")).hint(HELP)
}

fn plain(text: StyledStr) -> String {
    text.to_string()
}
