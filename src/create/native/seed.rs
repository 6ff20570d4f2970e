//! The wheels that a base interpreter bundles -> installed projects, as pip installs them (PEP 427).

use std::fs::{self, Metadata};
use std::io;
use std::sync::OnceLock;

use super::parallel;
use super::pip::Pip;
use super::project::Project;
use super::record::{Row, listing};
use super::scripts::{self, console_scripts};
use super::store::{Store, Stored, Trust};
use super::transfer::{Fit, Place, Transfer};
use super::{Plan, Seeds, failed, launchers, make_dir, wheel, write};
use crate::os;
use crate::venv;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeding {
    /// It is as it should be.
    Done(Seeds),
    /// The store has not what its manifests say: what was taken along is of no use.
    Altered,
}

/// Installs the wheels, while another thread begins with `beside`, which has nothing to do with them; what is to
/// be taken from the store the two then share.
///
/// # Errors
/// A wheel is damaged, something cannot be written, or `beside` fails.
pub fn seed(
    plan: &Plan<'_>,
    store: Option<(&Store, Trust)>,
    beside: impl Fn() -> io::Result<()> + Sync,
) -> io::Result<Seeding> {
    let marker = plan.root.join(venv::MARKER);
    let usual = fs::metadata(&marker).map_err(|error| failed("read", &marker, &error))?;
    let site = plan.site_packages();
    let site = Place::open(&site)?;
    let found = OnceLock::new();
    let ready = OnceLock::<Option<Ready<'_>>>::new();
    let other = || {
        beside()?;
        match ready.wait() {
            Some(ready) => ready.transfer.forwards(),
            None => Ok(Fit::Altered),
        }
    };
    let own = || {
        // The first thread's, for to it the C library gives memory in larger pieces.
        let found: &io::Result<Vec<Project>> = found.get_or_init(|| projects(plan, store));
        let ready = ready.get_or_init(|| Ready::of(found.as_ref().ok()?, plan, &site, &usual));
        let Some(ready) = ready else {
            return Ok(Fit::Altered);
        };
        ready.write(plan)?;
        ready.transfer.backwards()
    };
    let fits = parallel::beside(other, own)?;
    drop(ready);
    let projects = found.into_inner().unwrap_or(Ok(Vec::new()))?;
    Ok(match fits {
        [Fit::Whole, Fit::Whole] if projects.is_empty() => Seeding::Done(Seeds::Missing),
        [Fit::Whole, Fit::Whole] => Seeding::Done(Seeds::Installed),
        _ => Seeding::Altered,
    })
}

fn projects(plan: &Plan<'_>, store: Option<(&Store, Trust)>) -> io::Result<Vec<Project>> {
    let wheels = wheel::bundled(plan.base)?.into_iter();
    let projects = wheels.map(|wheel| Project::of(wheel, store, plan));
    projects.collect()
}

/// All that is known before the first file is there.
#[derive(Debug)]
struct Ready<'a> {
    pip: Pip,
    /// What a console script begins with where the system starts none by its first line.
    launcher: Option<Vec<u8>>,
    /// Each with the number of its sources, which stand in the same order.
    projects: Vec<(&'a Project, usize)>,
    transfer: Transfer<'a>,
}

impl<'a> Ready<'a> {
    /// None where the store is damaged.
    fn of(
        found: &'a [Project],
        plan: &Plan<'_>,
        site: &'a Place<'a>,
        usual: &'a Metadata,
    ) -> Option<Ready<'a>> {
        let (mut projects, mut sources) = (Vec::new(), Vec::new());
        for project in found {
            let mut own = project.sources()?;
            projects.push((project, own.len()));
            sources.append(&mut own);
        }
        // pip is the last of them, and the one that would have installed them all.
        let pip = found.last();
        let launcher = match pip.filter(|_| !os::STARTS_SCRIPTS) {
            Some(pip) => {
                let name = launchers::in_wheel(plan.base.exe).ok()?;
                Some(fs::read(pip.file(name, &plan.site_packages())).ok()?)
            }
            None => None,
        };
        Some(Ready {
            pip: Pip::of(pip.map_or("", |pip| &pip.version)),
            launcher,
            projects,
            transfer: Transfer::new(sources, site, usual),
        })
    }

    /// Writes what every environment has of its own: scripts, and the notes of a `.dist-info`.
    fn write(&self, plan: &Plan<'_>) -> io::Result<()> {
        let site = plan.site_packages();
        let mut sources = self.transfer.sources().iter();
        for (project, count) in &self.projects {
            let info = &project.info;
            let record = format!("{info}/RECORD");
            make_dir(&site.join(info))?;
            let mut own = self.write_scripts(&project.entry_points, plan)?;
            let requested = self.pip.marks_requests().then_some(("REQUESTED", ""));
            for (name, content) in [("INSTALLER", "pip\n")].into_iter().chain(requested) {
                let path = format!("{info}/{name}");
                write(&site.join(&path), content)?;
                own.push(Row::new(path, content.as_bytes()));
            }
            let files = sources
                .by_ref()
                .take(*count)
                .flat_map(|source| &source.files);
            let rows = files.map(Stored::row).chain(project.unpacked()).chain(own);
            write(&site.join(&record), listing(rows, &record))?;
        }
        Ok(())
    }

    fn write_scripts(&self, entry_points: &str, plan: &Plan<'_>) -> io::Result<Vec<Row<'static>>> {
        let python = plan.future_python();
        let mut rows = Vec::new();
        for script in console_scripts(entry_points, plan.base.version) {
            let name = format!("{}{}", script.name, os::EXE);
            let text = match &self.launcher {
                Some(launcher) => {
                    launchers::script(launcher, &python, &scripts::code(&script, self.pip))?
                }
                None => scripts::text(&script, &python, self.pip),
            };
            let path = venv::scripts(plan.root).join(&name);
            write(&path, &text)?;
            os::make_executable(&path).map_err(|error| failed("write", &path, &error))?;
            rows.push(Row::new(plan.recorded(&name), &text));
        }
        Ok(rows)
    }
}
