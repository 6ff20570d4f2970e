//! What a person asks to run, and what will run for it.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::os::{self, ArgQuoting};
use crate::venv::SubstitutePython;

use super::shell_line::ShellLine;
use super::shim;

/// What was asked to run.
#[derive(Clone, Debug)]
pub(crate) enum Invocation {
    /// A program, by name or path; or a Python file.
    Command(OsString),
    /// A program by its name alone, which is the one that vrun was called by.
    Shim(OsString),
    /// `-m`: a module, as `python -m` takes it.
    Module(OsString),
    /// `-s`: a Python file that brings its place with it.
    Script(OsString),
    /// `-c`: a shell's command line.
    ShellLine(ShellLine),
}

/// Whether a program of another Python may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ForeignPolicy {
    /// It may not.
    Refused,
    /// `--outside`: it may.
    Allowed,
}

/// What will run.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// The file.
    pub file: PathBuf,
    /// Its arguments, its own name first.
    pub argv: Vec<OsString>,
    /// The file, where it stands in for the environment's Python: it has to be called by that one's name.
    pub substitute: Option<SubstitutePython>,
    /// Which Python runs it.
    pub run_by: RunBy,
    /// What a person should know of it, a line each.
    pub warnings: Vec<String>,
    /// How its arguments are handed over.
    pub quoting: ArgQuoting,
    /// What does the same as this program, and can say why it does not start: the shell of a `-c` line.
    pub fallback_shell: Option<Box<Program>>,
    /// What a shim leaves word of, where this is not the environment's: see `shim`.
    pub handoff: Option<OsString>,
}

/// Which Python runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunBy {
    /// None, or another environment's; or it finds one itself.
    Other,
    /// The environment's.
    EnvPython,
    /// The environment's, where the program itself names another.
    EnvPythonInstead,
}

impl Program {
    pub(crate) fn new(file: PathBuf, argv: Vec<OsString>) -> Program {
        Program {
            file,
            argv,
            substitute: None,
            run_by: RunBy::Other,
            warnings: Vec::new(),
            quoting: ArgQuoting::Standard,
            fallback_shell: None,
            handoff: None,
        }
    }

    pub(crate) fn for_env_python(file: PathBuf, argv: Vec<OsString>) -> Program {
        Program {
            run_by: RunBy::EnvPython,
            ..Program::new(file, argv)
        }
    }

    /// The variables of a process that is to have `vars`, and what this program is to be told beside them.
    pub(crate) fn child_vars(
        &self,
        mut vars: Vec<(OsString, OsString)>,
    ) -> Vec<(OsString, OsString)> {
        let prefix = self
            .substitute
            .iter()
            .filter_map(|other| other.prefix.as_ref());
        vars.extend(prefix.map(|dir| ("PYTHONHOME".into(), dir.into())));
        if let Some(word) = &self.handoff {
            vars.retain(|(name, _)| !os::is_same_var(name, shim::HANDOFF_VAR));
            vars.push((shim::HANDOFF_VAR.into(), word.clone()));
        }
        vars
    }
}
