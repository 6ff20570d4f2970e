//! sys.path -> the modules that `python -m` can run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A module in one of the directories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Module {
    /// A file, or a package with a `__main__`.
    Runnable,
    /// A package that only holds modules.
    Package,
}

/// The modules of `package`, a dotted name or nothing, below `dir`, an entry of sys.path. Those with a leading underscore are
/// for other modules, and are left out unless `is_private_wanted`.
pub(crate) fn list_modules(
    dir: &Path,
    package: &str,
    is_private_wanted: bool,
) -> BTreeMap<String, Module> {
    let dir: PathBuf = [dir]
        .into_iter()
        .chain(package.split('.').map(Path::new))
        .collect();
    let entries = fs::read_dir(&dir).into_iter().flatten().flatten();
    let modules = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let (name, kind) = match name.strip_suffix(".py") {
            Some(stem) => (stem.to_owned(), Module::Runnable),
            None => (name, package_kind(&entry.path())?),
        };
        let is_private = name.starts_with("__") || (name.starts_with('_') && !is_private_wanted);
        (is_identifier(&name) && !is_private).then_some((name, kind))
    });
    modules.collect()
}

fn package_kind(dir: &Path) -> Option<Module> {
    match dir.join("__main__.py").is_file() {
        true => Some(Module::Runnable),
        false => dir.join("__init__.py").is_file().then_some(Module::Package),
    }
}

fn is_identifier(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}
