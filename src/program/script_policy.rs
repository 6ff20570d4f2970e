//! A program that was found -> the same, or run by this environment's Python, or refused: its head says which Python
//! starts it (`script_interpreter.rs`).
//!
//! Wrong code would run silently otherwise: a console script of an environment that was moved or copied still names the
//! old location, and one from elsewhere on PATH sees the packages of another Python, not those of this project.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::quote::printable;
use crate::{os, self_exe, venv};

use super::context::ResolveContext;
use super::missing_python::{self, EnvPython};
use super::model::{ForeignPolicy, Program, RunBy};
use super::not_found::foreign_program_refused;
use super::python_names::{is_python_name, is_python_source};
use super::script_interpreter::{
    ScriptInterpreter, ScriptPython, detect_interpreter, is_in_scripts_dir,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FoundBy {
    /// Its name, in the scripts directory or on PATH.
    Name,
    /// Its path: that very file is meant.
    Path,
}

/// A program that was found, before its head is read.
#[derive(Debug)]
pub(super) struct FoundProgram<'a> {
    pub file: PathBuf,
    pub argv: Vec<OsString>,
    pub found_by: FoundBy,
    pub context: &'a ResolveContext<'a>,
}

impl FoundProgram<'_> {
    /// The program as it is to be run.
    ///
    /// # Errors
    /// It would run with a Python that has no environment, and was found by its name alone (126).
    pub(super) fn apply_policy(self) -> Result<Program, Error> {
        let context = self.context;
        let scripts = context.scripts_dir();
        let parent = self.file.parent().unwrap_or(&self.file);
        let is_within = parent == scripts
            || self.found_by == FoundBy::Path && os::is_same_file(parent, &scripts);
        if !is_within && context.foreign == ForeignPolicy::Allowed {
            return Ok(self.unchanged());
        }
        let name = self.file.file_name().unwrap_or_default();
        if is_within && is_python_name(name) {
            let python = missing_python::check_python(scripts.join(name), context)?;
            return match python.substitute {
                Some(_) => python.into_program(self.argv.into_iter().skip(1).collect(), context),
                None => Ok(Program::for_env_python(self.file, self.argv)),
            };
        }
        if !os::HAS_SHEBANGS {
            let script = find_companion_script(&self.file).filter(|_| is_within);
            let file = script.unwrap_or_else(|| self.file.clone());
            if is_python_source(file.as_os_str()) {
                return FoundProgram { file, ..self }.run_by_env_python(Vec::new());
            }
        }
        self.apply_head(is_within, &scripts)
    }

    fn apply_head(self, is_within: bool, scripts: &Path) -> Result<Program, Error> {
        // A file that cannot be read may still run, or the system says what is wrong with it.
        let Ok(interpreter) = detect_interpreter(&self.file) else {
            return Ok(self.unchanged());
        };
        match interpreter {
            ScriptInterpreter::Python(python) if is_in_scripts_dir(&python.path, scripts) => {
                if !python.path.exists() || !python.is_valid && is_within {
                    return self.run_by_env_python(python.flags);
                }
                let env_python = missing_python::check_python(python.path, self.context)?;
                self.run_by_shebang(&env_python, python.flags)
            }
            // The user put the link there, and means what it leads to.
            ScriptInterpreter::Python(_) if is_within && is_link_outside(&self.file, scripts) => {
                Ok(self.unchanged())
            }
            // It names the Python of the environment that it was created in.
            ScriptInterpreter::Python(ScriptPython { flags, .. }) if is_within => Ok(Program {
                run_by: RunBy::EnvPythonInstead,
                ..self.run_by_env_python(flags)?
            }),
            ScriptInterpreter::Python(interpreter) => self.run_foreign(interpreter),
            // The first Python on PATH is the one of this environment. If that is missing, the next one there would run
            // the script.
            ScriptInterpreter::RuntimeLookup(flags) => {
                let python = missing_python::find_env_python("python".as_ref(), self.context)?;
                self.run_by_shebang(&python, flags)
            }
            ScriptInterpreter::ManagerShim(manager) if self.found_by == FoundBy::Name => {
                let what =
                    format!("is a shim of {manager} that runs a Python without an environment");
                Err(foreign_program_refused(&self.file, &what, self.context))
            }
            ScriptInterpreter::ManagerShim(_) | ScriptInterpreter::Other => Ok(self.unchanged()),
        }
    }

    fn unchanged(self) -> Program {
        Program::new(self.file, self.argv)
    }

    /// The kernel starts the script with `python`, unless that needs a substitute.
    fn run_by_shebang(self, python: &EnvPython, flags: Vec<OsString>) -> Result<Program, Error> {
        match python.substitute {
            Some(_) => self.run_by_env_python(flags),
            None => Ok(Program::for_env_python(self.file, self.argv)),
        }
    }

    /// Runs the script with this environment's Python, whatever its shebang names, with the arguments the kernel would
    /// pass.
    fn run_by_env_python(self, flags: Vec<OsString>) -> Result<Program, Error> {
        let python = missing_python::find_env_python("python".as_ref(), self.context)?;
        let args = flags.into_iter().chain([self.file.into()]);
        let args = args.chain(self.argv.into_iter().skip(1));
        python.into_program(args.collect(), self.context)
    }

    /// A script that names a Python outside this environment.
    fn run_foreign(self, interpreter: ScriptPython) -> Result<Program, Error> {
        let ScriptPython { path, flags, .. } = interpreter;
        // vrun's own shim would start this environment's Python.
        if self_exe::is_shim(&path, self.context.self_exe.as_deref()) {
            return self.run_by_env_python(flags);
        }
        // The system's own error is the clearest for a missing file.
        if !path.exists() {
            return Ok(self.unchanged());
        }
        let python = match venv::env_of_python(&path) {
            Some(root) => format!("the environment {}", printable(root)),
            None if self.found_by == FoundBy::Path => printable(&path),
            None => {
                let what = format!("runs with {}, which has no environment", printable(&path));
                return Err(foreign_program_refused(&self.file, &what, self.context));
            }
        };
        let warning = format!(
            "{} runs with {python}, and does not see the packages of {}",
            printable(&self.file),
            printable(self.context.root)
        );
        Ok(Program {
            warnings: vec![warning],
            ..self.unchanged()
        })
    }
}

/// The script that a launcher of setuptools or conda starts: `tool-script.py` beside `tool.exe`.
fn find_companion_script(program: &Path) -> Option<PathBuf> {
    let mut name = program.file_stem()?.to_owned();
    name.push("-script.py");
    Some(program.with_file_name(name)).filter(|script| script.is_file())
}

/// Whether `file`, in the scripts directory, is a link to a file elsewhere.
fn is_link_outside(file: &Path, scripts: &Path) -> bool {
    if fs::read_link(file).is_err() {
        return false;
    }
    let target = dunce::canonicalize(file).unwrap_or_default();
    let is_scripts_dir = |dir| os::is_same_file(dir, scripts);
    !target.parent().is_some_and(is_scripts_dir)
}
