//! The options as clap reads them, and the help it prints. What they mean is in `resolve.rs`, and for actions in
//! `resolve_action.rs`. A plain command or `-c` line, without option variables, bypasses clap: see `fast_path.rs`.

use std::ffi::{OsStr, OsString};

use clap::builder::TypedValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, Command, Parser};

use crate::error::Error;
use crate::quote::printable;
use crate::render::export::{ExportShell, Target};

use super::action::CompletionShell;

pub(super) const HELP_HINT: &str = "`vrun --help` lists all options";

// The groups of options in the help, in this order.
pub(super) const PROGRAM: &str = "Program";
pub(super) const ENVIRONMENT: &str = "Environment";
pub(super) const REQUIREMENTS: &str = "Requirements";
const ACTIONS: &str = "Actions (no program is run)";
pub(super) const CREATE_OPTIONS: &str = "Options of --create, as in `python -m venv`";
const GENERAL: &str = "General";

/// Run a command in the project's virtual environment, created on first use
#[derive(Debug, Parser)]
#[command(
    name = "vrun",
    version,
    disable_help_flag = true,
    disable_version_flag = true
)]
pub(super) struct CliArgs {
    /// Run FILE in the environment nearest to it
    #[arg(short = 's', value_name = "FILE", allow_hyphen_values = true, help_heading = PROGRAM)]
    pub(super) script: Option<OsString>,

    /// Run MODULE, like `python -m MODULE`
    #[arg(short = 'm', value_name = "MODULE", allow_hyphen_values = true, help_heading = PROGRAM)]
    pub(super) module: Option<OsString>,

    /// Run LINE, like `sh -c`, with -e -u -x -o NAME
    #[arg(short = 'c', value_name = "LINE", allow_hyphen_values = true, conflicts_with_all = ["script", "module"], help_heading = PROGRAM)]
    pub(super) line: Option<OsString>,

    /// Allow programs that belong to another Python
    #[arg(long, env = "VRUN_OUTSIDE", hide_env = true, value_parser = BoolFromEnv, overrides_with = "outside", help_heading = PROGRAM)]
    pub(super) outside: bool,

    /// Ignore PYTHONPATH and similar variables
    #[arg(long, env = "VRUN_ISOLATED", hide_env = true, value_parser = BoolFromEnv, overrides_with = "isolated", help_heading = PROGRAM)]
    pub(super) isolated: bool,

    /// Print what would run or be installed
    #[arg(short = 'n', long, overrides_with = "dry_run", help_heading = PROGRAM)]
    pub(super) dry_run: bool,

    /// Change to DIR first
    #[arg(short = 'C', long, value_name = "DIR", help_heading = ENVIRONMENT)]
    pub(super) directory: Vec<OsString>,

    /// Search from DIR, but run here
    #[arg(long, value_name = "DIR", env = "VRUN_PROJECT", hide_env = true, help_heading = ENVIRONMENT)]
    pub(super) project: Option<OsString>,

    /// Use this environment, without a search
    #[arg(long, value_name = "PATH", env = "VRUN_ENV", hide_env = true, help_heading = ENVIRONMENT)]
    pub(super) env: Option<OsString>,

    /// Use this Python: 3.12, '>=3.10', a path
    #[arg(short, long, value_name = "REQUEST", env = "VRUN_PYTHON", hide_env = true, help_heading = ENVIRONMENT)]
    pub(super) python: Option<OsString>,

    /// Do not create a missing environment
    #[arg(long, env = "VRUN_NO_CREATE", hide_env = true, value_parser = BoolFromEnv, overrides_with = "no_create", help_heading = ENVIRONMENT)]
    pub(super) no_create: bool,

    /// Ignore inline script metadata
    #[arg(long, env = "VRUN_NO_SCRIPT_ENV", hide_env = true, value_parser = BoolFromEnv, overrides_with = "no_script_env", help_heading = REQUIREMENTS)]
    pub(super) no_script_env: bool,

    /// Install what is required
    #[arg(long, env = "VRUN_SYNC", hide_env = true, value_parser = BoolFromEnv, overrides_with = "sync", help_heading = REQUIREMENTS)]
    pub(super) sync: bool,

    /// With --sync: remove packages nothing requires
    #[arg(long, overrides_with = "exact", help_heading = REQUIREMENTS)]
    pub(super) exact: bool,

    /// Install nothing without --sync
    #[arg(long, env = "VRUN_NO_INSTALL", hide_env = true, value_parser = BoolFromEnv, overrides_with = "no_install", help_heading = REQUIREMENTS)]
    pub(super) no_install: bool,

    /// Install only FILE; repeatable
    #[arg(long, value_name = "FILE", env = "VRUN_REQUIREMENTS", hide_env = true, help_heading = REQUIREMENTS)]
    pub(super) requirements: Vec<OsString>,

    /// Install a dependency group too; repeatable
    #[arg(long, value_name = "NAME", help_heading = REQUIREMENTS)]
    pub(super) group: Vec<String>,

    /// Install an extra of the project too; repeatable
    #[arg(long, value_name = "NAME", help_heading = REQUIREMENTS)]
    pub(super) extra: Vec<String>,

    /// Leave out what developers need
    #[arg(long, env = "VRUN_NO_DEV", hide_env = true, value_parser = BoolFromEnv, overrides_with = "no_dev", help_heading = REQUIREMENTS)]
    pub(super) no_dev: bool,

    #[command(flatten)]
    pub(super) action: ActionArgs,

    #[command(flatten)]
    pub(super) create: CreateArgs,

    /// Print errors only
    #[arg(short, long, env = "VRUN_QUIET", hide_env = true, value_parser = BoolFromEnv, overrides_with = "quiet", help_heading = GENERAL)]
    pub(super) quiet: bool,

    /// Explain which environment and program are used
    #[arg(short, long, env = "VRUN_VERBOSE", hide_env = true, value_parser = BoolFromEnv, overrides_with = "verbose", help_heading = GENERAL)]
    pub(super) verbose: bool,

    /// Print the help; --help TOPIC a chapter of it
    #[arg(short, long, action = clap::ArgAction::Help, help_heading = GENERAL)]
    help: (),

    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version, help_heading = GENERAL)]
    version: (),
}

/// The actions that run no program, and their options.
#[derive(Debug, Args)]
#[command(next_help_heading = ACTIONS)]
pub(super) struct ActionArgs {
    /// Create the environment and print its path
    #[arg(long, overrides_with = "create", group = "action")]
    create: bool,

    /// Show the environment and why it was chosen
    #[arg(long, overrides_with = "info", group = "action")]
    pub(super) info: bool,

    /// Report what is wrong with the environment
    #[arg(long, overrides_with = "doctor", group = "action")]
    pub(super) doctor: bool,

    /// With --info, --doctor or --cache: print JSON
    #[arg(long, overrides_with = "json", conflicts_with_all = ["create", "repair"])]
    pub(super) json: bool,

    /// With --info: print the JSON Schema of --json
    #[arg(long, overrides_with = "json_schema", conflicts_with_all = ["create", "repair"])]
    pub(super) json_schema: bool,

    /// Fix what is wrong with the environment
    #[arg(long, overrides_with = "repair", group = "action")]
    repair: bool,

    /// Show what vrun keeps; with --clear: remove it
    #[arg(long, overrides_with = "cache", group = "action")]
    pub(super) cache: bool,

    /// With --cache --clear: remove only what is unused
    #[arg(long, overrides_with = "unused")]
    pub(super) unused: bool,

    /// Print lines that apply the environment in SHELL
    #[arg(long, value_name = "SHELL", value_parser = EXPORT_TARGETS.map(|(name, _)| name), hide_possible_values = true, group = "action")]
    pub(super) export: Option<String>,

    /// With --export: print lines that undo it
    #[arg(long, overrides_with = "undo")]
    pub(super) undo: bool,

    /// Print the path of the program NAME would run
    #[arg(long, overrides_with = "which", group = "action")]
    which: bool,

    /// With --which: print all matches
    #[arg(short = 'a', overrides_with = "all")]
    pub(super) all: bool,

    /// Create shims called NAME... in DIR
    #[arg(long, value_name = "DIR", group = "action")]
    pub(super) shims: Option<OsString>,

    /// Print a completion script for SHELL
    #[arg(
        long,
        value_name = "SHELL",
        hide_possible_values = true,
        group = "action"
    )]
    pub(super) completions: Option<CompletionShell>,

    /// Print the man page
    #[arg(long, overrides_with = "man", group = "action")]
    man: bool,
}

impl ActionArgs {
    pub(super) fn action_name(&self) -> Option<&'static str> {
        let actions = [
            (self.create, "--create"),
            (self.info, "--info"),
            (self.doctor, "--doctor"),
            (self.repair, "--repair"),
            (self.cache, "--cache"),
            (self.export.is_some(), "--export"),
            (self.which, "--which"),
            (self.completions.is_some(), "--completions"),
            (self.man, "--man"),
            (self.shims.is_some(), "--shims"),
        ];
        let mut given = actions.into_iter().filter(|(is_given, _)| *is_given);
        given.next().map(|(_, name)| name)
    }
}

/// The values of `--export`.
pub(super) const EXPORT_TARGETS: [(&str, Target); 8] = [
    ("sh", Target::Shell(ExportShell::Posix)),
    ("bash", Target::Shell(ExportShell::Posix)),
    ("zsh", Target::Shell(ExportShell::Posix)),
    ("fish", Target::Shell(ExportShell::Fish)),
    ("powershell", Target::Shell(ExportShell::PowerShell)),
    ("cmd", Target::Shell(ExportShell::Cmd)),
    ("dotenv", Target::Dotenv),
    ("github", Target::GitHub),
];

/// The options of `python -m venv`, under its names.
#[derive(Debug, Args)]
#[command(next_help_heading = CREATE_OPTIONS)]
pub(super) struct CreateArgs {
    /// Give access to the base interpreter's packages
    #[arg(long, overrides_with = "system_site_packages")]
    pub(super) system_site_packages: bool,

    /// Link to the base interpreter
    #[arg(long, overrides_with = "symlinks", conflicts_with = "copies")]
    pub(super) symlinks: bool,

    /// Copy the base interpreter
    #[arg(long, overrides_with = "copies")]
    pub(super) copies: bool,

    /// Recreate an existing environment
    #[arg(long, overrides_with = "clear", conflicts_with = "upgrade")]
    pub(super) clear: bool,

    /// Update it to its base; with --sync: packages
    #[arg(long, overrides_with = "upgrade")]
    pub(super) upgrade: bool,

    /// Do not install pip
    #[arg(long, overrides_with = "without_pip", conflicts_with = "upgrade_deps")]
    pub(super) without_pip: bool,

    /// Show NAME in the shell prompt
    #[arg(long, value_name = "NAME", overrides_with = "prompt")]
    pub(super) prompt: Option<String>,

    /// Upgrade pip from the index
    #[arg(long, overrides_with = "upgrade_deps")]
    pub(super) upgrade_deps: bool,

    /// Do not write a .gitignore
    #[arg(long, overrides_with = "without_scm_ignore_files")]
    pub(super) without_scm_ignore_files: bool,
}

/// Parses a switch that a variable can set: 1, true, yes, on, or 0, false, no, off. An empty variable counts as unset.
#[derive(Clone)]
struct BoolFromEnv;

impl TypedValueParser for BoolFromEnv {
    type Value = bool;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<bool, clap::Error> {
        match value.to_str().map(str::to_ascii_lowercase).as_deref() {
            Some("1" | "true" | "yes" | "on") => Ok(true),
            Some("" | "0" | "false" | "no" | "off") => Ok(false),
            _ => {
                let variable = arg.and_then(Arg::get_env).unwrap_or_default();
                let text = format!(
                    "{}={} is neither on (1, true, yes, on) nor off (0, false, no, off)",
                    variable.to_string_lossy(),
                    printable(value)
                );
                Err(clap::Error::raw(ErrorKind::InvalidValue, text).with_cmd(command))
            }
        }
    }
}

/// clap's message as vrun's error.
pub(super) fn usage_error(error: clap::Error) -> Error {
    let text = error.render().to_string();
    let message = text.split("\n\n").next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let lines: Vec<_> = message.lines().map(str::trim).collect();
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let near = near.iter().find_map(|kind| error.get(*kind));
    let hint = match near.map(ContextValue::to_string) {
        Some(near) if !near.is_empty() => format!("did you mean `{near}`?"),
        _ => HELP_HINT.to_owned(),
    };
    Error::failed(printable(lines.join(" "))).with_hint(hint)
}
