//! The options that are actions, which run no program -> the action.

use std::ffi::OsString;

use clap::Args;

use crate::error::Error;

use super::action::Format;
use super::args::PROGRAMS_FLAG;
use super::completions::Shell;

/// The actions, and the options that belong to one of them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Actions, which run no program")]
pub(super) struct ActionArgs {
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
    pub(crate) json_schema: bool,

    /// Mend what is wrong with it
    #[arg(long, overrides_with = "repair", group = "action")]
    repair: bool,

    /// Print lines that give a shell the environment
    #[arg(long, value_name = "SHELL", value_parser = EXPORT_TARGETS, hide_possible_values = true, group = "action")]
    pub(crate) export: Option<String>,

    /// With --export: the lines that take it back
    #[arg(long, overrides_with = "undo", requires = "export")]
    pub(crate) undo: bool,

    /// Print the path of the program that NAME would run
    #[arg(long, overrides_with = "which", group = "action")]
    which: bool,

    /// With --which: print all that there are
    #[arg(short = 'a', overrides_with = "all", requires = "which")]
    pub(crate) all: bool,

    /// Put shims called NAME... into DIR
    #[arg(long, value_name = "DIR", group = "action")]
    pub(crate) shims: Option<OsString>,

    /// Print what has SHELL complete vrun's command lines
    #[arg(
        long,
        value_name = "SHELL",
        hide_possible_values = true,
        group = "action"
    )]
    pub(crate) completions: Option<Shell>,

    /// Print the man page
    #[arg(long, overrides_with = "man", group = "action")]
    man: bool,

    /// Print the names of the environment's programs: what the completions ask
    #[arg(long, hide = true, conflicts_with_all = ["create", "info", "doctor", "repair", "export", "completions", "man"])]
    programs: bool,
}

/// Whom `--export` speaks to.
const EXPORT_TARGETS: [&str; 8] = [
    "sh",
    "bash",
    "zsh",
    "fish",
    "powershell",
    "cmd",
    "dotenv",
    "github",
];

impl ActionArgs {
    /// The action that was typed.
    pub(super) fn action_name(&self) -> Option<&'static str> {
        let actions = [
            // What completes the line of another action comes before that.
            (self.programs, PROGRAMS_FLAG),
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
    pub(super) fn validate(&self) -> Result<(), Error> {
        if self.json && !self.info && !self.doctor {
            let error = Error::failed("--json is an option of --info and --doctor");
            return Err(error.with_hint("`vrun --info --json`"));
        }
        Ok(())
    }

    pub(crate) fn output_format(&self) -> Format {
        if self.json {
            Format::Json
        } else {
            Format::Text
        }
    }
}
