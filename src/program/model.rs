//! What the user asks to run, and what will run for it.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::os::{self, ArgQuoting};
use crate::venv::SubstitutePython;

use super::handoff::HANDOFF_VAR;
use super::shell_line::ShellLine;

/// What to run.
#[derive(Clone, Debug)]
pub(crate) enum Invocation {
    /// A program, by name or path; or a Python file.
    Command(OsString),
    /// The program of the name that vrun was called by.
    Shim(OsString),
    /// `-m`: a module, as `python -m` takes it.
    Module(OsString),
    /// `-s`: a Python file; the environment is looked for from its directory.
    Script(OsString),
    /// `-c`: a command line for a shell.
    ShellLine(ShellLine),
}

/// Whether a program of another Python may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ForeignPolicy {
    Refused,
    /// `--outside`
    Allowed,
}

/// What will run.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub file: PathBuf,
    /// Its arguments, `argv[0]` first.
    pub argv: Vec<OsString>,
    /// Set if `file` runs instead of the environment's Python, under its name.
    pub substitute: Option<SubstitutePython>,
    pub run_by: RunBy,
    /// One line each, printed before the program starts.
    pub warnings: Vec<String>,
    pub quoting: ArgQuoting,
    /// The shell for a `-c` line that is run without it; if the program does not start, this shell reports why.
    pub fallback_shell: Option<Box<Program>>,
    /// The value of `HANDOFF_VAR`, if a shim runs a program outside the environment.
    pub handoff: Option<OsString>,
}

/// Which Python runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunBy {
    /// No Python, the Python of another environment, or one that the program finds itself.
    Other,
    EnvPython,
    /// The environment's Python, although the program names a different one.
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

    pub(super) fn for_env_python(file: PathBuf, argv: Vec<OsString>) -> Program {
        Program {
            run_by: RunBy::EnvPython,
            ..Program::new(file, argv)
        }
    }

    /// `vars`, and those that this program needs in addition.
    pub(crate) fn child_vars(
        &self,
        mut vars: Vec<(OsString, OsString)>,
    ) -> Vec<(OsString, OsString)> {
        let prefix = self
            .substitute
            .iter()
            .filter_map(|python| python.prefix.as_ref());
        vars.extend(prefix.map(|dir| ("PYTHONHOME".into(), dir.into())));
        if let Some(handoff) = &self.handoff {
            vars.retain(|(name, _)| !os::is_same_var(name, HANDOFF_VAR));
            vars.push((HANDOFF_VAR.into(), handoff.clone()));
        }
        vars
    }
}
