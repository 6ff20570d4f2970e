//! A wheel -> an installed project, as pip installs one (PEP 427); of the `.pyc` files, those that are had
//! without compiling.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::compiled;
use super::pip::Pip;
use super::record::{Row, listing};
use super::scripts::{self, console_scripts};
use super::store::{Entry, Store};
use super::transfer::{Item, transfer};
use super::unpack::unpack;
use super::wheel::Wheel;
use super::{Plan, failed, write};
use crate::os;
use crate::venv;

/// The files of a project's `.dist-info` that are written for each environment, whatever the wheel has.
const OWN: [&str; 3] = ["RECORD", "INSTALLER", "REQUESTED"];

/// Installs the wheel into the environment's site-packages and scripts directory, from the store where
/// there is one.
///
/// # Errors
/// The wheel is damaged, or something cannot be written.
pub fn install(wheel: &Wheel, pip: Pip, store: Option<&Store>, plan: &Plan<'_>) -> io::Result<()> {
    let site = plan.site_packages();
    let info = wheel.info();
    let record = format!("{info}/RECORD");
    // A store that fails must not keep an environment from being made.
    let mut rows: Vec<Row> = match store.and_then(|store| store.entry(&wheel.file).ok()) {
        Some(entry) => take_along(&entry, wheel, &site, plan)?,
        None => unpack(&wheel.file, &site)?
            .into_iter()
            .map(|file| file.row)
            .collect(),
    };
    let own = OWN.map(|name| format!("{info}/{name}"));
    rows.retain(|row| !own.contains(&row.path));
    let requested = pip.marks_requests().then_some(("REQUESTED", ""));
    for (name, content) in [("INSTALLER", "pip\n")].into_iter().chain(requested) {
        let path = format!("{info}/{name}");
        write(&site.join(&path), content)?;
        rows.push(Row::new(path, content.as_bytes()));
    }
    let entry_points = entry_points(&site.join(&info))?;
    rows.extend(write_scripts(&entry_points, pip, plan)?);
    write(&site.join(&record), listing(rows.iter(), &record))
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

/// Puts the entry's files into `site`, and what is compiled of them.
fn take_along(entry: &Entry, wheel: &Wheel, site: &Path, plan: &Plan<'_>) -> io::Result<Vec<Row>> {
    let own = OWN.map(|name| format!("{}/{name}", wheel.info()));
    // What every environment has of its own is written: a write into a link would reach the store.
    let files = entry.files.iter().map(|file| &file.unpacked);
    let files: Vec<_> = files.filter(|file| !own.contains(&file.row.path)).collect();
    let compiled = match plan.base.bytecode {
        Some(bytecode) => compiled::of(entry, bytecode, &plan.future_site_packages()),
        None => Vec::new(),
    };
    let sources = files.iter().map(|file| Item {
        from: entry.file(&file.row.path),
        to: site.join(&file.row.path),
        is_program: file.is_program,
    });
    let code = compiled.iter().map(|module| Item {
        from: module.file.clone(),
        to: site.join(&module.path),
        is_program: false,
    });
    let items: Vec<_> = sources.chain(code).collect();
    let marker = plan.root.join(venv::MARKER);
    let usual = fs::metadata(&marker).map_err(|error| failed("read", &marker, &error))?;
    transfer(&items, &usual)?;
    let rows = files.into_iter().map(|file| file.row.clone());
    let code = compiled.into_iter().map(|module| Row::of_code(module.path));
    Ok(rows.chain(code).collect())
}
