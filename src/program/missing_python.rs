//! A name of the environment's Python -> the file that is started for it, also if that Python is missing.
//!
//! That is the one in the scripts directory. If it leads to another minor version, it is refused, because it would
//! start and see none of the packages. If it leads nowhere, an interpreter of the same minor version is started
//! instead, under its name and with a warning; `python/substitute.rs` finds that interpreter.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::error::Error;
use crate::health::{self, Problem};
use crate::os;
use crate::quote::printable;
use crate::venv::{self, MinorVersion, SubstitutePython};

use super::context::ResolveContext;
use super::model::Program;
use super::python_names::is_python_name;
use super::{broken, not_found};

/// The environment's Python, by one of its names.
#[derive(Debug)]
pub(super) struct EnvPython {
    /// Its path in the environment, which becomes `argv[0]`, whether the file exists or not.
    pub path: PathBuf,
    /// What is started instead, and why.
    pub substitute: Option<(SubstitutePython, Problem)>,
}

impl EnvPython {
    /// The program that runs it with `args`.
    ///
    /// # Errors
    /// `args` make Python ignore PYTHONHOME, which the substitute needs.
    pub(super) fn into_program(
        self,
        args: Vec<OsString>,
        context: &ResolveContext<'_>,
    ) -> Result<Program, Error> {
        let ignores_variables = ignores_variables(&args);
        let argv = [self.path.clone().into()].into_iter().chain(args).collect();
        let Some((substitute, problem)) = self.substitute else {
            return Ok(Program::for_env_python(self.path, argv));
        };
        let exe = printable(&substitute.exe);
        if substitute.prefix.is_some() && ignores_variables {
            let cause =
                format!("{exe} could be used instead, but not with -E or -I: it needs PYTHONHOME");
            return Err(broken::broken_env_error(&problem, context).with_cause(cause));
        }
        let (cause, call) = (problem.cause(), context.vrun_command());
        let warning = format!(
            "{cause}; using {exe} instead; programs that this one starts still need `{call} --repair`"
        );
        Ok(Program {
            warnings: vec![warning],
            substitute: Some(substitute.clone()),
            ..Program::for_env_python(substitute.exe, argv)
        })
    }
}

/// Whether `args` make Python ignore PYTHONHOME: -E or -I, alone or among other letters, before what it is to run
/// (CPython's command line; -W and -X take a value, -c and -m end the options).
fn ignores_variables(args: &[OsString]) -> bool {
    let mut args = args.iter().map(|arg| arg.as_encoded_bytes());
    while let Some([b'-', letters @ ..]) = args.next() {
        match letters {
            b"" | b"-" => return false,
            [b'-', ..] => continue,
            _ => {}
        }
        let end = letters.iter().position(|letter| b"WXcm".contains(letter));
        let flags = &letters[..end.unwrap_or(letters.len())];
        if flags.iter().any(|flag| b"EI".contains(flag)) {
            return true;
        }
        match end {
            Some(at) if b"cm".contains(&letters[at]) => return false,
            Some(at) if at + 1 == letters.len() => drop(args.next()),
            _ => {}
        }
    }
    false
}

/// The environment's Python or pip called `name`. Never one from elsewhere: that is the mistake that vrun prevents.
///
/// # Errors
/// It does not exist, or must not be used.
pub(super) fn find_env_python(
    name: &OsStr,
    context: &ResolveContext<'_>,
) -> Result<EnvPython, Error> {
    match context.find_on_path(name, context.scripts_dir().as_os_str()) {
        Some(path) => check_python(path, context),
        // On Windows venv gives it one name alone.
        None if !os::HAS_SYMLINKS && is_env_python_name(&plain_name(name), context) => {
            check_or_resolve(venv::python_path(context.root), context)
        }
        None => resolve_missing_python(name, context),
    }
}

/// The environment's Python at `path`, which exists.
///
/// # Errors
/// It must not be used, for example because the packages are for another minor version.
pub(super) fn check_python(
    path: PathBuf,
    context: &ResolveContext<'_>,
) -> Result<EnvPython, Error> {
    let substitute = match health::check_before_exec(context.root, &path, context.cfg) {
        None => None,
        // Without symlinks every Python is a copy, or starts the one in `home`.
        Some(problem @ Problem::HomeMissing { .. }) if !os::HAS_SYMLINKS => {
            return Err(broken::broken_env_error(&problem, context));
        }
        // A copy may still find its library in the prefix that it was built for. If it does not, its own error is the
        // clearest.
        Some(problem) if is_about_home(&problem) => context
            .queries
            .find_substitute()?
            .map(|substitute| (substitute, problem)),
        Some(problem) => return Err(broken::broken_env_error(&problem, context)),
    };
    Ok(EnvPython { path, substitute })
}

/// The name without an extension, on Windows in lower case.
fn plain_name(name: &OsStr) -> OsString {
    os::normalize_program_name(&name.to_string_lossy())
        .into_owned()
        .into()
}

/// The environment's `python`, if there is one.
fn check_or_resolve(python: PathBuf, context: &ResolveContext<'_>) -> Result<EnvPython, Error> {
    match python.exists() {
        true => check_python(python, context),
        false => resolve_missing_python("python".as_ref(), context),
    }
}

fn is_about_home(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::HomeMissing { .. } | Problem::HomeInaccessible { .. }
    )
}

/// There is no file called `name` in the environment.
fn resolve_missing_python(name: &OsStr, context: &ResolveContext<'_>) -> Result<EnvPython, Error> {
    let path = context.scripts_dir().join(name);
    let python = venv::python_path(context.root);
    let problem = match health::check_python(context.root, &path, context.cfg) {
        // Is only this name missing, or all of Python?
        Some(Problem::NoPython { .. }) => health::check_python(context.root, &python, context.cfg),
        other => other,
    };
    let Some(problem) = problem.filter(|problem| !is_about_home(problem)) else {
        return Err(not_found::python_not_found(name, context));
    };
    if let Some(problem) = health::check_platform(context.root) {
        return Err(broken::broken_env_error(&problem, context));
    }
    let is_python = is_python_name(name);
    if is_python
        && (path == python || is_env_python_name(name, context))
        && problem.is_substitutable()
        && let Some(substitute) = context.queries.find_substitute()?
    {
        let substitute = Some((substitute, problem));
        return Ok(EnvPython { path, substitute });
    }
    Err(match problem {
        Problem::NoPython { .. } if is_python => {
            not_found::python_not_found("python".as_ref(), context)
        }
        Problem::NoPython { .. } => not_found::python_not_found(name, context),
        problem => broken::broken_env_error(&problem, context),
    })
}

/// Whether `name`, other than `python`, is a name of this environment's Python.
fn is_env_python_name(name: &OsStr, context: &ResolveContext<'_>) -> bool {
    match MinorVersion::from_name(name) {
        None => name == "python3",
        named => {
            let version = context.cfg.version.as_deref();
            version.and_then(MinorVersion::from_version) == named
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pythons_own_flags_make_it_ignore_variables() {
        let ignores = |line: &str| {
            let args: Vec<_> = line.split_whitespace().map(OsString::from).collect();
            ignores_variables(&args)
        };
        let lines = "-I x.py|-sE -m x|-X dev -E|-Wi -BI|-Ic x|--check-hash-based-pycs -E";
        for line in lines.split('|') {
            assert!(ignores(line), "{line}");
        }
        for line in "|-|x.py -I|-m x -I|-c I|-W E|-XI|-s -- -E|-mI".split('|') {
            assert!(!ignores(line), "{line}");
        }
    }
}
