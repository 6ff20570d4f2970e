//! Where we stand -> which environment this is and why, or where one would be made.
//!
//! The nearest `pyvenv.cfg` up the directory tree decides; an active environment that belongs to the
//! same project comes before it, and stands in where there is none. Nothing is created here, and
//! the reason stays with the answer, so that errors and `-v` need no second look.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, shown, typed};
use crate::trust;
use crate::venv;

mod active;
mod barred;
mod ceiling;
mod names;
mod project;
mod redirect;
mod walk;

pub use active::outweighed;
pub use barred::Barred;
pub use ceiling::ceilings;
pub use names::Names;
pub use project::nearest as project;

use redirect::Lead;
use walk::End;

/// What the search needs to know of the world.
#[derive(Debug)]
pub struct Search {
    /// The directory it starts from: absolute, as the user sees it.
    pub start: PathBuf,
    /// What an environment's directory is called.
    pub names: Names,
    /// The user's home directory.
    pub home: Option<PathBuf>,
    /// The directory for temporary files that this user is given.
    pub temp: PathBuf,
    /// Directories that the walk does not go up into.
    pub ceilings: Vec<PathBuf>,
    /// `VIRTUAL_ENV`, where it is an absolute path.
    pub active: Option<PathBuf>,
    /// Whether that is one that vrun made for a script alone: nobody has chosen it for a project.
    pub is_scripts: bool,
}

/// What a search ends with.
#[derive(Debug)]
pub enum Answer {
    /// This environment.
    Found(Found),
    /// None; this is where one would be made.
    Missing(Missing),
}

/// The environment that was decided on.
#[derive(Debug)]
pub struct Found {
    /// Its directory, absolute, as the user wrote or sees it.
    pub root: PathBuf,
    /// What decided.
    pub why: Why,
    /// An environment that is active and was not taken: what of it is on PATH has to go.
    pub left: Option<PathBuf>,
    /// What looked like an environment on the way and is none.
    pub passed: Vec<Passed>,
}

impl Found {
    /// The environment that the walk found or that was named, which may be changed where one that is merely
    /// active may not.
    ///
    /// # Errors
    /// There is only an active one.
    pub fn into_own(self) -> Result<PathBuf, Error> {
        match self.why {
            Why::ActiveAlone => {
                let root = shown(&self.root);
                let error = Error::refused(format!("{root} is not changed: it is only active"));
                Err(error.hint(format!(
                    "`--env {}` says that it is meant; without VIRTUAL_ENV one is made here",
                    typed(&self.root)
                )))
            }
            Why::ActiveInstead(nearest) => Ok(nearest),
            _ => Ok(self.root),
        }
    }
}

/// Where an environment would be made.
#[derive(Debug)]
pub struct Missing {
    /// Its directory to be.
    pub at: PathBuf,
    /// The project that it would be for.
    pub project: Option<PathBuf>,
    /// Why vrun does not make it unasked.
    pub barred: Option<Barred>,
    /// An environment that is active and cannot serve here.
    pub left: Option<PathBuf>,
    /// What looked like an environment on the way and is none.
    pub passed: Vec<Passed>,
}

/// What was passed over, and why.
#[derive(Debug)]
pub struct Passed {
    /// The file or directory.
    pub path: PathBuf,
    /// What is amiss.
    pub why: String,
}

/// The rule that decided.
#[derive(Debug)]
pub enum Why {
    /// `--env` or `VRUN_ENV` names it.
    Named(&'static str),
    /// The search stood inside it.
    Inside,
    /// It lies in this directory under one of the usual names.
    Nearest(PathBuf),
    /// This `.venv` file names it.
    Redirect(PathBuf),
    /// It is the only environment in this project's root.
    OnlyChild(PathBuf),
    /// It is active, and belongs to this very project.
    ActiveHere,
    /// It is active, and no other was found.
    ActiveAlone,
    /// It is active, and this one, which was found, has no Python that runs here.
    ActiveInstead(PathBuf),
    /// This script says what it requires, and that is in it.
    Script(PathBuf),
    /// It was made for this run.
    Made,
}

impl Why {
    /// What programs know the rule by; it stays the same from version to version.
    pub fn id(&self) -> &'static str {
        match self {
            Why::Named(_) => "named",
            Why::Inside => "inside",
            Why::Nearest(_) => "nearest",
            Why::Redirect(_) => "redirect",
            Why::OnlyChild(_) => "only-child",
            Why::ActiveHere => "active-here",
            Why::ActiveAlone => "active-alone",
            Why::ActiveInstead(_) => "active-instead",
            Why::Script(_) => "script",
            Why::Made => "made",
        }
    }

    /// The directory or file that decided, where it is not the environment itself.
    pub fn at(&self) -> Option<&Path> {
        match self {
            Why::Nearest(at)
            | Why::Redirect(at)
            | Why::OnlyChild(at)
            | Why::ActiveInstead(at)
            | Why::Script(at) => Some(at),
            Why::Named(_) | Why::Inside | Why::ActiveHere | Why::ActiveAlone | Why::Made => None,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Named(by) => write!(out, "{by} names it"),
            Why::Inside => write!(out, "the search started inside it"),
            Why::Nearest(dir) => write!(out, "the nearest, in {}", shown(dir)),
            Why::Redirect(file) => write!(out, "{} names it", shown(file)),
            Why::OnlyChild(dir) => write!(out, "the only one in {}", shown(dir)),
            Why::ActiveHere => write!(out, "it is active and belongs to this project"),
            Why::ActiveAlone => write!(out, "it is active and there is no other"),
            Why::ActiveInstead(_) => write!(out, "it is active and the nearest cannot run here"),
            Why::Script(file) => write!(out, "{} says what is in it", shown(file)),
            Why::Made => write!(out, "just made"),
        }
    }
}

/// The nearest environment from where the search starts.
///
/// # Errors
/// Something on the way claims to say which environment it is, and does not; several would do; or what was
/// found is a stranger's.
pub fn nearest(search: &Search) -> Result<Answer, Error> {
    let mut walked = walk::up(&search.start, search)?;
    if matches!(walked.end, End::Top) && walked.project.is_none() {
        // The user came here through a link: the directories above the real place count too, before
        // an environment is made in the middle of a project.
        let real = dunce::canonicalize(&search.start).unwrap_or_else(|_| search.start.clone());
        if real != search.start {
            walked = walk::up(&real, search)?;
        }
    }
    active::weigh(walked, search)
}

/// Whether what lies at `at`, where an unnamed environment is to be, or was made by whoever was first, may be
/// used.
///
/// # Errors
/// It is a stranger's.
pub fn unclaimed(at: &Path, search: &Search) -> Result<(), Error> {
    match trust::of_place(at, &search.start) {
        Some(whose) => Err(whose.refusal(at, &search.start, at)),
        None => Ok(()),
    }
}

/// Where a script's search starts: in the directory that really holds it, links resolved. None for what lies in
/// none, such as a pipe.
///
/// # Errors
/// There is no such file.
pub fn beside(script: &Path) -> Result<Option<PathBuf>, Error> {
    let real = dunce::canonicalize(script);
    let found = fs::metadata(real.as_deref().unwrap_or(script));
    match (real, found) {
        // A directory is run by its __main__.py, and is where that lies.
        (Ok(real), Ok(found)) if found.is_dir() => Ok(Some(real)),
        (Ok(real), Ok(found)) if found.is_file() => Ok(real.parent().map(Path::to_owned)),
        (_, Ok(_)) => Ok(None),
        (_, Err(_)) => Err(Error::not_found(format!("no file named {}", shown(script)))),
    }
}

/// `path`, if a search can start there.
///
/// # Errors
/// It is no directory.
pub fn directory(path: PathBuf) -> Result<PathBuf, Error> {
    if path.is_dir() {
        return Ok(path);
    }
    Err(
        Error::failed(format!("no directory named {}", shown(&path)))
            .hint("`--project` and VRUN_PROJECT take a directory that exists"),
    )
}

/// The environment that a file leads to which was named in its stead. Only a redirect file does: any other
/// text would be read as the name of a directory.
fn by_file(file: PathBuf, by: &str, names: &Names) -> Result<PathBuf, Error> {
    let dir = file.parent().unwrap_or(&file).to_owned();
    if file.file_name() == Some(names.first()) {
        return redirect::follow(&file, &dir).map(Lead::into_root);
    }
    let around = dir.ancestors().find(|dir| dir.join(venv::MARKER).is_file());
    let error = Error::failed(format!("{} is a file", shown(&file)))
        .cause(format_args!("{by} takes the directory of an environment"));
    Err(match around {
        Some(root) => error.hint(format!("`vrun --env {} ...`", typed(root))),
        None => error.hint("`vrun --env PATH ...`, such as `vrun --env .venv ...`"),
    })
}

/// The environment that was named, found or to be made there; no search.
///
/// # Errors
/// `path` is a redirect file that leads nowhere.
pub fn named(path: PathBuf, by: &'static str, search: &Search) -> Result<Answer, Error> {
    let root = if path.is_file() {
        by_file(path, by, &search.names)?
    } else {
        path
    };
    let left = active::other_than(&root, search);
    let passed = Vec::new();
    if root.join(venv::MARKER).is_file() {
        return Ok(Answer::Found(Found {
            root,
            why: Why::Named(by),
            left,
            passed,
        }));
    }
    let project = project(&search.start, search.home.as_deref()).map(Path::to_owned);
    Ok(Answer::Missing(Missing {
        at: root,
        project,
        barred: None,
        left,
        passed,
    }))
}
