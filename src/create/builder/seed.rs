//! The wheels that a base interpreter bundles -> installed packages, as pip installs them (PEP 427). For bases that
//! this builder does not support, see `create/stdlib_venv.rs`; `--upgrade` and `--upgrade-deps` use
//! `create/ensurepip.rs`.

use std::fs::{self, Metadata};
use std::io;
use std::sync::OnceLock;

use crate::fs::{make_dir, path_error, write_file};
use crate::read::{MAX_TEXT, read_file};
use crate::wheel::{
    PipVersion, RecordRow, parse_console_scripts, render_record, render_script, script_code,
};
use crate::wheel_cache::{CacheState, CachedFile, LinkJob, OpenDir, Verify, WheelCache};
use crate::work_queue;
use crate::{os, venv};

use super::plan::BuildPlan;
use super::seed_package::SeedWheel;
use super::{bundled_wheels, launchers};

/// Whether the environment has pip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PipStatus {
    Installed,
    /// `--without-pip`
    NotRequested,
    /// The base interpreter bundles none.
    NotBundled,
}

/// Installs the wheels, while another thread begins with `beside`, which is independent of them; then the two share the
/// linking of cached files. None if the cache does not match its manifests: then what was installed is unusable.
pub(super) fn install_seed_packages(
    plan: &BuildPlan<'_>,
    cache: Option<(&WheelCache, Verify)>,
    beside: impl Fn() -> io::Result<()> + Sync,
) -> io::Result<Option<PipStatus>> {
    let cfg = plan.root.join(venv::PYVENV_CFG);
    let usual = fs::metadata(&cfg).map_err(|error| path_error("read", &cfg, &error))?;
    let site = plan.site_packages();
    let site = OpenDir::open(&site)?;
    let packages = OnceLock::new();
    let prepared = OnceLock::<Option<PreparedSeed<'_>>>::new();
    let second = || {
        beside()?;
        match prepared.wait() {
            Some(prepared) => prepared.link_job.run_forward(),
            None => Ok(CacheState::Altered),
        }
    };
    let first = || {
        // Prepared by the first thread, to which the C library gives memory in larger pieces.
        let packages: &io::Result<Vec<_>> = packages.get_or_init(|| {
            let wheels = bundled_wheels::find_bundled(plan.base)?.into_iter();
            let packages = wheels.map(|wheel| SeedWheel::prepare(wheel, cache, plan));
            packages.collect()
        });
        let prepared = prepared
            .get_or_init(|| PreparedSeed::prepare(packages.as_ref().ok()?, plan, &site, &usual));
        let Some(prepared) = prepared else {
            return Ok(CacheState::Altered);
        };
        prepared.write_env_files(plan)?;
        prepared.link_job.run_backward()
    };
    let states = work_queue::run_both(second, first)?;
    drop(prepared);
    let packages = packages.into_inner().unwrap_or(Ok(Vec::new()))?;
    Ok(match states {
        [CacheState::Intact, CacheState::Intact] => Some(match packages.is_empty() {
            true => PipStatus::NotBundled,
            false => PipStatus::Installed,
        }),
        _ => None,
    })
}

/// All that is known before the first file is written.
#[derive(Debug)]
struct PreparedSeed<'a> {
    pip: PipVersion,
    /// The launcher of console scripts, on a system without shebangs.
    launcher: Option<Vec<u8>>,
    /// Each with the number of its link sources, which are in the same order.
    packages: Vec<(&'a SeedWheel, usize)>,
    link_job: LinkJob<'a>,
}

impl<'a> PreparedSeed<'a> {
    /// None if the cache is damaged.
    fn prepare(
        wheels: &'a [SeedWheel],
        plan: &BuildPlan<'_>,
        site: &'a OpenDir<'a>,
        usual: &'a Metadata,
    ) -> Option<PreparedSeed<'a>> {
        let (mut packages, mut sources) = (Vec::new(), Vec::new());
        for wheel in wheels {
            let mut own_sources = wheel.link_sources()?;
            packages.push((wheel, own_sources.len()));
            sources.append(&mut own_sources);
        }
        // pip comes last, and would have installed them all.
        let pip = wheels.last();
        let launcher = match pip.filter(|_| !os::HAS_SHEBANGS) {
            Some(pip) => {
                let name = launchers::launcher_in_wheel(plan.base.exe).ok()?;
                Some(read_file(&pip.path_of(name, &plan.site_packages()), MAX_TEXT).ok()?)
            }
            None => None,
        };
        Some(PreparedSeed {
            pip: PipVersion::parse(pip.map_or("", |pip| &pip.version)),
            launcher,
            packages,
            link_job: LinkJob::new(sources, site, usual),
        })
    }

    /// Writes what differs between environments: scripts, and parts of `.dist-info`.
    fn write_env_files(&self, plan: &BuildPlan<'_>) -> io::Result<()> {
        let site = plan.site_packages();
        let mut sources = self.link_job.sources().iter();
        for (wheel, count) in &self.packages {
            let dist_info = &wheel.dist_info;
            let record = format!("{dist_info}/RECORD");
            make_dir(&site.join(dist_info))?;
            let mut rows = self.write_console_scripts(&wheel.entry_points, plan)?;
            let requested = self.pip.has_requested_marker().then_some(("REQUESTED", ""));
            for (name, content) in [("INSTALLER", "pip\n")].into_iter().chain(requested) {
                let path = format!("{dist_info}/{name}");
                write_file(&site.join(&path), content)?;
                rows.push(RecordRow::new(path, content.as_bytes()));
            }
            let files = sources
                .by_ref()
                .take(*count)
                .flat_map(|source| &source.files);
            let rows = files
                .map(CachedFile::record_row)
                .chain(wheel.unpacked_rows())
                .chain(rows);
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
            let content = match &self.launcher {
                Some(launcher) => {
                    launchers::build_script(launcher, &python, &script_code(&script, self.pip))?
                }
                None => render_script(&script, &python, self.pip),
            };
            let path = venv::scripts_dir(plan.root).join(&name);
            write_file(&path, &content)?;
            os::make_executable(&path).map_err(|error| path_error("write", &path, &error))?;
            rows.push(RecordRow::new(plan.script_record_path(&name), &content));
        }
        Ok(rows)
    }
}
