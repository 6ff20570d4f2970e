//! A name and a view -> the file that runs and its argv, or why there is none (126, 127).

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::os;
use crate::venv::{self, StandIn};

mod absent;
mod broken;
mod launcher;
mod places;
mod python;
mod remarks;
pub mod shebang;
pub mod starter;
mod whose;

pub use broken::explained;
pub use places::{Help, Places};

use whose::Found;

/// What was asked to run.
#[derive(Debug)]
pub enum Ask {
    /// A program, by name or path; or a Python file.
    Command(OsString),
    /// `-m`: a module, as `python -m` takes it.
    Module(OsString),
    /// `-s`: a Python file that brings its place with it.
    Script(OsString),
}

/// Whether a program of another Python may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// It may not.
    Refused,
    /// `--outside`: it may.
    Allowed,
}

/// What will run.
#[derive(Debug)]
pub struct Program {
    /// The file.
    pub file: PathBuf,
    /// Its arguments, its own name first.
    pub argv: Vec<OsString>,
    /// The file, where it stands in for the environment's Python: it has to be called by that one's name.
    pub stand_in: Option<StandIn>,
    /// Which Python runs it.
    pub runner: Runner,
    /// What a person should know of it, a line each.
    pub remarks: Vec<String>,
}

/// Which Python runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// None, or another environment's; or it finds one itself.
    Another,
    /// The environment's.
    Own,
    /// The environment's, where the program itself names another.
    OwnInstead,
}

impl Program {
    fn plain(file: PathBuf, argv: Vec<OsString>) -> Program {
        Program {
            file,
            argv,
            stand_in: None,
            runner: Runner::Another,
            remarks: Vec::new(),
        }
    }

    fn own(file: PathBuf, argv: Vec<OsString>) -> Program {
        Program {
            runner: Runner::Own,
            ..Program::plain(file, argv)
        }
    }

    /// The variables of a process that is to have `vars`, and what this program is to be told beside them.
    pub fn told(&self, mut vars: Vec<(OsString, OsString)>) -> Vec<(OsString, OsString)> {
        let prefix = self
            .stand_in
            .iter()
            .filter_map(|other| other.prefix.as_ref());
        vars.extend(prefix.map(|dir| ("PYTHONHOME".into(), dir.into())));
        vars
    }
}

/// A script whose own first line starts vrun, the file `own`, is `-s` with that script: taken as a command
/// it would start vrun, which would take it as a command.
pub fn unlooped(ask: Ask, own: impl Fn() -> Option<PathBuf>) -> Ask {
    let may_be_script = |name: &OsStr| has_separator(name) || is_python_source(name);
    // A directory, or what may not be read, has no first line; running it will say what it is.
    let first_line = |name: &OsStr| shebang::read(Path::new(name)).ok().flatten();
    match ask {
        Ask::Command(name)
            if may_be_script(&name)
                && first_line(&name)
                    .is_some_and(|line| shebang::names_vrun(&line, own().as_deref())) =>
        {
            Ask::Script(name)
        }
        other => other,
    }
}

/// The program that `ask` means, with `args` for it.
///
/// # Errors
/// There is none (127), or it cannot be run (126).
pub fn find(ask: Ask, args: Vec<OsString>, places: &Places<'_>) -> Result<Program, Error> {
    let mut program = asked(ask, args, places)?;
    remarks::add(&mut program, places);
    Ok(program)
}

fn asked(ask: Ask, args: Vec<OsString>, places: &Places<'_>) -> Result<Program, Error> {
    match ask {
        Ask::Module(module) => by_python(
            [OsString::from("-m"), module].into_iter().chain(args),
            places,
        ),
        Ask::Script(file) if !Path::new(&file).exists() => Err(absent::no_file(&file)),
        Ask::Script(file) => by_python([as_file(file)].into_iter().chain(args), places),
        Ask::Command(name) if is_python_file(&name, places) => {
            by_python([as_file(name)].into_iter().chain(args), places)
        }
        Ask::Command(name) => command(name, args, places),
    }
}

/// What `find` will say once the environment is there, as far as can be told before.
pub fn foretold(ask: Ask, args: Vec<OsString>, places: &Places<'_>) -> Program {
    let python = venv::python(places.root);
    let (file, own) = match ask {
        Ask::Module(module) => (python, vec![OsString::from("-m"), module]),
        Ask::Script(file) => (python, vec![file]),
        Ask::Command(name) if is_python_file(&name, places) => (python, vec![name]),
        Ask::Command(name) if has_separator(&name) => (name.into(), Vec::new()),
        Ask::Command(name) if belongs_to_python(&name) => {
            (venv::scripts(places.root).join(name), Vec::new())
        }
        Ask::Command(name) => (
            lookup(&name, places.path, places).unwrap_or_else(|| name.into()),
            Vec::new(),
        ),
    };
    let argv = [file.clone().into()]
        .into_iter()
        .chain(own)
        .chain(args)
        .collect();
    Program::plain(file, argv)
}

/// A file's name as Python takes it for one, and not for an option.
fn as_file(name: OsString) -> OsString {
    if name.as_encoded_bytes().starts_with(b"-") {
        return Path::new(".").join(name).into();
    }
    name
}

fn by_python(args: impl Iterator<Item = OsString>, places: &Places<'_>) -> Result<Program, Error> {
    python::find(OsStr::new("python"), places)?.with(args.collect(), places)
}

/// Whether `name` is a Python file to be run by the environment's Python: it is there, and it is not the
/// name of a program in the environment (some tools install theirs with the ending).
fn is_python_file(name: &OsStr, places: &Places<'_>) -> bool {
    let program = || {
        let scripts = venv::scripts(places.root);
        !has_separator(name) && lookup(name, scripts.as_os_str(), places).is_some()
    };
    is_python_source(name) && Path::new(name).is_file() && !program()
}

/// Whether `name` ends as Python's files do.
fn is_python_source(name: &OsStr) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|end| end.eq_ignore_ascii_case("py") || end.eq_ignore_ascii_case("pyw"))
}

fn command(name: OsString, args: Vec<OsString>, places: &Places<'_>) -> Result<Program, Error> {
    let (file, found) = if has_separator(&name) {
        match at_path(&name) {
            Err(_) if is_lost_python(&name, places) => {
                let own = Path::new(&name).file_name().unwrap_or_default();
                return python::find(own, places)?.with(args, places);
            }
            file => (file?, Found::ByPath),
        }
    } else if belongs_to_python(&name) && places.foreign == Foreign::Refused {
        let python = python::find(&name, places)?;
        if is_interpreter(&name) {
            // An interpreter looks a bare argv[0] up on PATH again, and may find another than this one there.
            return python.with(args, places);
        }
        (python.path, Found::ByName)
    } else {
        let file = lookup(&name, places.path, places);
        let file = file.ok_or_else(|| absent::program(&name, places))?;
        (file, Found::ByName)
    };
    if is_interpreter(&name) && is_in(&venv::scripts(places.root), &file) {
        return python::checked(file, places)?.with(args, places);
    }
    let argv = [name].into_iter().chain(args).collect();
    whose::settled(file, argv, found, places)
}

fn is_in(dir: &Path, file: &Path) -> bool {
    file.parent() == Some(dir)
}

/// Whether a path that leads nowhere is a link that this environment's Python once was.
fn is_lost_python(name: &OsStr, places: &Places<'_>) -> bool {
    let path = Path::new(name);
    let is_python = path.file_name().is_some_and(is_interpreter);
    let parent = path.parent().filter(|_| is_python && path.is_symlink());
    parent.is_some_and(|dir| os::same_file(dir, &venv::scripts(places.root)))
}

/// The first program called `name` on `path` that is not vrun under that name.
fn lookup(name: &OsStr, path: &OsStr, places: &Places<'_>) -> Option<PathBuf> {
    if name.is_empty() {
        return None;
    }
    let mut found = which::which_in_global(name, Some(path)).ok()?;
    found.find(|file| !is_vrun(file, name, places))
}

fn is_vrun(file: &Path, name: &OsStr, places: &Places<'_>) -> bool {
    let Some(own) = &places.own else { return false };
    let by_its_name = own.file_stem() == Path::new(name).file_stem();
    !by_its_name && os::same_file(file, own)
}

/// The file that a name with a separator means, as it was typed: the kernel hands a script that very
/// text.
fn at_path(name: &OsStr) -> Result<PathBuf, Error> {
    let file = which::which_in(name, None::<&OsStr>, ".").map_err(|_| absent::file(name))?;
    let typed = Path::new(name);
    Ok(if typed.is_file() {
        typed.to_owned()
    } else {
        file
    })
}

fn has_separator(name: &OsStr) -> bool {
    name.as_encoded_bytes()
        .iter()
        .any(|byte| std::path::is_separator(char::from(*byte)))
}

/// Whether `name` means this environment's Python or its pip.
fn belongs_to_python(name: &OsStr) -> bool {
    is_interpreter(name) || is_versioned("pip", name)
}

/// `python`, `python3`, `python3.12`, `python3.13t`, `pypy3`, and on Windows `pythonw` and the ending.
fn is_interpreter(name: &OsStr) -> bool {
    is_versioned("python", name) || is_versioned("pypy", name)
}

fn is_versioned(stem: &str, name: &OsStr) -> bool {
    let name = name.to_str().map(os::plain_name);
    name.as_deref()
        .and_then(|name| name.strip_prefix(stem))
        .is_some_and(is_version)
}

fn is_version(text: &str) -> bool {
    let text = text.strip_suffix(['t', 'w']).unwrap_or(text);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.is_empty() || text.split('.').all(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_python_and_pip_are_this_environments() {
        for name in [
            "python",
            "python3",
            "python3.12",
            "python3.13t",
            "pip",
            "pip3.9",
            "pypy3",
            "pypy3.10",
        ] {
            assert!(belongs_to_python(OsStr::new(name)), "{name}");
        }
        for name in [
            "pythonic",
            "python-config",
            "pipx",
            "pip-compile",
            "python3.",
            "pytest",
            "ipython",
        ] {
            assert!(!belongs_to_python(OsStr::new(name)), "{name}");
        }
    }
}
