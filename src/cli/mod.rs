//! argv and the variables of the options -> what is to be done. clap lives here only.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser};

use crate::error::Error;
use crate::program::Ask;

mod acting;
mod asked;
mod bare;
mod completions;
mod lined;
mod making;
mod manual;
mod meant;
mod parted;
mod shim;
mod sources;
mod switch;
mod wanted;

pub use asked::{Action, Creation, Extent, Format, Mode, Named, Request, Scope, Scripts};

use acting::Acting;
use making::Making;
use parted::{Parts, parted};
use sources::Sources;
use switch::Switch;

const HELP: &str = "`vrun --help` lists what there is";

const USAGE: &str = "vrun [OPTIONS] COMMAND [ARG]...
       vrun [OPTIONS] FILE.py [ARG]...
       vrun [OPTIONS] -s FILE [ARG]...
       vrun [OPTIONS] -m MODULE [ARG]...
       vrun [OPTIONS] -c LINE [ARG]...
       vrun [OPTIONS] --sync [COMMAND [ARG]...]
       vrun [OPTIONS] --create [OPTIONS OF --create]
       vrun [OPTIONS] --info [--json | --json-schema]
       vrun [OPTIONS] --doctor [--json] | --repair
       vrun [OPTIONS] --export SHELL [--undo]
       vrun [OPTIONS] --which [-a] NAME
       vrun [OPTIONS] --shims DIR NAME...
       vrun --completions SHELL | --man";

// The groups of options in the help, in their order.
const PROGRAM: &str = "Program";
const ENVIRONMENT: &str = "Environment";
const REQUIREMENTS: &str = "Requirements";
const GENERAL: &str = "General";

const AFTER_HELP: &str = "\
Variables: VRUN_PROJECT, VRUN_ENV and VRUN_REQUIREMENTS (both from the project),
VRUN_PYTHON, VRUN_NO_CREATE, VRUN_NO_INSTALL, VRUN_NO_SCRIPT_ENV, VRUN_OUTSIDE,
VRUN_ISOLATED, VRUN_QUIET and VRUN_VERBOSE stand for the options of their names.
VRUN_SYNC=1 installs what has changed, before a command runs; VRUN_INSTALLER
says pip or uv; VRUN_SHELL names the shell of -c, instead of sh. VRUN_NAME
replaces the names .venv, venv and env; VRUN_CEILING_DIRECTORIES ends the
search, as git's does; VRUN_CACHE_DIR moves the cache.

SHELL: sh, bash, zsh, fish, powershell, cmd; dotenv and github are files.

Exit status: the program's own; 125 where vrun failed, 126 where the program
cannot be run or is refused, 127 where there is none, 130 where Ctrl-C ended
the making of an environment.";

/// Run a command in the project's virtual environment, made on first use
#[derive(Debug, Parser)]
#[command(name = "vrun", version, override_usage = USAGE, after_help = AFTER_HELP, disable_help_flag = true, disable_version_flag = true)]
struct Typed {
    /// Run FILE with the Python of its own environment
    #[arg(short = 's', value_name = "FILE", allow_hyphen_values = true, help_heading = PROGRAM)]
    script: Option<OsString>,

    /// Run MODULE, as `python -m MODULE` does
    #[arg(short = 'm', value_name = "MODULE", allow_hyphen_values = true, help_heading = PROGRAM)]
    module: Option<OsString>,

    /// Run LINE as `sh -c` does, with -e -u -x -o NAME
    #[arg(short = 'c', value_name = "LINE", allow_hyphen_values = true, conflicts_with_all = ["script", "module"], help_heading = PROGRAM)]
    line: Option<OsString>,

    /// Let a program of another Python run
    #[arg(long, env = "VRUN_OUTSIDE", hide_env = true, value_parser = Switch, overrides_with = "outside", help_heading = PROGRAM)]
    outside: bool,

    /// Let in no code of PYTHONPATH and its kin
    #[arg(long, env = "VRUN_ISOLATED", hide_env = true, value_parser = Switch, overrides_with = "isolated", help_heading = PROGRAM)]
    isolated: bool,

    /// Print what would run, quoted for a shell, and stop
    #[arg(short = 'n', long, overrides_with = "dry_run", help_heading = PROGRAM)]
    dry_run: bool,

    /// Go to DIR first
    #[arg(short = 'C', long, value_name = "DIR", help_heading = ENVIRONMENT)]
    directory: Vec<OsString>,

    /// Look for the environment from DIR, and stay here
    #[arg(long, value_name = "DIR", env = "VRUN_PROJECT", hide_env = true, help_heading = ENVIRONMENT)]
    project: Option<OsString>,

    /// Use this environment, without a search
    #[arg(long, value_name = "PATH", env = "VRUN_ENV", hide_env = true, help_heading = ENVIRONMENT)]
    env: Option<OsString>,

    /// Ask for a Python: 3.12, '>=3.10', pypy3.10, a path
    #[arg(short, long, value_name = "REQUEST", env = "VRUN_PYTHON", hide_env = true, help_heading = ENVIRONMENT)]
    python: Option<OsString>,

    /// Make no environment where there is none
    #[arg(long, env = "VRUN_NO_CREATE", hide_env = true, value_parser = Switch, overrides_with = "no_create", help_heading = ENVIRONMENT)]
    no_create: bool,

    /// Heed no block with what a script requires
    #[arg(long, env = "VRUN_NO_SCRIPT_ENV", hide_env = true, value_parser = Switch, overrides_with = "no_script_env", help_heading = REQUIREMENTS)]
    no_script_env: bool,

    /// Install what the project requires, now
    #[arg(long, env = "VRUN_SYNC", hide_env = true, value_parser = Switch, overrides_with = "sync", help_heading = REQUIREMENTS)]
    sync: bool,

    /// With --sync: remove what nothing asks for
    #[arg(long, overrides_with = "exact", help_heading = REQUIREMENTS)]
    exact: bool,

    /// Install nothing unasked
    #[arg(long, env = "VRUN_NO_INSTALL", hide_env = true, value_parser = Switch, overrides_with = "no_install", help_heading = REQUIREMENTS)]
    no_install: bool,

    /// Take what to install from FILE
    #[arg(long, value_name = "FILE", env = "VRUN_REQUIREMENTS", hide_env = true, help_heading = REQUIREMENTS)]
    requirements: Option<OsString>,

    #[command(flatten)]
    acting: Acting,

    #[command(flatten)]
    making: Making,

    /// Say nothing but errors
    #[arg(short, long, env = "VRUN_QUIET", hide_env = true, value_parser = Switch, overrides_with = "quiet", help_heading = GENERAL)]
    quiet: bool,

    /// Say which environment and program, and why
    #[arg(short, long, env = "VRUN_VERBOSE", hide_env = true, value_parser = Switch, overrides_with = "verbose", help_heading = GENERAL)]
    verbose: bool,

    /// Print this help
    #[arg(short, long, action = clap::ArgAction::Help, help_heading = GENERAL)]
    help: (),

    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version, help_heading = GENERAL)]
    version: (),
}

/// Reads argv, and in it, where vrun is called by its own name, its options; and through clap's `env` the variables
/// that options have.
///
/// # Errors
/// A usage error (125).
pub fn parse(args: &[OsString], vars: &[(OsString, OsString)]) -> Result<Action, Error> {
    let name = shim::name(args.first());
    let args = args.get(1..).unwrap_or_default();
    if let Some(name) = name {
        return shim::request(name, args, vars).map(Action::Run);
    }
    match bare::request(args, vars) {
        Some(request) => Ok(Action::Run(request)),
        None if args.first().is_some_and(|word| word == acting::PROGRAMS) => {
            Ok(offered(args, vars))
        }
        None => by_clap(args, vars),
    }
}

/// What a shell asks of a line that a person is typing: it is not whole yet, or wrong, or asks for the help.
fn offered(args: &[OsString], vars: &[(OsString, OsString)]) -> Action {
    match by_clap(args, vars) {
        Ok(action @ Action::Programs(_)) => action,
        _ => Action::Print(String::new()),
    }
}

fn by_clap(args: &[OsString], vars: &[(OsString, OsString)]) -> Result<Action, Error> {
    let mut command = Typed::command();
    let Parts { own, lined, rest } = parted(args, &command);
    lined.refuse()?;
    let argv = [OsString::from("vrun")].into_iter().chain(own);
    let matches = match command.try_get_matches_from_mut(argv) {
        Ok(matches) => matches,
        Err(error) => return printed(error),
    };
    let typed = Typed::from_arg_matches(&matches).map_err(usage)?;
    let asked = match &typed.line {
        Some(text) => Some((Ask::Line(lined.line(text, vars)), rest)),
        None => to_run(&typed, rest),
    };
    wanted::refuse(&typed, &Sources(&matches))?;
    typed.acting.refuse()?;
    let action = typed.acting.named();
    if action != Some("--create") {
        making::refuse(&matches)?;
    }
    match (action, asked) {
        (Some("--which"), asked) => acting::which(asked, &typed, &matches),
        (Some("--shims"), asked) => acting::shims(asked, typed, &matches),
        (Some(action), Some((ask, _))) => Err(acting::not_alone(action, &ask)),
        (Some(action), None) => acting::action(action, typed, &matches),
        (None, Some((ask, args))) => meant::request(ask, args, &typed, &matches).map(Action::Run),
        (None, None) if Sources(&matches).is_typed("sync") => {
            let scope = meant::scope(&typed, &matches)?;
            Ok(Action::Sync(scope, meant::creation(&typed)))
        }
        (None, None) => Ok(Action::Nothing(plain(command.render_help()))),
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
