//! A wheel that the base interpreter bundles -> what an environment gets of it: files from the store, or
//! unpacked where there is no store, and what is had of its `.pyc` files without compiling.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::fs::path_error;
use crate::wheel::{RecordRow, UnpackedFile, unpack_wheel};
use crate::wheel_cache::{
    CachedBytecode, CachedWheel, LinkSource, OpenDir, Verify, WheelCache, find_compiled,
};

use super::bundled_wheels::BundledWheel;
use super::plan::BuildPlan;

/// The files of a project's `.dist-info` that are written for each environment, whatever the wheel has.
const PER_ENV_FILES: [&str; 3] = ["RECORD", "INSTALLER", "REQUESTED"];

/// A wheel, found.
#[derive(Debug)]
pub(super) struct SeedWheel {
    /// Its `.dist-info`.
    pub dist_info: String,
    /// Its version.
    pub version: String,
    /// The text of its entry_points.txt.
    pub entry_points: String,
    files: PackageFiles,
}

/// How its files come into the environment.
#[derive(Debug)]
enum PackageFiles {
    /// From the store, with what is compiled of them.
    Cached(CachedWheel, Option<CachedBytecode>),
    /// They are there.
    Extracted(Vec<UnpackedFile>),
}

impl SeedWheel {
    /// Finds the wheel in the store, where there is one; else unpacks it into the environment.
    ///
    /// # Errors
    /// The wheel is damaged, or something cannot be written.
    pub(super) fn prepare(
        wheel: BundledWheel,
        store: Option<(&WheelCache, Verify)>,
        plan: &BuildPlan<'_>,
    ) -> io::Result<SeedWheel> {
        let info = wheel.dist_info();
        let stored = store.and_then(|(store, trust)| {
            // A store that fails must not keep an environment from being made.
            let entry = store.get_or_unpack(&wheel.file, trust).ok()?;
            let site = plan.final_site_packages();
            let compiled = plan.base.bytecode;
            let compiled = compiled.map(|bytecode| find_compiled(&entry, bytecode, &site, trust));
            // Where it is another than it was, that is noticed when it is taken along.
            let text = read_entry_points(&entry.files_dir.join(&info)).ok()?;
            Some((text, PackageFiles::Cached(entry, compiled)))
        });
        let (entry_points, origin) = match stored {
            Some(stored) => stored,
            None => {
                let site = plan.site_packages();
                let files = unpack_wheel(&wheel.file, &site)?;
                (
                    read_entry_points(&site.join(&info))?,
                    PackageFiles::Extracted(files),
                )
            }
        };
        Ok(SeedWheel {
            dist_info: info,
            version: wheel.version,
            entry_points,
            files: origin,
        })
    }

    /// What an environment gets of it from the store; None where that is damaged.
    pub(super) fn link_sources(&self) -> Option<Vec<LinkSource<'_>>> {
        let PackageFiles::Cached(entry, compiled) = &self.files else {
            return Some(Vec::new());
        };
        let mut files = entry.files()?;
        files.retain(|file| !self.is_per_env_file(file.to));
        let cache_dir = OpenDir::open(&entry.files_dir).ok()?;
        let mut sources = vec![LinkSource { cache_dir, files }];
        if let Some(compiled) = compiled.as_ref().filter(|compiled| !compiled.is_empty()) {
            sources.push(LinkSource {
                cache_dir: OpenDir::open(&compiled.dir).ok()?,
                files: compiled.files(),
            });
        }
        Some(sources)
    }

    /// Where one of its files can be read, in the store or in `site`, the environment's site-packages directory.
    pub(super) fn path_of(&self, path: &str, site: &Path) -> PathBuf {
        match &self.files {
            PackageFiles::Cached(entry, _) => entry.files_dir.join(path),
            PackageFiles::Extracted(_) => site.join(path),
        }
    }

    /// What RECORD will say of what was unpacked.
    pub(super) fn unpacked_rows(&self) -> impl Iterator<Item = RecordRow<'_>> {
        let files = match &self.files {
            PackageFiles::Extracted(files) => &files[..],
            PackageFiles::Cached(..) => &[],
        };
        let rows = files.iter().map(|file| file.row.clone());
        rows.filter(|row| !self.is_per_env_file(&row.path))
    }

    /// Whether a file is written for each environment: a write into a link would reach the store.
    fn is_per_env_file(&self, path: &str) -> bool {
        let name = path.strip_prefix(&self.dist_info);
        let name = name.and_then(|rest| rest.strip_prefix('/'));
        name.is_some_and(|name| PER_ENV_FILES.contains(&name))
    }
}

/// The text of entry_points.txt, which not every project has.
fn read_entry_points(info: &Path) -> io::Result<String> {
    let file = info.join("entry_points.txt");
    match fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(|error| path_error("read", &file, &error)),
    }
}
