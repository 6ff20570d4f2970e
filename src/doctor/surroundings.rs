//! The surroundings of an environment -> what is wrong with them: who else may write there, git, what is active,
//! variables, what a shell finds before vrun.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{ScriptInterpreter, script_interpreter};
use crate::python::{self, Inspection};
use crate::quote::{printable, shell_word};
use crate::venv::{self, Venv};
use crate::{create, find, git, os, requirements, self_exe};

use super::finding::{Finding, Severity};
use super::input::DoctorInput;

pub(super) fn check_surroundings(input: &DoctorInput<'_>) -> Vec<Finding> {
    let checks = [
        check_world_writable,
        check_tracked,
        check_ignored,
        check_nested,
        check_active,
        check_leftovers,
        check_python_vars,
        check_shim_first,
        check_broken_shims,
    ];
    checks.iter().filter_map(|check| check(input)).collect()
}

/// What the project asks for.
pub(super) fn check_project(input: &DoctorInput<'_>) -> impl Iterator<Item = Finding> {
    let checks = [check_python_request, check_requirements];
    checks.into_iter().filter_map(|check| check(input))
}

fn check_world_writable(input: &DoctorInput<'_>) -> Option<Finding> {
    let dirs = [input.root.to_owned(), venv::scripts_dir(input.root)];
    let site_packages = venv::site_packages(input.root);
    let is_open =
        |dir: &&PathBuf| fs::metadata(dir).is_ok_and(|found| os::is_world_writable(&found));
    let open = dirs.iter().chain(&site_packages).find(is_open)?;
    if os::has_made_up_modes(open) {
        return None;
    }
    Some(Finding::new(
        "world-writable",
        Severity::Error,
        "any user may write to it",
        format!("{} is writable by all users", printable(open)),
        format!("`chmod -R o-w {}`", shell_word(input.root)),
    ))
}

fn check_tracked(input: &DoctorInput<'_>) -> Option<Finding> {
    let tracked = git::find_tracked(input.root, input.process)?;
    let word = shell_word(&tracked);
    Some(Finding::new(
        "tracked-by-git",
        Severity::Error,
        "git tracks it",
        "every clone has its files, with paths of this machine in them",
        format!("`git rm -r --cached {word}` untracks it and keeps the files"),
    ))
}

/// No ignore file matches it: neither its own .gitignore, nor that of the project or the user.
fn check_ignored(input: &DoctorInput<'_>) -> Option<Finding> {
    let is_ignored = git::is_ignored(input.root, input.process)?;
    let gitignore = input.root.join(".gitignore");
    let shown = printable(&gitignore);
    (!is_ignored).then(|| {
        Finding::new(
            "not-ignored",
            Severity::Note,
            "git does not ignore it",
            format!("no ignore pattern matches it, and {shown} does not contain the line `*`"),
            format!(
                "`{}`",
                os::append_line_command("*", &shell_word(&gitignore))
            ),
        )
    })
}

/// The project's files are asked when an environment is created. They may have changed since.
fn check_python_request(input: &DoctorInput<'_>) -> Option<Finding> {
    let venv = Venv::open(input.root).ok()?;
    let unmet = python::unmet_request(&Inspection {
        venv: &venv,
        project: input.project,
        is_cached: false,
        process: input.process,
    })?;
    Some(Finding::new(
        "python-mismatch",
        Severity::Error,
        "it is for a different Python than the project asks for",
        format!("it is for Python {}; {}", unmet.actual, unmet.sentence),
        create::recreate_hint(input.root),
    ))
}

fn check_requirements(input: &DoctorInput<'_>) -> Option<Finding> {
    let venv = Venv::open(input.root).ok()?;
    let is_member = |project: &&Path| find::dir_around(input.root, project).is_some();
    let member = input.project.filter(is_member);
    let status = |member| requirements::install_status(&venv, member, input.vrun_command);
    let own = member.and_then(|member| status(Some(member))?.shortfall);
    let shortfall = match status(None) {
        Some(status) => status.shortfall.or(own)?,
        None if own.is_some() => own?,
        None => {
            let project = input.project.or(input.root.parent())?;
            requirements::find_nothing_installed(&venv, project, input.vrun_command)?
        }
    };
    Some(Finding::new(
        "requirements-not-installed",
        Severity::Error,
        "the installed packages do not match the project's requirements",
        shortfall.description,
        shortfall.fix,
    ))
}

fn check_nested(input: &DoctorInput<'_>) -> Option<Finding> {
    let outer = printable(venv::enclosing_env(input.root.parent()?)?);
    Some(Finding::new(
        "nested",
        Severity::Note,
        "it is inside another environment",
        format!("{outer} is one"),
        format!("keep it elsewhere: clearing {outer} deletes it too"),
    ))
}

fn check_active(input: &DoctorInput<'_>) -> Option<Finding> {
    Some(Finding::new(
        "another-active",
        Severity::Note,
        "another environment is active in this shell",
        format!("VIRTUAL_ENV is {}", printable(input.active?)),
        "`deactivate`; programs that vrun runs see the right one",
    ))
}

fn check_leftovers(input: &DoctorInput<'_>) -> Option<Finding> {
    let leftovers = create::find_leftovers(input.root);
    let first = leftovers.first()?;
    let words: Vec<_> = leftovers.iter().map(shell_word).collect();
    Some(Finding::new(
        "leftovers",
        Severity::Note,
        "an interrupted vrun left files behind",
        format!("{} was not removed", printable(first)),
        format!(
            "`rm -r {}`, if no vrun is running",
            words.join(os::PATH_LIST_SEPARATOR)
        ),
    ))
}

/// vrun unsets PYTHONHOME, but not PYTHONPATH, which may be intended.
fn check_python_vars(input: &DoctorInput<'_>) -> Option<Finding> {
    let effects = [
        (
            "PYTHONPATH",
            "its directories come before the environment's packages",
        ),
        (
            "PYTHONHOME",
            "without vrun, Python looks for its standard library there",
        ),
    ];
    let set = effects.into_iter().filter_map(|(name, effect)| {
        let value = printable(input.process.non_empty_var(name)?);
        Some((name, format!("{name} is {value}: {effect}")))
    });
    let (names, causes): (Vec<_>, Vec<_>) = set.unzip();
    (!names.is_empty()).then(|| Finding {
        id: "python-variables",
        severity: Severity::Note,
        message: match names[..] {
            [name] => format!("{name} is set"),
            _ => format!("{} are set", names.join(" and ")),
        },
        causes,
        fix: format!("`{}`", os::unset_vars_command(&names)),
    })
}

/// Which `python` runs without vrun.
fn check_shim_first(input: &DoctorInput<'_>) -> Option<Finding> {
    let dirs = os::split_paths(input.process.var("PATH")?).filter(|dir| dir.is_absolute());
    let name = format!("python{}", os::EXE_SUFFIX);
    let python = dirs
        .map(|dir| dir.join(&name))
        .find(|file| file.is_file())?;
    let Ok(ScriptInterpreter::ManagerShim(manager)) =
        script_interpreter::detect_interpreter(&python)
    else {
        return None;
    };
    Some(Finding::new(
        "shim-first",
        Severity::Note,
        format!("a bare `python` in this shell is a shim of {manager}"),
        format!("{} comes first on PATH", printable(&python)),
        "`vrun python` runs the Python of this environment",
    ))
}

/// Shims whose vrun was moved or removed. A shell skips them, and takes the next program of that name.
fn check_broken_shims(input: &DoctorInput<'_>) -> Option<Finding> {
    let dirs = os::split_paths(input.process.var("PATH")?).filter(|dir| dir.is_absolute());
    let mut broken = dirs.map(|dir| (broken_shims(&dir), dir));
    let (shims, dir) = broken.find(|(shims, _)| !shims.is_empty())?;
    let first = shims.first()?;
    let names = shims.iter().filter_map(|shim| shim.file_name());
    let names: Vec<_> = names.map(shell_word).collect();
    Some(Finding::new(
        "broken-shims",
        Severity::Note,
        format!("shims in {} lead to a vrun that is gone", printable(&dir)),
        format!(
            "{} leads to {}, which does not exist",
            printable(first),
            printable(fs::read_link(first).unwrap_or_default())
        ),
        format!("`vrun --shims {} {}`", shell_word(&dir), names.join(" ")),
    ))
}

fn broken_shims(dir: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    let links = files.filter(|file| file.file_type().is_ok_and(|kind| kind.is_symlink()));
    let is_broken = |link: &PathBuf| !link.exists() && self_exe::is_shim(link, None);
    let mut shims: Vec<_> = links.map(|file| file.path()).filter(is_broken).collect();
    shims.sort();
    shims
}
