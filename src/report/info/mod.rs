//! What is known of an environment -> what `--info` prints of it: for people, and as JSON for programs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::facts::{Facts, Unknown};
use crate::find::{Passed, Why};
use crate::requirements::Account;
use crate::venv::Maker;

mod json;
mod text;

pub use json::json;
pub use text::text;

/// The JSON Schema of what `json` makes.
pub const SCHEMA: &str = include_str!("schema.json");

/// Where one stands.
pub struct Around<'a> {
    /// Where the search started.
    pub start: &'a Path,
    /// The project that this is in.
    pub project: Option<&'a Path>,
    /// What looked like an environment on the way and was not taken.
    pub passed: Vec<&'a Passed>,
}

/// Where a command would run.
pub enum Place<'a> {
    /// In this environment.
    Here(Box<Environment<'a>>),
    /// In one that is not there yet.
    Missing {
        /// Where it would be made.
        at: &'a Path,
        /// Why it would not, unasked.
        refusal: Option<String>,
        /// That, as it is said.
        problem: Problem,
    },
    /// That cannot be said.
    Unknown(Problem),
}

/// An environment, and what a program sees in it.
pub struct Environment<'a> {
    /// Its directory.
    pub root: &'a Path,
    /// The rule that decided for it.
    pub why: &'a Why,
    /// What a shell's prompt shows.
    pub prompt: String,
    /// Who made it.
    pub maker: Option<Maker>,
    /// The variables that change.
    pub change: Change,
    /// What its Python says of itself.
    pub facts: Result<Facts, Unknown>,
    /// What keeps that Python from being run.
    pub problem: Option<Problem>,
    /// How it stands with what the project requires.
    pub requirements: Option<Account>,
}

/// What the view changes of the variables that vrun was given.
pub struct Change {
    /// Set to these.
    pub set: Vec<(&'static str, OsString)>,
    /// Taken away, and what they were.
    pub unset: Vec<(&'static str, Option<OsString>)>,
    /// What comes first on PATH.
    pub first: PathBuf,
    /// What goes from PATH.
    pub removed: Vec<PathBuf>,
}

/// Why there is no environment, or what is wrong with its Python.
#[derive(Default)]
pub struct Problem {
    /// What programs know it by; `--doctor` has the same.
    pub id: &'static str,
    /// What it is, as a clause.
    pub what: String,
    /// The reasons.
    pub causes: Vec<String>,
    /// What to type next; of an environment that is there `--doctor` tells it.
    pub mend: Option<String>,
    /// The interpreter that runs in the place of the environment's Python all the same.
    pub stand_in: Option<PathBuf>,
}

/// Why nothing is told of `sys`, as a clause.
fn unknown(why: &Unknown) -> String {
    use crate::error::shown;
    match why {
        Unknown::NoPython(path) => format!("{} leads to no Python", shown(path)),
        Unknown::Interpreter(path) => format!("{} is no Python that is known here", shown(path)),
        Unknown::Release(python) => format!(
            "the rules of {} {} are not known here",
            python.implementation,
            python.short()
        ),
        Unknown::Library(path) => format!("no library of Python is found from {}", shown(path)),
        Unknown::System => "that is not told on this system yet".to_owned(),
    }
}
