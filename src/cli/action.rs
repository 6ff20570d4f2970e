//! The action that argv and vrun's variables ask for.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ValueEnum;

use crate::create::VenvOptions;
use crate::process::Verbosity;
use crate::program::{ForeignPolicy, Invocation};
use crate::python::ExplicitRequest;
use crate::render::export::{ExportShell, Target};
use crate::requirements::InstallOptions;
use crate::view::Isolation;

#[derive(Debug)]
pub(crate) enum Action {
    /// The help, the version, a completion script, the man page: for stdout.
    Print(String),
    Complete(Completion),
    /// No command and no action: the help, for stderr.
    MissingCommand(String),
    Run(RunRequest),
    /// `--sync` without a command.
    Sync(Settings, AutoCreate),
    Create(Settings, VenvOptions),
    Info(Settings, Format),
    Export(Settings, Target),
    UndoExport(ExportShell),
    Which(RunRequest, WhichMode),
    Doctor(Settings, Format),
    Repair(Settings),
    Cache(Settings, CacheWork, Format),
    /// The directory and the names.
    Shims(Settings, PathBuf, Vec<OsString>),
}

/// A command line that is being typed, up to the cursor.
#[derive(Debug)]
pub(crate) struct Completion {
    pub shell: CompletionShell,
    /// What the options before the cursor mean; None if they are wrong.
    pub settings: Option<Settings>,
    /// The start of the last word, if it holds an option and a part of its value: `--env=`.
    pub prefix: OsString,
    /// The rest of the last word.
    pub typed: OsString,
    pub subject: Subject,
}

/// What completes the last word.
#[derive(Debug)]
pub(crate) enum Subject {
    /// One of these, each with its description.
    OneOf(Vec<(String, String)>),
    /// A program of the environment or on PATH, or a file that Python runs.
    Command,
    /// The name of a program of the environment.
    ProgramName,
    Module,
    PythonRequest,
    /// A dependency group of the project.
    Group,
    /// An extra of the project.
    Extra,
    Environment,
    Directory,
    File,
    /// An argument of another command: the number of words, from that command on.
    Argument(usize),
}

/// The values of `--completions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompletionShell {
    Bash,
    Elvish,
    Fish,
    Nushell,
    #[value(name = "powershell")]
    PowerShell,
    Zsh,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

/// What is done about what vrun keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheWork {
    Show,
    /// `--clear`
    Clear,
    /// `--clear --unused`
    ClearUnused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhichMode {
    /// The file that would run.
    First,
    /// Every file of the name.
    All,
}

/// The options that all actions share.
#[derive(Debug)]
pub(crate) struct Settings {
    /// `-C`: change to each in turn.
    pub directories: Vec<PathBuf>,
    /// `--project`: where the search starts, instead of the working directory.
    pub project: Option<PathBuf>,
    /// The explicit environment.
    pub env: Option<EnvSource>,
    /// A Python file, for an action that is about the environment it runs in.
    pub script: Option<(Invocation, ScriptEnv)>,
    pub python: Option<ExplicitRequest>,
    pub install_options: InstallOptions,
    pub isolation: Isolation,
    pub mode: Mode,
    pub verbosity: Verbosity,
}

impl Settings {
    /// Whether vrun needs an option to find this environment from here.
    pub(crate) fn has_location_option(&self) -> bool {
        matches!(self.env, Some(EnvSource::ByOption(_)))
            || self.project.is_some()
            || !self.directories.is_empty()
    }
}

/// A program to run.
#[derive(Debug)]
pub(crate) struct RunRequest {
    pub settings: Settings,
    pub invocation: Invocation,
    pub args: Vec<OsString>,
    pub auto_create: AutoCreate,
    pub foreign: ForeignPolicy,
    pub script_env: ScriptEnv,
}

#[derive(Debug)]
pub(crate) enum EnvSource {
    /// `--env`, relative to the working directory.
    ByOption(PathBuf),
    /// `VRUN_ENV`, relative to the project, so that it means the same from any subdirectory.
    ByVariable(PathBuf),
}

/// Where a script with inline metadata (PEP 723) runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptEnv {
    /// In its own environment.
    Separate,
    /// In the project's environment: `--no-script-env`.
    Project,
}

/// Whether to create a missing environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AutoCreate {
    OnFirstUse,
    /// For a shim: on first use, but only on a terminal or in CI.
    WhereSeen,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Real,
    /// Print what would be done.
    DryRun,
}
