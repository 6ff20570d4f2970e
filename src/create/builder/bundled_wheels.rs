//! Which wheels a base interpreter brings along to seed its environments with (ensurepip/__init__.py).

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::fs::{path_error, read_dir_if_exists};
use crate::introspect::sysconfig;

use super::supported::SupportedBase;

/// A wheel file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BundledWheel {
    /// `pip`, `setuptools`.
    pub project: &'static str,
    /// As the file's name has it.
    pub version: String,
    /// The file.
    pub file: PathBuf,
}

impl BundledWheel {
    /// The directory in site-packages that tells of the installed project.
    pub(super) fn dist_info(&self) -> String {
        format!("{}-{}.dist-info", self.project, self.version)
    }
}

/// The wheels in the order they are installed; none where the base interpreter has no pip to give.
///
/// # Errors
/// What it has cannot be read.
pub(super) fn find_bundled(base: &SupportedBase<'_>) -> io::Result<Vec<BundledWheel>> {
    let projects: &[&'static str] = if base.version < (3, 12) {
        &["setuptools", "pip"]
    } else {
        &["pip"]
    };
    if let Some(wheels) = wheels_in_shared_dir(base, projects)? {
        return Ok(wheels);
    }
    let ensurepip = base.stdlib.join("ensurepip");
    let module = ensurepip.join("__init__.py");
    let text = match fs::read_to_string(&module) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(|error| path_error("read", &module, &error))?,
    };
    let mut wheels = Vec::new();
    for project in projects {
        // The file is found by the version that ensurepip names: stale ones lie beside it (3.8.18).
        let Some(version) = parse_version(project, &text) else {
            return Ok(Vec::new());
        };
        let start = format!("{project}-{version}-");
        let Some(file) = list_with_prefix(&ensurepip.join("_bundled"), &start)?
            .into_iter()
            .next()
        else {
            return Ok(Vec::new());
        };
        wheels.push(BundledWheel {
            project,
            version,
            file,
        });
    }
    Ok(wheels)
}

/// `_PIP_VERSION = "24.2"`.
fn parse_version(project: &str, text: &str) -> Option<String> {
    let variable = format!("_{}_VERSION", project.to_ascii_uppercase());
    let line = text.lines().find_map(|line| line.strip_prefix(&variable))?;
    let value = line.trim_start().strip_prefix('=')?.trim();
    Some(value.trim_matches(['"', '\'']).to_owned())
}

/// The wheels of a directory that a distribution keeps for all its Pythons: the one that was compiled in
/// (sysconfig's WHEEL_PKG_DIR), and Debian's where it split ensurepip off. Only if it has them all.
fn wheels_in_shared_dir(
    base: &SupportedBase<'_>,
    projects: &[&'static str],
) -> io::Result<Option<Vec<BundledWheel>>> {
    let Some(directory) = sysconfig::read_variable(base.stdlib, "WHEEL_PKG_DIR")? else {
        return Ok(None);
    };
    let mut wheels = Vec::new();
    for project in projects {
        let newest = list_with_prefix(Path::new(&directory), &format!("{project}-"))?.pop();
        let Some(wheel) = newest.and_then(|file| wheel_from_path(project, file)) else {
            return Ok(None);
        };
        wheels.push(wheel);
    }
    Ok(Some(wheels))
}

/// `pip-24.2-py3-none-any.whl`
fn wheel_from_path(project: &'static str, file: PathBuf) -> Option<BundledWheel> {
    let name = file.file_name()?.to_str()?;
    let version = name.split('-').nth(1)?.to_owned();
    Some(BundledWheel {
        project,
        version,
        file,
    })
}

/// The files of a directory whose names start so, sorted.
fn list_with_prefix(directory: &Path, prefix: &str) -> io::Result<Vec<PathBuf>> {
    let unread = |error: io::Error| path_error("read", directory, &error);
    let mut found = Vec::new();
    for entry in read_dir_if_exists(directory).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        if entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(prefix))
        {
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
    fn ensurepip_names_its_versions() {
        let text = "_PACKAGE_NAMES = ('pip',)\n_SETUPTOOLS_VERSION = \"65.5.0\"\n_PIP_VERSION = \"23.2.1\"\n";
        assert_eq!(parse_version("pip", text).as_deref(), Some("23.2.1"));
        assert_eq!(parse_version("setuptools", text).as_deref(), Some("65.5.0"));
        assert_eq!(parse_version("wheel", text), None);
    }
}
