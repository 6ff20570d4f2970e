//! An environment and where it stands -> everything that is wrong with it, each with its cause and what mends it.
//!
//! All of it is told from files and variables. Nothing that lies in the project or the environment is started,
//! and nothing is changed.

use std::fs;
use std::path::Path;

use crate::error::{Error, shown};
use crate::repair::{self, Kind, Stale};
use crate::venv;
use crate::venv::health::{self, Ill, Mend};
use crate::world::World;

mod around;
mod told;

pub use told::{json, text};

/// Something that is wrong with an environment, or worth knowing of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// What scripts know it by; it stays the same from version to version.
    pub id: &'static str,
    /// How grave it is.
    pub grade: Grade,
    /// What it is, as a clause.
    pub what: String,
    /// Why, one sentence each.
    pub causes: Vec<String>,
    /// What to type, or what helps.
    pub mend: String,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// A program of the environment does not run, or not with what it should; or others have a hand in it.
    Wrong,
    /// It runs as it should; who wonders about something else finds the reason here.
    Note,
}

/// An environment to be looked at.
#[derive(Clone, Copy)]
pub struct Patient<'a> {
    /// Its directory.
    pub root: &'a Path,
    /// The project that it is looked at from.
    pub project: Option<&'a Path>,
    /// The user's home directory.
    pub home: Option<&'a Path>,
    /// The environment that is active and is another one.
    pub active: Option<&'a Path>,
    /// How vrun is called for it from here.
    pub call: &'a str,
    /// Whose variables.
    pub world: &'a World,
    /// Whether git tracks a file of it.
    pub is_tracked: &'a dyn Fn() -> bool,
    /// Whether git would leave it alone; None where there is no repository.
    pub is_ignored: &'a dyn Fn() -> Option<bool>,
}

/// That there is no environment to look at, as a finding.
pub fn absence(id: &'static str, error: Error) -> Finding {
    let (what, causes, hint) = error.into_parts();
    let found_none = || vec!["the search found none".to_owned()];
    Finding {
        id,
        grade: Grade::Wrong,
        what,
        causes: if causes.is_empty() {
            found_none()
        } else {
            causes
        },
        mend: hint.unwrap_or_default(),
    }
}

/// Everything that is wrong, the gravest first.
pub fn findings(patient: &Patient<'_>) -> Vec<Finding> {
    let mut found = ills(patient);
    found.extend(stale(patient));
    found.extend(missing(patient));
    found.extend(around::findings(patient));
    found.sort_by_key(|finding| finding.grade != Grade::Wrong);
    found
}

/// What keeps its Python from running, or from seeing its packages.
fn ills(patient: &Patient<'_>) -> Vec<Finding> {
    let told = health::of(patient.root).into_iter().map(|ill| {
        // A link that leads to a Python does without the directory that pyvenv.cfg names.
        let is_of_home = matches!(ill, Ill::HomeGone { .. } | Ill::HomeBarred { .. });
        let is_felt = !is_of_home || is_copy(patient.root);
        let grade = if is_felt { Grade::Wrong } else { Grade::Note };
        let mend = match ill.mend() {
            Mend::Repair => format!("`{} --repair`", patient.call),
            Mend::Beside(name) => {
                format!("`export VRUN_NAME={name}` has vrun make one for this system beside it")
            }
            Mend::Access => ill.access(),
        };
        Finding {
            id: ill.id(),
            grade,
            what: ill.clause(),
            causes: vec![ill.cause()],
            mend,
        }
    });
    told.collect()
}

fn is_copy(root: &Path) -> bool {
    fs::symlink_metadata(venv::python(root)).is_ok_and(|found| found.is_file())
}

/// What names another place, because the environment was moved, renamed or copied.
fn stale(patient: &Patient<'_>) -> Vec<Finding> {
    let all = repair::stale(patient.root, patient.home);
    let kinds = [
        (
            Kind::Script,
            "stale-scripts",
            "console scripts name another place",
        ),
        (
            Kind::Activation,
            "stale-activation",
            "activation scripts activate another place",
        ),
        (
            Kind::Editable,
            "stale-editable",
            "files of an editable install name another place",
        ),
        (
            Kind::Cfg,
            "stale-cfg",
            "pyvenv.cfg notes that it was made in another place",
        ),
    ];
    let told = kinds.into_iter().filter_map(|(kind, id, what)| {
        let files: Vec<&Stale> = all.iter().filter(|stale| stale.kind == kind).collect();
        let first = files.first()?;
        let names: Vec<_> = files.iter().map(|stale| name(&stale.file)).collect();
        let counted = if kind == Kind::Cfg {
            what.to_owned()
        } else {
            format!("{} {what}", files.len())
        };
        Some(Finding {
            id,
            grade: if kind == Kind::Cfg {
                Grade::Note
            } else {
                Grade::Wrong
            },
            what: counted,
            causes: vec![format!("{}: {}", listed(&names), shown(&first.names))],
            mend: format!("`{} --repair`", patient.call),
        })
    });
    told.collect()
}

/// Scripts of what is installed that are not there.
fn missing(patient: &Patient<'_>) -> Option<Finding> {
    let all = venv::missing(patient.root);
    let first = all.first()?;
    let names: Vec<_> = all.iter().map(|missing| name(&missing.file)).collect();
    let dir = shown(venv::scripts(patient.root));
    let lost = all.iter().find(|missing| !missing.is_writable());
    let mend = lost.unwrap_or(first).mend(patient.call);
    Some(Finding {
        id: "missing-scripts",
        grade: Grade::Wrong,
        what: match names.len() {
            1 => "a script of what is installed is missing".to_owned(),
            more => format!("{more} scripts of what is installed are missing"),
        },
        causes: vec![format!("{} should be in {dir}", listed(&names))],
        mend,
    })
}

/// The first of them, and how many more there are.
fn listed(names: &[String]) -> String {
    let some = names[..names.len().min(3)].join(", ");
    match names.len().saturating_sub(3) {
        0 => some,
        more => format!("{some} and {more} more"),
    }
}

fn name(file: &Path) -> String {
    shown(file.file_name().unwrap_or_default())
}
