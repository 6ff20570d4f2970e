//! A wheel that the base interpreter bundles -> what an environment gets from it: files from the cache, or unpacked if
//! there is no cache, and the `.pyc` files that exist already.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::fs::path_error;
use crate::read::{MAX_TEXT, read_text};
use crate::wheel::{RecordRow, UnpackedFile, unpack_wheel};
use crate::wheel_cache::{
    CachedBytecode, CachedWheel, LinkSource, OpenDir, Verify, WheelCache, find_compiled,
};

use super::bundled_wheels::BundledWheel;
use super::plan::BuildPlan;

/// The files of `.dist-info` that are written for each environment, whatever the wheel has.
const PER_ENV_FILES: [&str; 3] = ["RECORD", "INSTALLER", "REQUESTED"];

#[derive(Debug)]
pub(super) struct SeedWheel {
    /// The name of its `.dist-info` directory.
    pub dist_info: String,
    pub version: String,
    /// The text of its entry_points.txt.
    pub entry_points: String,
    files: PackageFiles,
}

#[derive(Debug)]
enum PackageFiles {
    Cached(CachedWheel, Option<CachedBytecode>),
    /// They are in the environment.
    Unpacked(Vec<UnpackedFile>),
}

impl SeedWheel {
    /// Finds the wheel in the cache, if there is one; else unpacks it into the environment.
    pub(super) fn prepare(
        wheel: BundledWheel,
        cache: Option<(&WheelCache, Verify)>,
        plan: &BuildPlan<'_>,
    ) -> io::Result<SeedWheel> {
        let dist_info = format!("{}-{}.dist-info", wheel.project, wheel.version);
        let cached = cache.and_then(|(cache, verify)| {
            // A cache that fails must not keep an environment from being created.
            let entry = cache.get_or_unpack(&wheel.file, verify).ok()?;
            let site = plan.final_site_packages();
            let compiled = plan
                .base
                .bytecode
                .map(|format| find_compiled(&entry, format, &site, verify));
            // If it was altered, linking notices that.
            let entry_points = read_entry_points(&entry.files_dir.join(&dist_info)).ok()?;
            Some((entry_points, PackageFiles::Cached(entry, compiled)))
        });
        let (entry_points, files) = match cached {
            Some(cached) => cached,
            None => {
                let site = plan.site_packages();
                let files = PackageFiles::Unpacked(unpack_wheel(&wheel.file, &site)?);
                (read_entry_points(&site.join(&dist_info))?, files)
            }
        };
        Ok(SeedWheel {
            dist_info,
            version: wheel.version,
            entry_points,
            files,
        })
    }

    /// The files that an environment gets from the cache; None if the cache is damaged.
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

    /// Where one of its files can be read, in the cache or in `site_packages`.
    pub(super) fn path_of(&self, path: &str, site_packages: &Path) -> PathBuf {
        match &self.files {
            PackageFiles::Cached(entry, _) => entry.files_dir.join(path),
            PackageFiles::Unpacked(_) => site_packages.join(path),
        }
    }

    /// RECORD's rows for what was unpacked.
    pub(super) fn unpacked_rows(&self) -> impl Iterator<Item = RecordRow<'_>> {
        let files = match &self.files {
            PackageFiles::Unpacked(files) => &files[..],
            PackageFiles::Cached(..) => &[],
        };
        let rows = files.iter().map(|file| file.row.clone());
        rows.filter(|row| !self.is_per_env_file(&row.path))
    }

    /// Whether a file is written for each environment: a write into a link would reach the cache.
    fn is_per_env_file(&self, path: &str) -> bool {
        let name = path.strip_prefix(&self.dist_info);
        let name = name.and_then(|rest| rest.strip_prefix('/'));
        name.is_some_and(|name| PER_ENV_FILES.contains(&name))
    }
}

/// The text of entry_points.txt, which not every package has.
fn read_entry_points(dist_info: &Path) -> io::Result<String> {
    let file = dist_info.join("entry_points.txt");
    match read_text(&file, MAX_TEXT) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(|error| path_error("read", &file, &error)),
    }
}
