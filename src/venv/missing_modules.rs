//! An environment -> the packages whose modules RECORD lists (PEP 376) but that are missing: someone removed a directory
//! from site-packages, and to pip the package is still installed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::fs::look_at;

use super::dist_info::{DistInfo, dist_infos};

/// An installed package that lacks a module.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IncompletePackage {
    /// `demo==1.0`
    pub package: String,
    /// What is missing from site-packages.
    pub missing: PathBuf,
    /// Whether an index has it: it was installed from no URL and no directory (PEP 610).
    pub is_from_index: bool,
}

/// The packages of the environment at `root` that lack a module, by name.
pub(crate) fn find_incomplete_packages(root: &Path) -> Vec<IncompletePackage> {
    let incomplete = |dist_info: DistInfo| {
        let names = top_level_names(&dist_info).into_iter();
        let mut modules = names.map(|name| dist_info.site().join(name));
        let missing = modules.find(|module| matches!(look_at(module), Ok(None)))?;
        Some(IncompletePackage {
            package: dist_info.package(),
            missing,
            is_from_index: !dist_info.dir.join("direct_url.json").exists(),
        })
    };
    let mut found: Vec<_> = dist_infos(root)
        .into_iter()
        .filter_map(incomplete)
        .collect();
    found.sort_by(|one, other| one.package.cmp(&other.package));
    found
}

/// The files and directories of site-packages that belong to the package. Bytecode may be removed.
fn top_level_names(dist_info: &DistInfo) -> BTreeSet<&str> {
    let names = dist_info.files().filter_map(|path| path.split('/').next());
    let is_module =
        |name: &&str| !matches!(*name, "" | "." | ".." | "__pycache__") && !name.ends_with(".pyc");
    names.filter(is_module).collect()
}
