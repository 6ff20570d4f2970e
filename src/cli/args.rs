//! The options as clap reads them, and the help that it prints.

use std::ffi::OsString;

use clap::Parser;

use super::action_args::ActionArgs;
use super::bool_from_env::BoolFromEnv;
use super::create_args::CreateArgs;

/// What the completions ask, as it is typed.
pub(super) const PROGRAMS_FLAG: &str = "--programs";

pub(super) const HELP_HINT: &str = "`vrun --help` lists what there is";

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
pub(super) struct CliArgs {
    /// Run FILE with the Python of its own environment
    #[arg(short = 's', value_name = "FILE", allow_hyphen_values = true, help_heading = PROGRAM)]
    pub(crate) script: Option<OsString>,

    /// Run MODULE, as `python -m MODULE` does
    #[arg(short = 'm', value_name = "MODULE", allow_hyphen_values = true, help_heading = PROGRAM)]
    pub(crate) module: Option<OsString>,

    /// Run LINE as `sh -c` does, with -e -u -x -o NAME
    #[arg(short = 'c', value_name = "LINE", allow_hyphen_values = true, conflicts_with_all = ["script", "module"], help_heading = PROGRAM)]
    pub(crate) line: Option<OsString>,

    /// Let a program of another Python run
    #[arg(long, env = "VRUN_OUTSIDE", hide_env = true, value_parser = BoolFromEnv, overrides_with = "outside", help_heading = PROGRAM)]
    pub(crate) outside: bool,

    /// Let in no code of PYTHONPATH and its kin
    #[arg(long, env = "VRUN_ISOLATED", hide_env = true, value_parser = BoolFromEnv, overrides_with = "isolated", help_heading = PROGRAM)]
    pub(crate) isolated: bool,

    /// Print what would run, quoted for a shell, and stop
    #[arg(short = 'n', long, overrides_with = "dry_run", help_heading = PROGRAM)]
    pub(crate) dry_run: bool,

    /// Go to DIR first
    #[arg(short = 'C', long, value_name = "DIR", help_heading = ENVIRONMENT)]
    pub(crate) directory: Vec<OsString>,

    /// Look for the environment from DIR, and stay here
    #[arg(long, value_name = "DIR", env = "VRUN_PROJECT", hide_env = true, help_heading = ENVIRONMENT)]
    pub(crate) project: Option<OsString>,

    /// Use this environment, without a search
    #[arg(long, value_name = "PATH", env = "VRUN_ENV", hide_env = true, help_heading = ENVIRONMENT)]
    pub(crate) env: Option<OsString>,

    /// Ask for a Python: 3.12, '>=3.10', pypy3.10, a path
    #[arg(short, long, value_name = "REQUEST", env = "VRUN_PYTHON", hide_env = true, help_heading = ENVIRONMENT)]
    pub(crate) python: Option<OsString>,

    /// Make no environment where there is none
    #[arg(long, env = "VRUN_NO_CREATE", hide_env = true, value_parser = BoolFromEnv, overrides_with = "no_create", help_heading = ENVIRONMENT)]
    pub(crate) no_create: bool,

    /// Heed no block with what a script requires
    #[arg(long, env = "VRUN_NO_SCRIPT_ENV", hide_env = true, value_parser = BoolFromEnv, overrides_with = "no_script_env", help_heading = REQUIREMENTS)]
    pub(crate) no_script_env: bool,

    /// Install what the project requires, now
    #[arg(long, env = "VRUN_SYNC", hide_env = true, value_parser = BoolFromEnv, overrides_with = "sync", help_heading = REQUIREMENTS)]
    pub(crate) sync: bool,

    /// With --sync: remove what nothing asks for
    #[arg(long, overrides_with = "exact", help_heading = REQUIREMENTS)]
    pub(crate) exact: bool,

    /// Install nothing unasked
    #[arg(long, env = "VRUN_NO_INSTALL", hide_env = true, value_parser = BoolFromEnv, overrides_with = "no_install", help_heading = REQUIREMENTS)]
    pub(crate) no_install: bool,

    /// Take what to install from FILE
    #[arg(long, value_name = "FILE", env = "VRUN_REQUIREMENTS", hide_env = true, help_heading = REQUIREMENTS)]
    pub(crate) requirements: Option<OsString>,

    #[command(flatten)]
    pub(crate) acting: ActionArgs,

    #[command(flatten)]
    pub(crate) making: CreateArgs,

    /// Say nothing but errors
    #[arg(short, long, env = "VRUN_QUIET", hide_env = true, value_parser = BoolFromEnv, overrides_with = "quiet", help_heading = GENERAL)]
    pub(crate) quiet: bool,

    /// Say which environment and program, and why
    #[arg(short, long, env = "VRUN_VERBOSE", hide_env = true, value_parser = BoolFromEnv, overrides_with = "verbose", help_heading = GENERAL)]
    pub(crate) verbose: bool,

    /// Print this help
    #[arg(short, long, action = clap::ArgAction::Help, help_heading = GENERAL)]
    help: (),

    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version, help_heading = GENERAL)]
    version: (),
}
