//! An environment -> the packages whose modules RECORD lists (PEP 376) but that are missing: someone removed them from
//! site-packages, and to pip the package is still installed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::fs::look_at;

use super::dist_info::{DistInfo, dist_infos};

/// How the names of modules end.
const MODULE_ENDS: [&str; 3] = [".py", ".so", ".pyd"];

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
        let paths = module_paths(&dist_info).into_iter();
        let mut modules = paths.map(|path| dist_info.site().join(path));
        let missing = modules.find(|module| matches!(look_at(module), Ok(None)))?;
        Some(IncompletePackage {
            package: dist_info.package(),
            missing,
            is_from_index: dist_info.is_from_index(),
        })
    };
    let mut found: Vec<_> = dist_infos(root)
        .into_iter()
        .filter_map(incomplete)
        .collect();
    found.sort_by(|one, other| one.package.cmp(&other.package));
    found
}

/// The modules of the package, and what it has in site-packages itself: a directory stands before its files. Bytecode may
/// be removed, and so may tests, as small images do.
fn module_paths(dist_info: &DistInfo) -> BTreeSet<&str> {
    let is_inside = |path: &&str| {
        let mut parts = path.split('/');
        let is_removable =
            |part| matches!(part, "" | "." | ".." | "__pycache__" | "test" | "tests");
        !path.ends_with(".pyc") && !parts.any(is_removable)
    };
    let is_module = |path: &str| MODULE_ENDS.iter().any(|end| path.ends_with(end));
    let inside = dist_info.files().filter(is_inside);
    let paths = inside.flat_map(|path| {
        let top_level = path.split('/').next().unwrap_or(path);
        [top_level]
            .into_iter()
            .chain(is_module(path).then_some(path))
    });
    paths.collect()
}
