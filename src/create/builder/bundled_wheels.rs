//! The wheels that a base interpreter bundles to seed its environments with (ensurepip/__init__.py).

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::fs::{path_error, read_dir_if_exists};
use crate::introspect::sysconfig;
use crate::read::{MAX_TEXT, read_text};

use super::plan::SupportedBase;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct BundledWheel {
    /// `pip`, `setuptools`.
    pub project: &'static str,
    /// As in the file's name.
    pub version: String,
    pub file: PathBuf,
}

/// The wheels in the order in which they are installed, pip last; none if the base interpreter has no pip.
pub(super) fn find_bundled(base: &SupportedBase<'_>) -> io::Result<Vec<BundledWheel>> {
    let projects: &[&'static str] = match base.version < (3, 12) {
        true => &["setuptools", "pip"],
        false => &["pip"],
    };
    if let Some(wheels) = wheels_in_shared_dir(base, projects)? {
        return Ok(wheels);
    }
    let ensurepip = base.stdlib.join("ensurepip");
    let module = ensurepip.join("__init__.py");
    let text = match read_text(&module, MAX_TEXT) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(|error| path_error("read", &module, &error))?,
    };
    let wheels = find_all(projects, |project| {
        // Only the version that ensurepip names: stale wheels may be beside it (3.8.18).
        let Some(version) = parse_version(project, &text) else {
            return Ok(None);
        };
        let prefix = format!("{project}-{version}-");
        let files = list_with_prefix(&ensurepip.join("_bundled"), &prefix)?;
        Ok(files.into_iter().next().map(|file| BundledWheel {
            project,
            version,
            file,
        }))
    });
    Ok(wheels?.unwrap_or_default())
}

/// None unless each is found.
fn find_all(
    projects: &[&'static str],
    find: impl Fn(&'static str) -> io::Result<Option<BundledWheel>>,
) -> io::Result<Option<Vec<BundledWheel>>> {
    let found = projects.iter().map(|project| find(project).transpose());
    found.collect::<Option<io::Result<_>>>().transpose()
}

/// `_PIP_VERSION = "24.2"`.
fn parse_version(project: &str, text: &str) -> Option<String> {
    let variable = format!("_{}_VERSION", project.to_ascii_uppercase());
    let line = text.lines().find_map(|line| line.strip_prefix(&variable))?;
    let value = line.trim_start().strip_prefix('=')?.trim();
    Some(value.trim_matches(['"', '\'']).to_owned())
}

/// The newest wheels in the directory that a distribution shares between its Pythons (sysconfig's WHEEL_PKG_DIR), as
/// Debian does, which packages ensurepip separately. None unless all are there.
fn wheels_in_shared_dir(
    base: &SupportedBase<'_>,
    projects: &[&'static str],
) -> io::Result<Option<Vec<BundledWheel>>> {
    let Some(directory) = sysconfig::read_variable(base.stdlib, "WHEEL_PKG_DIR")? else {
        return Ok(None);
    };
    find_all(projects, |project| {
        let newest = list_with_prefix(Path::new(&directory), &format!("{project}-"))?.pop();
        Ok(newest.and_then(|file| {
            // `pip-24.2-py3-none-any.whl`
            let version = file.file_name()?.to_str()?.split('-').nth(1)?.to_owned();
            Some(BundledWheel {
                project,
                version,
                file,
            })
        }))
    })
}

/// The files of a directory whose names start with `prefix`, sorted.
fn list_with_prefix(directory: &Path, prefix: &str) -> io::Result<Vec<PathBuf>> {
    let unreadable = |error: io::Error| path_error("read", directory, &error);
    let mut found = Vec::new();
    for entry in read_dir_if_exists(directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(prefix)) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ensurepip_names_the_bundled_versions() {
        let text = "_PACKAGE_NAMES = ('pip',)\n_SETUPTOOLS_VERSION = \"65.5.0\"\n_PIP_VERSION = \"23.2.1\"\n";
        assert_eq!(parse_version("pip", text).as_deref(), Some("23.2.1"));
        assert_eq!(parse_version("setuptools", text).as_deref(), Some("65.5.0"));
        assert_eq!(parse_version("wheel", text), None);
    }
}
