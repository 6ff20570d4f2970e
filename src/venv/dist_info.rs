//! The directories of metadata that installed packages have in site-packages (the `.dist-info` of PEP 376).

use std::fs;
use std::path::{Path, PathBuf};

use crate::read::{MAX_TEXT, read_text};

use super::site_packages::site_packages;

/// One package's.
#[derive(Debug)]
pub(super) struct DistInfo {
    pub dir: PathBuf,
    /// Its RECORD; empty if it has none.
    record: String,
}

impl DistInfo {
    /// The package, as pip takes it: `demo==1.0`.
    pub(super) fn package(&self) -> String {
        let name = self.dir.file_stem().unwrap_or_default().to_string_lossy();
        name.replacen('-', "==", 1)
    }

    /// Whether an index has it: it was installed from no URL and no directory (PEP 610).
    pub(super) fn is_from_index(&self) -> bool {
        !self.dir.join("direct_url.json").exists()
    }

    /// What RECORD lists, relative to site-packages. A path with a comma is quoted there, and passed over here.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        let rows = self.record.lines().filter_map(|line| line.split_once(','));
        rows.map(|(path, _)| path)
    }

    /// The site-packages that holds it.
    pub(super) fn site(&self) -> &Path {
        self.dir.parent().unwrap_or(&self.dir)
    }
}

/// Those of the environment at `root`.
pub(super) fn dist_infos(root: &Path) -> Vec<DistInfo> {
    let sites = site_packages(root).into_iter();
    let entries = sites.flat_map(|site| fs::read_dir(site).into_iter().flatten().flatten());
    let paths = entries.map(|entry| entry.path());
    let dirs = paths.filter(|path| path.extension().is_some_and(|end| end == "dist-info"));
    dirs.map(|dir| DistInfo {
        record: read_text(&dir.join("RECORD"), MAX_TEXT).unwrap_or_default(),
        dir,
    })
    .collect()
}
