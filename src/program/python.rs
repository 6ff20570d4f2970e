//! A name of the environment's Python -> the file that is started for it.
//!
//! It is the one in the scripts directory. Where that leads to another minor version it is refused, for it
//! would start and see none of the packages; where it leads nowhere, an interpreter of the same minor version
//! is started in its place and by its name, and one line says so.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::error::Error;
use crate::health::{self, Problem};
use crate::os;
use crate::quote::printable;
use crate::venv::{self, SubstitutePython};

use super::context::ResolveContext;
use super::lookup::find_on_path;
use super::model::Program;
use super::python_names::is_python_name;
use super::{broken, not_found};

/// The environment's Python, by one of its names.
#[derive(Debug)]
pub(super) struct EnvPython {
    /// Its path in the environment, which is its `argv[0]`, whether there is such a file or not.
    pub path: PathBuf,
    /// What is started in its place, and why.
    pub substitute: Option<(SubstitutePython, Problem)>,
}

impl EnvPython {
    /// The program that it is with `args`.
    ///
    /// # Errors
    /// Told to ignore variables, what stands in for it would not find its own library.
    pub(super) fn into_program(
        self,
        args: Vec<OsString>,
        places: &ResolveContext<'_>,
    ) -> Result<Program, Error> {
        let ignores_variables = ignores_variables(&args);
        let argv = [self.path.clone().into()].into_iter().chain(args).collect();
        let Some((other, problem)) = self.substitute else {
            return Ok(Program::for_env_python(self.path, argv));
        };
        if other.prefix.is_some() && ignores_variables {
            let exe = printable(&other.exe);
            return Err(
                broken::broken_env_error(&problem, places).with_cause(format_args!(
                    "{exe} could stand in for it, but for -E or -I: it needs PYTHONHOME for that"
                )),
            );
        }
        let remark = substitute_warning(&problem, &other, places);
        Ok(Program {
            substitute: Some(other.clone()),
            warnings: vec![remark],
            ..Program::for_env_python(other.exe, argv)
        })
    }
}

/// Whether Python, called with these, ignores PYTHONHOME: -E or -I, alone or among other letters, before what
/// it is to run (CPython's command line; -W and -X take what follows, -c and -m end its options).
fn ignores_variables(args: &[OsString]) -> bool {
    let mut words = args.iter().map(|arg| arg.as_encoded_bytes());
    while let Some(word) = words.next() {
        let [b'-', letters @ ..] = word else {
            return false;
        };
        if letters.is_empty() || letters == b"-" {
            return false;
        }
        if letters.starts_with(b"-") {
            continue;
        }
        let end = letters.iter().position(|letter| b"WXcm".contains(letter));
        let flags = &letters[..end.unwrap_or(letters.len())];
        if flags.iter().any(|flag| b"EI".contains(flag)) {
            return true;
        }
        match end {
            Some(at) if b"cm".contains(&letters[at]) => return false,
            Some(at) if at + 1 == letters.len() => drop(words.next()),
            _ => {}
        }
    }
    false
}

/// The program of that name that belongs to the environment's Python: that itself, or its pip. Another one's
/// would be the very mistake that vrun is there to prevent.
///
/// # Errors
/// There is none, or it is not to be used.
pub(super) fn find_env_python(
    name: &OsStr,
    places: &ResolveContext<'_>,
) -> Result<EnvPython, Error> {
    let scripts = venv::scripts_dir(places.root);
    match find_on_path(name, scripts.as_os_str(), places) {
        Some(path) => check_python(path, places),
        None => resolve_missing_python(name, places),
    }
}

/// The environment's Python at `path`, where there is a file, if its packages are for it.
///
/// # Errors
/// They are for another minor version.
pub(super) fn check_python(path: PathBuf, places: &ResolveContext<'_>) -> Result<EnvPython, Error> {
    let stand_in = match health::check_before_exec(places.root, &path, places.cfg) {
        None => None,
        // Without links all are copies, or start what is at home.
        Some(problem @ Problem::HomeMissing { .. }) if !os::HAS_SYMLINKS => {
            return Err(broken::broken_env_error(&problem, places));
        }
        // A copy may find its library where it was configured to be; it says best itself if it does not.
        Some(problem @ (Problem::HomeMissing { .. } | Problem::HomeInaccessible { .. })) => places
            .queries
            .find_substitute()?
            .map(|other| (other, problem)),
        Some(problem) => return Err(broken::broken_env_error(&problem, places)),
    };
    Ok(EnvPython {
        path,
        substitute: stand_in,
    })
}

/// There is no file of that name in the environment.
fn resolve_missing_python(name: &OsStr, places: &ResolveContext<'_>) -> Result<EnvPython, Error> {
    let path = venv::scripts_dir(places.root).join(name);
    let own = venv::python_path(places.root);
    let problem = match health::check_python(places.root, &path, places.cfg) {
        // Is it the one name that is missing, or all of Python?
        Some(Problem::NoPython { .. }) => health::check_python(places.root, &own, places.cfg),
        other => other,
    };
    let is_of_home = |problem: &Problem| {
        matches!(
            problem,
            Problem::HomeMissing { .. } | Problem::HomeInaccessible { .. }
        )
    };
    let Some(problem) = problem.filter(|problem| !is_of_home(problem)) else {
        return Err(not_found::python_not_found(name, places));
    };
    if let Some(elsewhere) = health::check_platform(places.root) {
        return Err(broken::broken_env_error(&elsewhere, places));
    }
    let is_meant = is_python_name(name) && (path == own || is_env_python_name(name, places));
    let may_stand_in = matches!(
        problem,
        Problem::PythonMissing { .. }
            | Problem::PythonInaccessible { .. }
            | Problem::NoPython { .. }
    );
    if is_meant
        && may_stand_in
        && let Some(other) = places.queries.find_substitute()?
    {
        let stand_in = Some((other, problem));
        return Ok(EnvPython {
            path,
            substitute: stand_in,
        });
    }
    Err(match problem {
        Problem::NoPython { .. } if is_python_name(name) => {
            not_found::python_not_found("python".as_ref(), places)
        }
        Problem::NoPython { .. } => not_found::python_not_found(name, places),
        problem => broken::broken_env_error(&problem, places),
    })
}

/// Whether `name`, which is not `python`, is one that this environment's Python goes by.
fn is_env_python_name(name: &OsStr, places: &ResolveContext<'_>) -> bool {
    let version = places.cfg.version.as_deref();
    let own = version.and_then(venv::MinorVersion::from_version);
    match venv::MinorVersion::from_name(name) {
        Some(series) => own == Some(series),
        None => name == "python3",
    }
}

/// What a person should know of a Python that stands in.
fn substitute_warning(
    problem: &Problem,
    other: &SubstitutePython,
    places: &ResolveContext<'_>,
) -> String {
    let (cause, exe) = (problem.cause(), printable(&other.exe));
    let call = places.vrun_command();
    format!(
        "{cause}; {exe} stands in for it, and `{call} --repair` mends it for what this program starts"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_have_python_ignore_variables_are_told_from_what_it_runs() {
        let ignores = |line: &str| {
            let args: Vec<_> = line.split_whitespace().map(OsString::from).collect();
            ignores_variables(&args)
        };
        for line in [
            "-I x.py",
            "-sE -m x",
            "-X dev -E",
            "-Wi -BI",
            "-Ic x",
            "--check-hash-based-pycs -E",
        ] {
            assert!(ignores(line), "{line}");
        }
        for line in [
            "", "-", "x.py -I", "-m x -I", "-c I", "-W E", "-XI", "-s -- -E", "-mI",
        ] {
            assert!(!ignores(line), "{line}");
        }
    }
}
