//! Where an environment stands -> what there is wrong with that: who else may write there, git, what is active,
//! variables, what is found before vrun.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{ScriptInterpreter, script_interpreter};
use crate::quote::{printable, shell_word};
use crate::venv::{self, Venv};
use crate::{create, os, python, requirements, self_exe};

use super::finding::{Finding, Severity};
use super::input::DoctorInput;

/// All of it.
pub(super) fn check_surroundings(patient: &DoctorInput<'_>) -> Vec<Finding> {
    let looks = [
        check_world_writable,
        check_tracked,
        check_ignored,
        check_python_request,
        check_requirements,
        check_nested,
        check_active,
        check_leftovers,
        check_python_vars,
        check_shim_first,
        check_broken_shims,
    ];
    looks.iter().filter_map(|look| look(patient)).collect()
}

fn finding(
    id: &'static str,
    grade: Severity,
    what: String,
    cause: String,
    mend: String,
) -> Finding {
    Finding {
        id,
        severity: grade,
        message: what,
        causes: vec![cause],
        fix: mend,
    }
}

/// Any user could put code into it.
fn check_world_writable(patient: &DoctorInput<'_>) -> Option<Finding> {
    let dirs = [patient.root.to_owned(), venv::scripts_dir(patient.root)];
    let sites = venv::site_packages(patient.root);
    let is_open =
        |dir: &&PathBuf| fs::metadata(dir).is_ok_and(|found| os::is_world_writable(&found));
    let open = dirs.iter().chain(&sites).find(is_open)?;
    Some(finding(
        "world-writable",
        Severity::Error,
        "any user may write to it".to_owned(),
        format!("{} is open to all", printable(open)),
        format!("`chmod -R o-w {}`", shell_word(patient.root)),
    ))
}

fn check_tracked(patient: &DoctorInput<'_>) -> Option<Finding> {
    (patient.is_tracked)().then(|| {
        let root = shell_word(patient.root);
        finding(
            "tracked-by-git",
            Severity::Error,
            "git tracks it".to_owned(),
            "every clone has its files, with paths of this machine in them".to_owned(),
            format!("`git rm -r --cached {root}` ends that, and keeps the files"),
        )
    })
}

/// Neither does it keep itself out of git, nor does the project, nor the user.
fn check_ignored(patient: &DoctorInput<'_>) -> Option<Finding> {
    let ignored = (patient.is_ignored)()?;
    let ignore = patient.root.join(".gitignore");
    (!ignored).then(|| {
        finding(
            "not-ignored",
            Severity::Note,
            "git does not ignore it".to_owned(),
            format!(
                "no pattern matches it, and {} has no line `*`",
                printable(&ignore)
            ),
            format!("`echo '*' >>{}`", shell_word(&ignore)),
        )
    })
}

/// `.python-version` and `requires-python` are for who makes an environment; here is told where they have
/// changed since.
fn check_python_request(patient: &DoctorInput<'_>) -> Option<Finding> {
    let venv = Venv::open(patient.root).ok()?;
    let (asked, is) = python::unmet_request(&venv, patient.project?, patient.process)?;
    let root = shell_word(patient.root);
    Some(finding(
        "other-python-asked-for",
        Severity::Error,
        "it is for another Python than the project asks for".to_owned(),
        format!("it is for Python {is}; {asked}"),
        format!("`vrun --create --clear --env {root}` makes it anew, without its packages"),
    ))
}

/// What is installed is not what the project's files ask for.
fn check_requirements(patient: &DoctorInput<'_>) -> Option<Finding> {
    let venv = Venv::open(patient.root).ok()?;
    let lacking = requirements::install_status(&venv, patient.vrun_command)?.shortfall?;
    Some(finding(
        "requirements-behind",
        Severity::Error,
        "what is installed is not what the project requires".to_owned(),
        lacking.description,
        lacking.fix,
    ))
}

fn check_nested(patient: &DoctorInput<'_>) -> Option<Finding> {
    let outer = venv::enclosing_env(patient.root.parent()?)?;
    Some(finding(
        "nested",
        Severity::Note,
        "it lies inside another environment".to_owned(),
        format!("{} is one", printable(outer)),
        format!(
            "keep it apart: what clears {} takes it along",
            printable(outer)
        ),
    ))
}

fn check_active(patient: &DoctorInput<'_>) -> Option<Finding> {
    let active = patient.active?;
    Some(finding(
        "another-active",
        Severity::Note,
        "another environment is active in this shell".to_owned(),
        format!("VIRTUAL_ENV is {}", printable(active)),
        "`deactivate`; what runs under vrun sees the right one".to_owned(),
    ))
}

fn check_leftovers(patient: &DoctorInput<'_>) -> Option<Finding> {
    let left = create::find_leftovers(patient.root);
    let first = left.first()?;
    let words: Vec<_> = left.iter().map(shell_word).collect();
    Some(finding(
        "leftovers",
        Severity::Note,
        "a vrun that was killed left something behind".to_owned(),
        format!("{} is there", printable(first)),
        format!(
            "`rm -r {}`, unless a vrun is at work there",
            words.join(" ")
        ),
    ))
}

/// vrun takes PYTHONHOME away; PYTHONPATH it leaves, for it may be meant.
fn check_python_vars(patient: &DoctorInput<'_>) -> Option<Finding> {
    let effects = [
        (
            "PYTHONPATH",
            "its directories come before the environment's packages",
        ),
        (
            "PYTHONHOME",
            "without vrun, Python takes that for its own place",
        ),
    ];
    let set = |(name, effect)| Some((name, patient.process.non_empty_var(name)?, effect));
    let set: Vec<_> = effects.into_iter().filter_map(set).collect();
    let names: Vec<_> = set.iter().map(|(name, ..)| *name).collect();
    let told = |(name, value, effect): &(&str, &OsStr, &str)| {
        format!("{name} is {}: {effect}", printable(value))
    };
    (!set.is_empty()).then(|| Finding {
        id: "python-variables",
        severity: Severity::Note,
        message: match names[..] {
            [name] => format!("{name} is set"),
            _ => format!("{} are set", names.join(" and ")),
        },
        causes: set.iter().map(told).collect(),
        fix: format!("`unset {}`", names.join(" ")),
    })
}

/// What `python` means without vrun.
fn check_shim_first(patient: &DoctorInput<'_>) -> Option<Finding> {
    let path = patient.process.var("PATH")?;
    let mut dirs = os::split_paths(path).filter(|dir| dir.is_absolute());
    let name = format!("python{}", os::EXE_SUFFIX);
    let python =
        dirs.find_map(|dir| Some(dir.join(&name)).filter(|file: &PathBuf| file.is_file()))?;
    let Ok(ScriptInterpreter::ManagerShim(manager)) =
        script_interpreter::detect_interpreter(&python)
    else {
        return None;
    };
    Some(finding(
        "shim-first",
        Severity::Note,
        format!("a bare `python` in this shell is {manager}'s shim"),
        format!("{} comes first on PATH", printable(Path::new(&python))),
        "`vrun python` runs this environment's".to_owned(),
    ))
}

/// Shims whose vrun was moved or removed: a shell passes over them, and takes the next program of that name.
fn check_broken_shims(patient: &DoctorInput<'_>) -> Option<Finding> {
    let dirs: Vec<_> = os::split_paths(patient.process.var("PATH")?).collect();
    let lost = |dir: &PathBuf| {
        let files = fs::read_dir(dir).into_iter().flatten().flatten();
        let links = files.filter(|file| file.file_type().is_ok_and(|kind| kind.is_symlink()));
        let mut lost: Vec<_> = links
            .map(|file| file.path())
            .filter(|link| is_broken_shim(link))
            .collect();
        lost.sort();
        Some((dir.clone(), lost)).filter(|(_, lost)| !lost.is_empty())
    };
    let (dir, lost) = dirs.iter().filter(|dir| dir.is_absolute()).find_map(lost)?;
    let first = lost.first()?;
    let leads = fs::read_link(first).unwrap_or_default();
    let names = lost
        .iter()
        .filter_map(|link| Some(shell_word(link.file_name()?)));
    let names: Vec<_> = names.collect();
    Some(finding(
        "lost-shims",
        Severity::Note,
        format!("shims in {} lead to a vrun that is gone", printable(&dir)),
        format!(
            "{} leads to {}, which does not exist",
            printable(first),
            printable(leads)
        ),
        format!("`vrun --shims {} {}`", shell_word(&dir), names.join(" ")),
    ))
}

fn is_broken_shim(link: &Path) -> bool {
    !link.exists() && self_exe::is_shim(link, None)
}
