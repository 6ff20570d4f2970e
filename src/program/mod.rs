//! A name and a view -> the file that runs and its argv, or why there is none (126, 127).

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::itself;
use crate::os::{self, Quoting};
use crate::venv::{self, StandIn};

mod absent;
mod broken;
mod launcher;
mod line;
mod names;
mod places;
mod python;
mod remarks;
pub mod shebang;
mod shim;
pub mod starter;
mod text;
pub mod which;
mod whose;

pub use broken::explained;
pub use line::Line;
pub use places::{Help, Places, call};
pub use shim::WORD;
pub use text::{Text, script, unloop};

use names::{belongs_to_python, has_separator, is_interpreter, is_python_source};
use whose::Found;

/// What was asked to run.
#[derive(Clone, Debug)]
pub enum Ask {
    /// A program, by name or path; or a Python file.
    Command(OsString),
    /// A program by its name alone, which is the one that vrun was called by.
    Shim(OsString),
    /// `-m`: a module, as `python -m` takes it.
    Module(OsString),
    /// `-s`: a Python file that brings its place with it.
    Script(OsString),
    /// `-c`: a shell's command line.
    Line(Line),
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
#[derive(Clone, Debug)]
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
    /// How its arguments are handed over.
    pub quoting: Quoting,
    /// What does the same as this program, and can say why it does not start: the shell of a `-c` line.
    pub shell: Option<Box<Program>>,
    /// What a shim leaves word of, where this is not the environment's: see `shim`.
    pub word: Option<OsString>,
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
            quoting: Quoting::Usual,
            shell: None,
            word: None,
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
        if let Some(word) = &self.word {
            vars.retain(|(name, _)| !os::same_variable(name, shim::WORD));
            vars.push((shim::WORD.into(), word.clone()));
        }
        vars
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
        Ask::Line(line) => line::find(line, args, places),
        Ask::Script(file) if !Path::new(&file).exists() => Err(absent::no_file(&file)),
        Ask::Script(file) => by_python([as_file(file)].into_iter().chain(args), places),
        Ask::Command(name) if is_python_file(&name, places) => {
            by_python([as_file(name)].into_iter().chain(args), places)
        }
        Ask::Command(name) => command(name, args, places),
        Ask::Shim(name) => shim::find(name, args, places),
    }
}

/// What `find` will say once the environment is there, as far as can be told before.
///
/// # Errors
/// The shell of a line is not there.
pub fn foretold(ask: Ask, args: Vec<OsString>, places: &Places<'_>) -> Result<Program, Error> {
    let python = venv::python(places.root);
    let (file, own) = match ask {
        Ask::Line(line) => return line::shell(&line, args, places),
        Ask::Module(module) => (python, vec![OsString::from("-m"), module]),
        Ask::Script(file) => (python, vec![file]),
        Ask::Command(name) if is_python_file(&name, places) => (python, vec![name]),
        Ask::Command(name) if has_separator(&name) => (name.into(), Vec::new()),
        Ask::Command(name) | Ask::Shim(name) if belongs_to_python(&name) => {
            (venv::scripts(places.root).join(name), Vec::new())
        }
        Ask::Command(name) | Ask::Shim(name) => (
            lookup(&name, places.path, places).unwrap_or_else(|| name.into()),
            Vec::new(),
        ),
    };
    let argv = [file.clone().into()]
        .into_iter()
        .chain(own)
        .chain(args)
        .collect();
    Ok(Program::plain(file, argv))
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
    candidates(name, path, places).next()
}

/// All of them, in their order.
fn candidates(name: &OsStr, path: &OsStr, places: &Places<'_>) -> impl Iterator<Item = PathBuf> {
    let named = Some(name).filter(|name| !name.is_empty());
    let files = named.and_then(|name| ::which::which_in_global(name, Some(path)).ok());
    let scripts = venv::scripts(places.root);
    let is_vruns = itself::is_own_name(name);
    let files = files.into_iter().flatten();
    files.filter(move |file| is_vruns || !is_shim(file, &scripts, places))
}

/// Whether a file that was found is vrun. What lies in the scripts directory is a link to the base interpreter, or
/// no link, so no link is followed to find out.
fn is_shim(file: &Path, scripts: &Path, places: &Places<'_>) -> bool {
    match &places.own {
        Some(own) if is_in(scripts, file) => os::same_file(file, own),
        // Two that do not know each other have met: it is worth reading all of what is found.
        own if shim::has_handed_on(places.word) => itself::is_vrun(file, own.as_deref()),
        own => itself::is_shim(file, own.as_deref()),
    }
}

/// The file that a name with a separator means, as it was typed: the kernel hands a script that very
/// text.
fn at_path(name: &OsStr) -> Result<PathBuf, Error> {
    let file = ::which::which_in(name, None::<&OsStr>, ".").map_err(|_| absent::file(name))?;
    let typed = Path::new(name);
    Ok(if typed.is_file() {
        typed.to_owned()
    } else {
        file
    })
}
