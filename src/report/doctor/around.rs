//! Where an environment stands -> what there is wrong with that: who else may write there, git, what is active,
//! variables, what is found before vrun.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Finding, Grade, Patient};
use crate::create;
use crate::error::{shown, typed};
use crate::itself;
use crate::os;
use crate::program::starter::{self, Starter};
use crate::requirements;
use crate::venv::{self, MARKER, Venv};

/// All of it.
pub fn findings(patient: &Patient<'_>) -> Vec<Finding> {
    let looks = [
        open_to_others,
        tracked,
        not_ignored,
        unmet_request,
        requirements_behind,
        nested,
        other_active,
        leftovers,
        python_variables,
        shim_first,
        lost_shims,
    ];
    looks.iter().filter_map(|look| look(patient)).collect()
}

fn finding(id: &'static str, grade: Grade, what: String, cause: String, mend: String) -> Finding {
    Finding {
        id,
        grade,
        what,
        causes: vec![cause],
        mend,
    }
}

/// Any user could put code into it.
fn open_to_others(patient: &Patient<'_>) -> Option<Finding> {
    let dirs = [patient.root.to_owned(), venv::scripts(patient.root)];
    let sites = venv::site_packages(patient.root);
    let is_open = |dir: &&PathBuf| fs::metadata(dir).is_ok_and(|found| os::is_open_to_all(&found));
    let open = dirs.iter().chain(&sites).find(is_open)?;
    Some(finding(
        "world-writable",
        Grade::Wrong,
        "any user may write to it".to_owned(),
        format!("{} is open to all", shown(open)),
        format!("`chmod -R o-w {}`", typed(patient.root)),
    ))
}

fn tracked(patient: &Patient<'_>) -> Option<Finding> {
    (patient.is_tracked)().then(|| {
        let root = typed(patient.root);
        finding(
            "tracked-by-git",
            Grade::Wrong,
            "git tracks it".to_owned(),
            "every clone has its files, with paths of this machine in them".to_owned(),
            format!("`git rm -r --cached {root}` ends that, and keeps the files"),
        )
    })
}

/// Neither does it keep itself out of git, nor does the project, nor the user.
fn not_ignored(patient: &Patient<'_>) -> Option<Finding> {
    let ignored = (patient.is_ignored)()?;
    let ignore = patient.root.join(".gitignore");
    (!ignored).then(|| {
        finding(
            "not-ignored",
            Grade::Note,
            "git does not ignore it".to_owned(),
            format!(
                "no pattern matches it, and {} has no line `*`",
                shown(&ignore)
            ),
            format!("`echo '*' >>{}`", typed(&ignore)),
        )
    })
}

/// `.python-version` and `requires-python` are for who makes an environment; here is told where they have
/// changed since.
fn unmet_request(patient: &Patient<'_>) -> Option<Finding> {
    let venv = Venv::open(patient.root).ok()?;
    let (asked, is) = create::request::unmet(&venv, patient.project?, patient.world)?;
    let root = typed(patient.root);
    Some(finding(
        "other-python-asked-for",
        Grade::Wrong,
        "it is for another Python than the project asks for".to_owned(),
        format!("it is for Python {is}; {asked}"),
        format!("`vrun --create --clear --env {root}` makes it anew, without its packages"),
    ))
}

/// What is installed is not what the project's files ask for.
fn requirements_behind(patient: &Patient<'_>) -> Option<Finding> {
    let venv = Venv::open(patient.root).ok()?;
    let lacking = requirements::account(&venv, patient.call)?.lacking?;
    Some(finding(
        "requirements-behind",
        Grade::Wrong,
        "what is installed is not what the project requires".to_owned(),
        lacking.what,
        lacking.mend,
    ))
}

fn nested(patient: &Patient<'_>) -> Option<Finding> {
    let mut above = patient.root.ancestors().skip(1);
    let outer = above.find(|dir| dir.join(MARKER).is_file())?;
    Some(finding(
        "nested",
        Grade::Note,
        "it lies inside another environment".to_owned(),
        format!("{} is one", shown(outer)),
        format!("keep it apart: what clears {} takes it along", shown(outer)),
    ))
}

fn other_active(patient: &Patient<'_>) -> Option<Finding> {
    let active = patient.active?;
    Some(finding(
        "another-active",
        Grade::Note,
        "another environment is active in this shell".to_owned(),
        format!("VIRTUAL_ENV is {}", shown(active)),
        "`deactivate`; what runs under vrun sees the right one".to_owned(),
    ))
}

fn leftovers(patient: &Patient<'_>) -> Option<Finding> {
    let left = create::leftovers(patient.root);
    let first = left.first()?;
    let words: Vec<_> = left.iter().map(typed).collect();
    Some(finding(
        "leftovers",
        Grade::Note,
        "a vrun that was killed left something behind".to_owned(),
        format!("{} is there", shown(first)),
        format!(
            "`rm -r {}`, unless a vrun is at work there",
            words.join(" ")
        ),
    ))
}

/// vrun takes PYTHONHOME away; PYTHONPATH it leaves, for it may be meant.
fn python_variables(patient: &Patient<'_>) -> Option<Finding> {
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
    let set = |(name, effect)| Some((name, patient.world.setting(name)?, effect));
    let set: Vec<_> = effects.into_iter().filter_map(set).collect();
    let names: Vec<_> = set.iter().map(|(name, ..)| *name).collect();
    let told = |(name, value, effect): &(&str, &OsStr, &str)| {
        format!("{name} is {}: {effect}", shown(value))
    };
    (!set.is_empty()).then(|| Finding {
        id: "python-variables",
        grade: Grade::Note,
        what: match names[..] {
            [name] => format!("{name} is set"),
            _ => format!("{} are set", names.join(" and ")),
        },
        causes: set.iter().map(told).collect(),
        mend: format!("`unset {}`", names.join(" ")),
    })
}

/// What `python` means without vrun.
fn shim_first(patient: &Patient<'_>) -> Option<Finding> {
    let path = patient.world.var("PATH")?;
    let mut dirs = os::split_paths(path).filter(|dir| dir.is_absolute());
    let name = format!("python{}", os::EXE);
    let python =
        dirs.find_map(|dir| Some(dir.join(&name)).filter(|file: &PathBuf| file.is_file()))?;
    let Ok(Starter::Shim(manager)) = starter::of(&python) else {
        return None;
    };
    Some(finding(
        "shim-first",
        Grade::Note,
        format!("a bare `python` in this shell is {manager}'s shim"),
        format!("{} comes first on PATH", shown(Path::new(&python))),
        "`vrun python` runs this environment's".to_owned(),
    ))
}

/// Shims whose vrun was moved or removed: a shell passes over them, and takes the next program of that name.
fn lost_shims(patient: &Patient<'_>) -> Option<Finding> {
    let dirs: Vec<_> = os::split_paths(patient.world.var("PATH")?).collect();
    let lost = |dir: &PathBuf| {
        let files = fs::read_dir(dir).into_iter().flatten().flatten();
        let links = files.filter(|file| file.file_type().is_ok_and(|kind| kind.is_symlink()));
        let mut lost: Vec<_> = links
            .map(|file| file.path())
            .filter(|link| is_lost_shim(link))
            .collect();
        lost.sort();
        Some((dir.clone(), lost)).filter(|(_, lost)| !lost.is_empty())
    };
    let (dir, lost) = dirs.iter().filter(|dir| dir.is_absolute()).find_map(lost)?;
    let first = lost.first()?;
    let leads = fs::read_link(first).unwrap_or_default();
    let names = lost
        .iter()
        .filter_map(|link| Some(typed(link.file_name()?)));
    let names: Vec<_> = names.collect();
    Some(finding(
        "lost-shims",
        Grade::Note,
        format!("shims in {} lead to a vrun that is gone", shown(&dir)),
        format!(
            "{} leads to {}, which does not exist",
            shown(first),
            shown(leads)
        ),
        format!("`vrun --shims {} {}`", typed(&dir), names.join(" ")),
    ))
}

fn is_lost_shim(link: &Path) -> bool {
    !link.exists() && itself::is_shim(link, None)
}
