//! A wheel that the base interpreter bundles -> what an environment gets of it: files from the store, or
//! unpacked where there is no store, and what is had of its `.pyc` files without compiling.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::compiled::{self, Compiled};
use super::record::Row;
use super::store::{Entry, Store, Trust};
use super::transfer::{Place, Source};
use super::unpack::{Unpacked, unpack};
use super::wheel::Wheel;
use super::{Plan, failed};

/// The files of a project's `.dist-info` that are written for each environment, whatever the wheel has.
const OWN: [&str; 3] = ["RECORD", "INSTALLER", "REQUESTED"];

/// A wheel, found.
#[derive(Debug)]
pub struct Project {
    /// Its `.dist-info`.
    pub info: String,
    /// Its version.
    pub version: String,
    /// The text of its entry_points.txt.
    pub entry_points: String,
    origin: Origin,
}

/// How its files come into the environment.
#[derive(Debug)]
enum Origin {
    /// From the store, with what is compiled of them.
    Store(Entry, Option<Compiled>),
    /// They are there.
    Wheel(Vec<Unpacked>),
}

impl Project {
    /// Finds the wheel in the store, where there is one; else unpacks it into the environment.
    ///
    /// # Errors
    /// The wheel is damaged, or something cannot be written.
    pub fn of(
        wheel: Wheel,
        store: Option<(&Store, Trust)>,
        plan: &Plan<'_>,
    ) -> io::Result<Project> {
        let info = wheel.info();
        let stored = store.and_then(|(store, trust)| {
            // A store that fails must not keep an environment from being made.
            let entry = store.entry(&wheel.file, trust).ok()?;
            let site = plan.future_site_packages();
            let compiled = plan.base.bytecode;
            let compiled = compiled.map(|bytecode| compiled::of(&entry, bytecode, &site, trust));
            // Where it is another than it was, that is noticed when it is taken along.
            let text = entry_points(&entry.files.join(&info)).ok()?;
            Some((text, Origin::Store(entry, compiled)))
        });
        let (entry_points, origin) = match stored {
            Some(stored) => stored,
            None => {
                let site = plan.site_packages();
                let files = unpack(&wheel.file, &site)?;
                (entry_points(&site.join(&info))?, Origin::Wheel(files))
            }
        };
        Ok(Project {
            info,
            version: wheel.version,
            entry_points,
            origin,
        })
    }

    /// What an environment gets of it from the store; None where that is damaged.
    pub fn sources(&self) -> Option<Vec<Source<'_>>> {
        let Origin::Store(entry, compiled) = &self.origin else {
            return Some(Vec::new());
        };
        let mut files = entry.listed()?;
        files.retain(|file| !self.writes(file.to));
        let store = Place::open(&entry.files).ok()?;
        let mut sources = vec![Source { store, files }];
        if let Some(compiled) = compiled.as_ref().filter(|compiled| !compiled.is_empty()) {
            sources.push(Source {
                store: Place::open(&compiled.dir).ok()?,
                files: compiled.listed(),
            });
        }
        Some(sources)
    }

    /// Where one of its files can be read, in the store or in `site`, the environment's site-packages directory.
    pub fn file(&self, path: &str, site: &Path) -> PathBuf {
        match &self.origin {
            Origin::Store(entry, _) => entry.files.join(path),
            Origin::Wheel(_) => site.join(path),
        }
    }

    /// What RECORD will say of what was unpacked.
    pub fn unpacked(&self) -> impl Iterator<Item = Row<'_>> {
        let files = match &self.origin {
            Origin::Wheel(files) => &files[..],
            Origin::Store(..) => &[],
        };
        let rows = files.iter().map(|file| file.row.clone());
        rows.filter(|row| !self.writes(&row.path))
    }

    /// Whether a file is written for each environment: a write into a link would reach the store.
    fn writes(&self, path: &str) -> bool {
        let name = path.strip_prefix(&self.info);
        let name = name.and_then(|rest| rest.strip_prefix('/'));
        name.is_some_and(|name| OWN.contains(&name))
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
