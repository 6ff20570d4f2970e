//! What argv and vrun's variables ask for, in the program's own words.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::create::VenvOptions;
use crate::output::Verbosity;
use crate::program::{ForeignPolicy, Invocation};
use crate::python::ExplicitRequest;
use crate::render::export::{ExportShell, Target};
use crate::requirements::InstallOptions;
use crate::view::Isolation;

/// What argv and vrun's variables ask for.
#[derive(Debug)]
pub(crate) enum Action {
    /// Print this on stdout and stop: the help, the version, a completion script, the man page.
    Print(String),
    /// Nothing was asked; print this on stderr.
    MissingCommand(String),
    /// Run a program.
    Run(RunRequest),
    /// Bring what is installed in line with the requirement files.
    Sync(Settings, AutoCreate),
    /// Make the environment, and say where it is.
    Create(Settings, VenvOptions),
    /// Say which environment it is, and what its programs see.
    Info(Settings, Format),
    /// Say what gives a shell the environment.
    Export(Settings, Target),
    /// Say what takes it back.
    UndoExport(ExportShell),
    /// Say which file would run.
    Which(RunRequest, WhichMode),
    /// Say what is wrong with the environment.
    Doctor(Settings, Format),
    /// Mend it.
    Repair(Settings),
    /// Name its programs, for a shell to complete.
    ListPrograms(Settings),
    /// Put shims of these names into a directory.
    Shims(Settings, PathBuf, Vec<OsString>),
}

/// For whom an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// People.
    Text,
    /// Programs.
    Json,
}

/// How many files are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhichMode {
    /// The one that would run.
    First,
    /// All that bear the name.
    All,
}

/// Which environment is meant, and how it is gone about.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Where to go first, one after the other.
    pub directories: Vec<PathBuf>,
    /// Where to look from, when not from the working directory.
    pub project: Option<PathBuf>,
    /// The environment, when it is named.
    pub env: Option<EnvSource>,
    /// What Python was asked for.
    pub python: Option<ExplicitRequest>,
    /// What is to be installed.
    pub install_options: InstallOptions,
    /// Whether code that lies in no environment may come in.
    pub isolation: Isolation,
    /// Whether it is done, or only told.
    pub mode: Mode,
    /// How much vrun says.
    pub verbosity: Verbosity,
}

impl Settings {
    /// Whether it took an option to come to this environment from here.
    pub(crate) fn has_location_option(&self) -> bool {
        let is_named = matches!(self.env, Some(EnvSource::ByOption(_)));
        is_named || self.project.is_some() || !self.directories.is_empty()
    }
}

/// A program to run, and how.
#[derive(Debug)]
pub(crate) struct RunRequest {
    /// In which environment.
    pub settings: Settings,
    /// The program.
    pub invocation: Invocation,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Whether a missing environment is made.
    pub auto_create: AutoCreate,
    /// Whether a program of another Python may run.
    pub foreign: ForeignPolicy,
    /// Where a script runs that says what it requires.
    pub script_env: ScriptEnv,
}

/// An environment that was named.
#[derive(Debug)]
pub(crate) enum EnvSource {
    /// By `--env`: relative to the working directory.
    ByOption(PathBuf),
    /// By `VRUN_ENV`: relative to the project, so that it means one place from any subfolder.
    ByVariable(PathBuf),
}

/// Where a script runs that says in itself what it requires (PEP 723).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptEnv {
    /// In an environment of its own.
    Separate,
    /// In the project's, as all else: `--no-script-env`.
    Project,
}

/// Whether a missing environment is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AutoCreate {
    /// On first use.
    OnFirstUse,
    /// Never.
    Never,
}

/// Whether what was asked for is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is.
    Real,
    /// What would be done is printed instead.
    DryRun,
}
