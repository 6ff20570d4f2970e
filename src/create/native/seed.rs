//! A wheel -> an installed project, as pip installs one (PEP 427); of the `.pyc` files, those that are had
//! without compiling.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::compiled::{self, Code, Compiled};
use super::pip::Pip;
use super::record::{Row, by_folder, listing};
use super::scripts::{self, console_scripts};
use super::store::{Entry, Store, Stored, Trust};
use super::transfer::{Folder, Item};
use super::unpack::{Unpacked, unpack};
use super::wheel::Wheel;
use super::{Plan, failed, make_dir, write};
use crate::os;
use crate::venv;

/// The files of a project's `.dist-info` that are written for each environment, whatever the wheel has.
const OWN: [&str; 3] = ["RECORD", "INSTALLER", "REQUESTED"];

/// What the wheels give an environment.
#[derive(Debug)]
pub struct Seeds<'a> {
    plan: &'a Plan<'a>,
    pip: Pip,
    projects: Vec<Project>,
}

/// One wheel of them.
#[derive(Debug)]
struct Project {
    /// Its `.dist-info`.
    info: String,
    source: Source,
    entry_points: String,
}

/// How its files come into the environment.
#[derive(Debug)]
enum Source {
    /// From the store, with what is compiled of them.
    Store(Entry, Option<Compiled>),
    /// They are there.
    Wheel(Vec<Unpacked>),
}

/// Finds the wheels in the store, where there is one; what is not there is unpacked into the environment.
///
/// # Errors
/// A wheel is damaged, or something cannot be written.
pub fn prepare<'a>(
    wheels: &[Wheel],
    store: Option<(&Store, Trust)>,
    plan: &'a Plan<'a>,
) -> io::Result<Seeds<'a>> {
    // pip is the last of them, and the one that would have installed them all.
    let version = wheels.last().map_or("", |pip| &pip.version);
    let projects = wheels.iter().map(|wheel| project(wheel, store, plan));
    Ok(Seeds {
        plan,
        pip: Pip::of(version),
        projects: projects.collect::<io::Result<_>>()?,
    })
}

fn project(wheel: &Wheel, store: Option<(&Store, Trust)>, plan: &Plan<'_>) -> io::Result<Project> {
    let info = wheel.info();
    let stored = store.and_then(|(store, trust)| {
        // A store that fails must not keep an environment from being made.
        let entry = store.entry(&wheel.file, trust).ok()?;
        let site = plan.future_site_packages();
        let compiled = plan.base.bytecode;
        let compiled = compiled.map(|bytecode| compiled::of(&entry, bytecode, &site, trust));
        Some((entry, compiled))
    });
    let (entry_points, source) = match stored {
        Some((entry, compiled)) => {
            // Where it is not as it should be, that is noticed when it is taken along.
            let text = entry_points(&entry.file(&info)).unwrap_or_default();
            (text, Source::Store(entry, compiled))
        }
        None => {
            let site = plan.site_packages();
            let files = unpack(&wheel.file, &site)?;
            (entry_points(&site.join(&info))?, Source::Wheel(files))
        }
    };
    Ok(Project {
        info,
        source,
        entry_points,
    })
}

impl Seeds<'_> {
    /// What is to be taken along from the store.
    pub fn folders(&self) -> Vec<Folder<'_>> {
        let site = self.plan.site_packages();
        let folders = self.projects.iter().map(|project| project.folders(&site));
        folders.flatten().collect()
    }

    /// Writes what every environment has of its own: scripts, and the notes of a `.dist-info`.
    ///
    /// # Errors
    /// Something cannot be written.
    pub fn write(&self) -> io::Result<()> {
        let site = self.plan.site_packages();
        for project in &self.projects {
            let info = &project.info;
            let record = format!("{info}/RECORD");
            make_dir(&site.join(info))?;
            let mut own = write_scripts(&project.entry_points, self.pip, self.plan)?;
            let requested = self.pip.marks_requests().then_some(("REQUESTED", ""));
            for (name, content) in [("INSTALLER", "pip\n")].into_iter().chain(requested) {
                let path = format!("{info}/{name}");
                write(&site.join(&path), content)?;
                own.push(Row::new(path, content.as_bytes()));
            }
            let rows = project.rows().into_iter().chain(&own);
            write(&site.join(&record), listing(rows, &record))?;
        }
        Ok(())
    }
}

impl Project {
    fn folders(&self, site: &Path) -> Vec<Folder<'_>> {
        let Source::Store(entry, compiled) = &self.source else {
            return Vec::new();
        };
        let sources = by_folder(&entry.files, |file| &file.unpacked.row);
        let sources = sources.map(|(folder, files)| {
            let files = files.iter().filter(|file| !self.writes(&file.unpacked.row));
            Folder {
                from: entry.file(folder),
                to: site.join(folder),
                items: files.map(source).collect(),
            }
        });
        let code = compiled.iter().flat_map(|compiled| {
            let folders = by_folder(&compiled.files, |code| &code.row);
            folders.map(|(folder, files)| Folder {
                from: compiled.dir.clone(),
                to: site.join(folder),
                items: files.iter().map(code).collect(),
            })
        });
        sources.chain(code).collect()
    }

    /// What RECORD will say of what came with the wheel.
    fn rows(&self) -> Vec<&Row> {
        match &self.source {
            Source::Store(entry, compiled) => {
                let files = entry.files.iter().map(|file| &file.unpacked.row);
                let code = compiled.iter().flat_map(|compiled| &compiled.files);
                let files = files.filter(|row| !self.writes(row));
                files.chain(code.map(|code| &code.row)).collect()
            }
            Source::Wheel(files) => {
                let rows = files.iter().map(|file| &file.row);
                rows.filter(|row| !self.writes(row)).collect()
            }
        }
    }

    /// Whether a file is written for each environment: a write into a link would reach the store.
    fn writes(&self, row: &Row) -> bool {
        let (folder, name) = row.place();
        folder == self.info && OWN.contains(&name)
    }
}

fn source(file: &Stored) -> Item<'_> {
    let name = file.unpacked.row.place().1;
    Item {
        name,
        new: name,
        state: file.state,
        is_program: file.unpacked.is_program,
    }
}

fn code(code: &Code) -> Item<'_> {
    Item {
        name: &code.name,
        new: code.row.place().1,
        state: code.state,
        is_program: false,
    }
}

/// The text of entry_points.txt, which not every project has.
fn entry_points(info: &Path) -> io::Result<String> {
    let file = info.join("entry_points.txt");
    match fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(|error| failed("read", &file, &error)),
    }
}

fn write_scripts(entry_points: &str, pip: Pip, plan: &Plan<'_>) -> io::Result<Vec<Row>> {
    let called = plan.base.exe.file_name().unwrap_or_default();
    let python = venv::scripts(plan.home).join(called);
    let mut rows = Vec::new();
    for script in console_scripts(entry_points, plan.base.version) {
        let text = scripts::text(&script, &python, pip);
        let path = venv::scripts(plan.root).join(&script.name);
        write(&path, &text)?;
        os::make_executable(&path).map_err(|error| failed("write", &path, &error))?;
        rows.push(Row::new(
            format!("../../../{}/{}", os::SCRIPTS, script.name),
            &text,
        ));
    }
    Ok(rows)
}
