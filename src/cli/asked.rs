//! What argv and vrun's variables ask for, in the program's own words.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::create::{Options, Wish};
use crate::program::{Ask, Foreign};
use crate::report::export::{Dialect, Reader};
use crate::requirements::Wishes;
use crate::view::Isolation;
use crate::voice::Voice;

/// What argv and vrun's variables ask for.
#[derive(Debug)]
pub enum Action {
    /// Print this on stdout and stop: the help, the version, a completion script, the man page.
    Print(String),
    /// Nothing was asked; print this on stderr.
    Nothing(String),
    /// Run a program.
    Run(Request),
    /// Bring what is installed in line with the requirement files.
    Sync(Scope, Creation),
    /// Make the environment, and say where it is.
    Create(Scope, Options),
    /// Say which environment it is, and what its programs see.
    Info(Scope, Format),
    /// Say what gives a shell the environment.
    Export(Scope, Reader),
    /// Say what takes it back.
    Undo(Dialect),
    /// Say which file would run.
    Which(Request, Extent),
    /// Say what is wrong with the environment.
    Doctor(Scope, Format),
    /// Mend it.
    Repair(Scope),
    /// Name its programs, for a shell to complete.
    Programs(Scope),
    /// Put shims of these names into a directory.
    Shims(Scope, PathBuf, Vec<OsString>),
}

/// For whom an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// People.
    Text,
    /// Programs.
    Json,
}

/// How many files are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The one that would run.
    First,
    /// All that bear the name.
    All,
}

/// Which environment is meant, and how it is gone about.
#[derive(Debug)]
pub struct Scope {
    /// Where to go first, one after the other.
    pub directories: Vec<PathBuf>,
    /// Where to look from, when not from the working directory.
    pub project: Option<PathBuf>,
    /// The environment, when it is named.
    pub env: Option<Named>,
    /// What Python was asked for.
    pub python: Option<Wish>,
    /// What is to be installed.
    pub wishes: Wishes,
    /// Whether code that lies in no environment may come in.
    pub isolation: Isolation,
    /// Whether it is done, or only told.
    pub mode: Mode,
    /// How much vrun says.
    pub voice: Voice,
}

impl Scope {
    /// Whether it took an option to come to this environment from here.
    pub fn is_by_option(&self) -> bool {
        let is_named = matches!(self.env, Some(Named::ByOption(_)));
        is_named || self.project.is_some() || !self.directories.is_empty()
    }
}

/// A program to run, and how.
#[derive(Debug)]
pub struct Request {
    /// In which environment.
    pub scope: Scope,
    /// The program.
    pub ask: Ask,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Whether a missing environment is made.
    pub creation: Creation,
    /// Whether a program of another Python may run.
    pub foreign: Foreign,
    /// Where a script runs that says what it requires.
    pub scripts: Scripts,
}

/// An environment that was named.
#[derive(Debug)]
pub enum Named {
    /// By `--env`: relative to the working directory.
    ByOption(PathBuf),
    /// By `VRUN_ENV`: relative to the project, so that it means one place from any subfolder.
    ByVariable(PathBuf),
}

/// Where a script runs that says in itself what it requires (PEP 723).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    /// In an environment of its own.
    OnTheirOwn,
    /// In the project's, as all else: `--no-script-env`.
    InTheProject,
}

/// Whether a missing environment is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// On first use.
    OnFirstUse,
    /// Never.
    Never,
}

/// Whether what was asked for is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is.
    Real,
    /// What would be done is printed instead.
    DryRun,
}
