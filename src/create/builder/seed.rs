//! The wheels that a base interpreter bundles -> installed projects, as pip installs them (PEP 427).

use std::fs::{self, Metadata};
use std::io;
use std::sync::OnceLock;

use crate::fs::{make_dir, path_error, write_file};
use crate::wheel::{
    PipVersion, RecordRow, parse_console_scripts, render_record, render_script, script_code,
};
use crate::wheel_cache::{CacheState, CachedFile, LinkJob, OpenDir, Verify, WheelCache};
use crate::work_queue;
use crate::{os, venv};

use super::build::PipStatus;
use super::plan::BuildPlan;
use super::seed_package::SeedWheel;
use super::{bundled_wheels, launchers};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SeedOutcome {
    /// It is as it should be.
    Done(PipStatus),
    /// The store has not what its manifests say: what was taken along is of no use.
    CacheAltered,
}

/// Installs the wheels, while another thread begins with `beside`, which has nothing to do with them; what is to
/// be taken from the store the two then share.
///
/// # Errors
/// A wheel is damaged, something cannot be written, or `beside` fails.
pub(super) fn install_seed_packages(
    plan: &BuildPlan<'_>,
    store: Option<(&WheelCache, Verify)>,
    beside: impl Fn() -> io::Result<()> + Sync,
) -> io::Result<SeedOutcome> {
    let marker = plan.root.join(venv::PYVENV_CFG);
    let usual = fs::metadata(&marker).map_err(|error| path_error("read", &marker, &error))?;
    let site = plan.site_packages();
    let site = OpenDir::open(&site)?;
    let found = OnceLock::new();
    let ready = OnceLock::<Option<PreparedSeed<'_>>>::new();
    let other = || {
        beside()?;
        match ready.wait() {
            Some(ready) => ready.link_job.run_forward(),
            None => Ok(CacheState::Altered),
        }
    };
    let own = || {
        // The first thread's, for to it the C library gives memory in larger pieces.
        let found: &io::Result<Vec<SeedWheel>> =
            found.get_or_init(|| prepare_packages(plan, store));
        let ready =
            ready.get_or_init(|| PreparedSeed::prepare(found.as_ref().ok()?, plan, &site, &usual));
        let Some(ready) = ready else {
            return Ok(CacheState::Altered);
        };
        ready.write_env_files(plan)?;
        ready.link_job.run_backward()
    };
    let fits = work_queue::run_both(other, own)?;
    drop(ready);
    let projects = found.into_inner().unwrap_or(Ok(Vec::new()))?;
    Ok(match fits {
        [CacheState::Intact, CacheState::Intact] if projects.is_empty() => {
            SeedOutcome::Done(PipStatus::NotBundled)
        }
        [CacheState::Intact, CacheState::Intact] => SeedOutcome::Done(PipStatus::Installed),
        _ => SeedOutcome::CacheAltered,
    })
}

fn prepare_packages(
    plan: &BuildPlan<'_>,
    store: Option<(&WheelCache, Verify)>,
) -> io::Result<Vec<SeedWheel>> {
    let wheels = bundled_wheels::find_bundled(plan.base)?.into_iter();
    let projects = wheels.map(|wheel| SeedWheel::prepare(wheel, store, plan));
    projects.collect()
}

/// All that is known before the first file is there.
#[derive(Debug)]
struct PreparedSeed<'a> {
    pip: PipVersion,
    /// What a console script begins with where the system starts none by its first line.
    launcher: Option<Vec<u8>>,
    /// Each with the number of its sources, which stand in the same order.
    packages: Vec<(&'a SeedWheel, usize)>,
    link_job: LinkJob<'a>,
}

impl<'a> PreparedSeed<'a> {
    /// None where the store is damaged.
    fn prepare(
        found: &'a [SeedWheel],
        plan: &BuildPlan<'_>,
        site: &'a OpenDir<'a>,
        usual: &'a Metadata,
    ) -> Option<PreparedSeed<'a>> {
        let (mut projects, mut sources) = (Vec::new(), Vec::new());
        for project in found {
            let mut own = project.link_sources()?;
            projects.push((project, own.len()));
            sources.append(&mut own);
        }
        // pip is the last of them, and the one that would have installed them all.
        let pip = found.last();
        let launcher = match pip.filter(|_| !os::HAS_SHEBANGS) {
            Some(pip) => {
                let name = launchers::launcher_in_wheel(plan.base.exe).ok()?;
                Some(fs::read(pip.path_of(name, &plan.site_packages())).ok()?)
            }
            None => None,
        };
        Some(PreparedSeed {
            pip: PipVersion::parse(pip.map_or("", |pip| &pip.version)),
            launcher,
            packages: projects,
            link_job: LinkJob::new(sources, site, usual),
        })
    }

    /// Writes what every environment has of its own: scripts, and the notes of a `.dist-info`.
    fn write_env_files(&self, plan: &BuildPlan<'_>) -> io::Result<()> {
        let site = plan.site_packages();
        let mut sources = self.link_job.sources().iter();
        for (project, count) in &self.packages {
            let info = &project.dist_info;
            let record = format!("{info}/RECORD");
            make_dir(&site.join(info))?;
            let mut own = self.write_console_scripts(&project.entry_points, plan)?;
            let requested = self.pip.has_requested_marker().then_some(("REQUESTED", ""));
            for (name, content) in [("INSTALLER", "pip\n")].into_iter().chain(requested) {
                let path = format!("{info}/{name}");
                write_file(&site.join(&path), content)?;
                own.push(RecordRow::new(path, content.as_bytes()));
            }
            let files = sources
                .by_ref()
                .take(*count)
                .flat_map(|source| &source.files);
            let rows = files
                .map(CachedFile::record_row)
                .chain(project.unpacked_rows())
                .chain(own);
            write_file(&site.join(&record), render_record(rows, &record))?;
        }
        Ok(())
    }

    fn write_console_scripts(
        &self,
        entry_points: &str,
        plan: &BuildPlan<'_>,
    ) -> io::Result<Vec<RecordRow<'static>>> {
        let python = plan.final_python();
        let mut rows = Vec::new();
        for script in parse_console_scripts(entry_points, plan.base.version) {
            let name = format!("{}{}", script.name, os::EXE_SUFFIX);
            let text = match &self.launcher {
                Some(launcher) => {
                    launchers::build_script(launcher, &python, &script_code(&script, self.pip))?
                }
                None => render_script(&script, &python, self.pip),
            };
            let path = venv::scripts_dir(plan.root).join(&name);
            write_file(&path, &text)?;
            os::make_executable(&path).map_err(|error| path_error("write", &path, &error))?;
            rows.push(RecordRow::new(plan.script_record_path(&name), &text));
        }
        Ok(rows)
    }
}
