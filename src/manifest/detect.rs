//! A project's directory, and what the user selected -> what is installed.
//!
//! The project: the first of `pylock.toml` (PEP 751), another tool's lock with the manifest that belongs to it,
//! `requirements.txt`, a `pyproject.toml` that describes a project, a `Pipfile`, `setup.py` or `setup.cfg`. Unless that
//! is a `pylock.toml`, with it what its developers need.

use std::path::Path;

use crate::error::Error;
use crate::quote::{printable, summarize_names};

use super::dependency_table::{VersionSyntax, table_requirements};
use super::developers::{developer_parts, setup_part};
use super::lock_pins::{PIPFILE_LOCK, TOML_LOCKS, read_pins};
use super::manifest_index::pipfile_index;
use super::package_name::is_same_name;
use super::pip_format::read_references;
use super::plan::{InstallPlan, Part};
use super::pyproject::{PYPROJECT, Pyproject};
use super::selection::Selection;
use super::tables::{read_tables, unreadable_error};

const PYLOCK: &str = "pylock.toml";
const REQUIREMENTS: &str = "requirements.txt";
const PIPFILE: &str = "Pipfile";

/// What to install for the project at `dir`; None if nothing says so.
///
/// # Errors
/// A file that has to be read cannot be; there is no such file, group or extra as selected.
pub(crate) fn detect_plan(dir: &Path, selection: &Selection) -> Result<Option<InstallPlan>, Error> {
    let mut plan = InstallPlan::default();
    if selection.files.is_empty() {
        let pyproject = detect_project(dir, &mut plan)?;
        let name = pyproject.as_ref().and_then(Pyproject::name);
        plan.project_name = name.map(str::to_owned);
        plan.left_out
            .extend(pyproject.as_ref().and_then(Pyproject::unbuilt_reason));
        let first = plan.required.first();
        let is_pylock = matches!(first, Some(Part::Pylock(_)));
        if !selection.no_dev && !is_pylock {
            let mut dev = developer_parts(dir, pyproject.as_ref());
            if first.is_some_and(|part| part.file().ends_with(PIPFILE)) {
                dev.extend(pipfile_dev_part(&dir.join(PIPFILE)).transpose());
            }
            for part in dev {
                match part {
                    Ok(part) if part.is_empty() => {}
                    Ok(part) => plan.additional.push(part),
                    Err(error) => {
                        let causes = error.causes().iter().map(String::as_str);
                        let message: Vec<_> = [error.message()].into_iter().chain(causes).collect();
                        plan.left_out.push(message.join(": "));
                    }
                }
            }
        }
    }
    for file in &selection.files {
        plan.required.push(part_of_file(file)?);
    }
    add_named(dir, selection, &mut plan)?;
    // Something has to be installed for the project to have been installed.
    if plan.required.is_empty() && !plan.additional.is_empty() {
        plan.required.push(plan.additional.remove(0));
    }
    Ok(Some(plan).filter(|plan| plan.parts().next().is_some()))
}

/// Adds what the project requires. The result is its pyproject.toml, if that was read and describes a project.
fn detect_project(dir: &Path, plan: &mut InstallPlan) -> Result<Option<Pyproject>, Error> {
    let existing = |name: &str| Some(dir.join(name)).filter(|file| file.is_file());
    if let Some(file) = existing(PYLOCK) {
        plan.required.push(Part::Pylock(file));
        return Ok(None);
    }
    let lock = TOML_LOCKS
        .iter()
        .find_map(|name| existing(name))
        .filter(|_| existing(PYPROJECT).is_some());
    let pipfile = existing(PIPFILE);
    let pipfile_lock = existing(PIPFILE_LOCK).filter(|_| pipfile.is_some());
    let requirements = existing(REQUIREMENTS).filter(|_| lock.is_none() && pipfile_lock.is_none());
    let pyproject = Pyproject::read(dir).map(|read| read.filter(Pyproject::describes_project));
    if let Some(file) = requirements {
        let names_project = read_references(&file, dir)
            .projects
            .iter()
            .any(|it| it == dir);
        plan.required.push(Part::RequirementsFile(file));
        // With a broken pyproject.toml, the rest is still installed.
        let pyproject = pyproject.ok().flatten();
        let project = match &pyproject {
            Some(pyproject) if !pyproject.is_package() => None,
            Some(pyproject) => Some(pyproject.project_part()?),
            None => setup_part(dir),
        };
        plan.additional.extend(project.filter(|_| !names_project));
        return Ok(pyproject);
    }
    if let (Some(file), Some(lock)) = (&pipfile, &pipfile_lock) {
        add_pipfile(file, plan)?;
        plan.pins = Some(read_pins(lock)?);
        return Ok(pyproject.ok().flatten());
    }
    let pyproject = pyproject?;
    if let Some(pyproject) = &pyproject {
        plan.required.push(pyproject.project_part()?);
        plan.index = pyproject.index();
        plan.pins = lock.map(|lock| read_pins(&lock)).transpose()?;
    } else if let Some(file) = &pipfile {
        add_pipfile(file, plan)?;
    } else {
        plan.required.extend(setup_part(dir));
    }
    Ok(pyproject)
}

/// The file that the user named. Its name says its format (PEP 751: `pylock.*.toml`).
fn part_of_file(path: &Path) -> Result<Part, Error> {
    if !path.is_file() {
        let what = format!("no requirement file named {}", printable(path));
        return Err(Error::failed(what).with_hint("`--requirements FILE` takes a file that exists"));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(match &*name {
        name if is_pylock(name) => Part::Pylock(path.to_owned()),
        PYPROJECT => {
            let pyproject = Pyproject::read(path.parent().unwrap_or(path))?;
            pyproject.map_or_else(
                || Ok(Part::RequirementsFile(path.to_owned())),
                |pyproject| pyproject.project_part(),
            )?
        }
        _ => Part::RequirementsFile(path.to_owned()),
    })
}

fn is_pylock(name: &str) -> bool {
    let middle = name.strip_prefix("pylock.");
    let middle = middle.and_then(|rest| rest.strip_suffix(".toml"));
    name == PYLOCK || middle.is_some_and(|part| !part.is_empty() && !part.contains('.'))
}

fn add_pipfile(file: &Path, plan: &mut InstallPlan) -> Result<(), Error> {
    let tables = read_tables(file)?.unwrap_or_default();
    plan.required
        .extend(pipfile_part(file, &tables, "packages")?);
    plan.index = pipfile_index(&tables);
    Ok(())
}

fn pipfile_dev_part(file: &Path) -> Result<Option<Part>, Error> {
    let tables = read_tables(file)?.unwrap_or_default();
    pipfile_part(file, &tables, "dev-packages")
}

fn pipfile_part(file: &Path, tables: &toml::Table, table: &str) -> Result<Option<Part>, Error> {
    let dir = file.parent().unwrap_or(file);
    let Some(found) = tables.get(table) else {
        return Ok(None);
    };
    let index = pipfile_index(tables);
    let index = index.as_ref().map(|index| &*index.name);
    let requirements = table_requirements(found, dir, VersionSyntax::Pipfile, index);
    Ok(Some(Part::Dependencies {
        file: file.to_owned(),
        table: match table {
            "packages" => String::new(),
            table => format!("[{table}]"),
        },
        requirements: requirements.map_err(|name| {
            let cause = format!("`{name}` comes from an index that only pipenv knows");
            unreadable_error(file, cause)
        })?,
    }))
}

/// Adds the groups and extras that the user named.
fn add_named(dir: &Path, selection: &Selection, plan: &mut InstallPlan) -> Result<(), Error> {
    if selection.groups.is_empty() && selection.extras.is_empty() {
        return Ok(());
    }
    let pyproject = Pyproject::read(dir)?;
    for group in &selection.groups {
        let part = pyproject
            .as_ref()
            .map(|pyproject| pyproject.group_part(group));
        let part = part.transpose()?.flatten();
        let known = pyproject.as_ref().map(Pyproject::group_names);
        let known = known.unwrap_or_default();
        plan.required
            .push(part.ok_or_else(|| unknown_error("group", group, &known, dir))?);
    }
    for extra in &selection.extras {
        let known = pyproject
            .as_ref()
            .map(Pyproject::extras)
            .unwrap_or_default();
        let part = match (&pyproject, setup_part(dir)) {
            (Some(pyproject), _) if known.iter().any(|name| is_same_name(name, extra)) => {
                pyproject.extra_part(extra)?
            }
            (_, Some(Part::Project { file, .. })) => Part::Project {
                file,
                extras: vec![extra.clone()],
            },
            _ => return Err(unknown_error("extra", extra, &known, dir)),
        };
        plan.required.push(part);
    }
    Ok(())
}

fn unknown_error(kind: &str, name: &str, known: &[&str], dir: &Path) -> Error {
    let file = printable(dir.join(PYPROJECT));
    let error = Error::failed(format!("no {kind} named {} in {file}", printable(name)));
    match known {
        [] => error,
        known => error.with_cause(format_args!("it has {}", summarize_names(known))),
    }
}
