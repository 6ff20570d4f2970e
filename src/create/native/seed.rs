//! A wheel -> an installed project, as pip installs one (PEP 427), but for the `.pyc` files.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::thread;

use super::pip::Pip;
use super::record::{Row, listing};
use super::scripts::{self, console_scripts};
use super::store::{Entry, Store};
use super::unpack::{Unpacked, unpack};
use super::wheel::Wheel;
use super::{Plan, failed, make_dir, write};
use crate::os;
use crate::venv;

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
        Some(entry) => link(&entry, &site, &record, plan)?,
        None => unpack(&wheel.file, &site)?
            .into_iter()
            .map(|file| file.row)
            .collect(),
    };
    rows.retain(|row| row.path != record);
    let requested = pip.marks_requests().then_some(("REQUESTED", ""));
    for (name, content) in [("INSTALLER", "pip\n")].into_iter().chain(requested) {
        let path = format!("{info}/{name}");
        write(&site.join(&path), content)?;
        rows.push(Row::new(path, content.as_bytes()));
    }
    let entry_points = fs::read_to_string(site.join(&info).join("entry_points.txt"));
    rows.extend(write_scripts(&entry_points.unwrap_or_default(), pip, plan)?);
    write(&site.join(&record), listing(rows.iter(), &record))
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

/// Links the entry's files into `site`. `record` is not among them: it is written, and a write would reach
/// the store.
fn link(entry: &Entry, site: &Path, record: &str, plan: &Plan<'_>) -> io::Result<Vec<Row>> {
    let files: Vec<&Unpacked> = entry
        .unpacked
        .iter()
        .filter(|file| file.row.path != record)
        .collect();
    let parents = files
        .iter()
        .filter_map(|file| Path::new(&file.row.path).parent());
    for parent in parents.collect::<BTreeSet<_>>() {
        make_dir(&site.join(parent))?;
    }
    // A link has the mode that the store's file got; under another umask it would be the wrong one.
    let usual = fs::metadata(plan.root.join(venv::MARKER)).ok();
    let is_usual = |file: &&&Unpacked| {
        let found = fs::metadata(entry.files.join(&file.row.path)).ok();
        usual
            .as_ref()
            .zip(found.as_ref())
            .is_some_and(|(a, b)| os::same_mode(a, b))
    };
    let by_link = files
        .iter()
        .find(|file| !file.is_program)
        .filter(is_usual)
        .is_some();
    let place = |file: &&Unpacked| put(file, entry, site, by_link);
    // Two at a time: most of it is the file system's work.
    let (first, second) = files.split_at(files.len() / 2);
    thread::scope(|scope| {
        let other = scope.spawn(|| first.iter().try_for_each(place));
        let own = second.iter().try_for_each(place);
        other
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("a thread that makes links failed")))
            .and(own)
    })?;
    Ok(files.into_iter().map(|file| file.row.clone()).collect())
}

/// One file: a link to the store's; or written anew, where there is to be no link, or the file system will
/// not have one.
fn put(file: &Unpacked, entry: &Entry, site: &Path, by_link: bool) -> io::Result<()> {
    let (from, to) = (entry.files.join(&file.row.path), site.join(&file.row.path));
    if by_link && fs::hard_link(&from, &to).is_ok() {
        return Ok(());
    }
    let written = fs::read(&from).and_then(|content| fs::write(&to, content));
    let executable = || {
        if file.is_program {
            os::make_executable(&to)
        } else {
            Ok(())
        }
    };
    written
        .and_then(|()| executable())
        .map_err(|error| failed("write", &to, &error))
}
