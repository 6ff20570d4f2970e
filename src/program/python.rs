//! A name of the environment's Python -> the file that is started for it.
//!
//! It is the one in the scripts directory. Where that leads to another minor version it is refused, for it
//! would start and see none of the packages; where it leads nowhere, an interpreter of the same minor version
//! is started in its place and by its name, and one line says so.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::error::{Error, shown};
use crate::os;
use crate::venv::health::{self, Ill};
use crate::venv::{self, StandIn};

use super::{Places, Program, absent, broken, is_interpreter, lookup};

/// The environment's Python, by one of its names.
#[derive(Debug)]
pub struct Python {
    /// Its path in the environment, which is its `argv[0]`, whether there is such a file or not.
    pub path: PathBuf,
    /// What is started in its place, and why.
    pub stand_in: Option<(StandIn, Ill)>,
}

impl Python {
    /// The program that it is with `args`.
    ///
    /// # Errors
    /// Told to ignore variables, what stands in for it would not find its own library.
    pub fn with(self, args: Vec<OsString>, places: &Places<'_>) -> Result<Program, Error> {
        let ignores_variables = ignores_variables(&args);
        let argv = [self.path.clone().into()].into_iter().chain(args).collect();
        let Some((other, ill)) = self.stand_in else {
            return Ok(Program::own(self.path, argv));
        };
        if other.prefix.is_some() && ignores_variables {
            let exe = shown(&other.exe);
            return Err(broken::error(&ill, places).cause(format_args!(
                "{exe} could stand in for it, but for -E or -I: it needs PYTHONHOME for that"
            )));
        }
        let remark = remark(&ill, &other, places);
        Ok(Program {
            stand_in: Some(other.clone()),
            remarks: vec![remark],
            ..Program::own(other.exe, argv)
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
pub fn find(name: &OsStr, places: &Places<'_>) -> Result<Python, Error> {
    let scripts = venv::scripts(places.root);
    match lookup(name, scripts.as_os_str(), places) {
        Some(path) => checked(path, places),
        None => without(name, places),
    }
}

/// The environment's Python at `path`, where there is a file, if its packages are for it.
///
/// # Errors
/// They are for another minor version.
pub fn checked(path: PathBuf, places: &Places<'_>) -> Result<Python, Error> {
    let stand_in = match health::before_start(places.root, &path, places.cfg) {
        None => None,
        // Without links all are copies, or start what is at home.
        Some(ill @ Ill::HomeGone { .. }) if !os::HAS_LINKS => {
            return Err(broken::error(&ill, places));
        }
        // A copy may find its library where it was configured to be; it says best itself if it does not.
        Some(ill @ (Ill::HomeGone { .. } | Ill::HomeBarred { .. })) => {
            places.help.stand_in()?.map(|other| (other, ill))
        }
        Some(ill) => return Err(broken::error(&ill, places)),
    };
    Ok(Python { path, stand_in })
}

/// There is no file of that name in the environment.
fn without(name: &OsStr, places: &Places<'_>) -> Result<Python, Error> {
    let path = venv::scripts(places.root).join(name);
    let own = venv::python(places.root);
    let ill = match health::of_python(places.root, &path, places.cfg) {
        // Is it the one name that is missing, or all of Python?
        Some(Ill::NoPython { .. }) => health::of_python(places.root, &own, places.cfg),
        other => other,
    };
    let is_of_home = |ill: &Ill| matches!(ill, Ill::HomeGone { .. } | Ill::HomeBarred { .. });
    let Some(ill) = ill.filter(|ill| !is_of_home(ill)) else {
        return Err(absent::python(name, places));
    };
    if let Some(elsewhere) = health::elsewhere(places.root) {
        return Err(broken::error(&elsewhere, places));
    }
    let is_meant = is_interpreter(name) && (path == own || is_its_name(name, places));
    let may_stand_in = matches!(
        ill,
        Ill::Gone { .. } | Ill::Barred { .. } | Ill::NoPython { .. }
    );
    if is_meant
        && may_stand_in
        && let Some(other) = places.help.stand_in()?
    {
        let stand_in = Some((other, ill));
        return Ok(Python { path, stand_in });
    }
    Err(match ill {
        Ill::NoPython { .. } if is_interpreter(name) => absent::python("python".as_ref(), places),
        Ill::NoPython { .. } => absent::python(name, places),
        ill => broken::error(&ill, places),
    })
}

/// Whether `name`, which is not `python`, is one that this environment's Python goes by.
fn is_its_name(name: &OsStr, places: &Places<'_>) -> bool {
    let version = places.cfg.version.as_deref();
    let own = version.and_then(health::Series::of_version);
    match health::Series::of_name(name) {
        Some(series) => own == Some(series),
        None => name == "python3",
    }
}

/// What a person should know of a Python that stands in.
fn remark(ill: &Ill, other: &StandIn, places: &Places<'_>) -> String {
    let (cause, exe) = (ill.cause(), shown(&other.exe));
    let call = places.call();
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
