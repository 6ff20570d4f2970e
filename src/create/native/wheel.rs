//! Which wheels a base interpreter brings along to seed its environments with (ensurepip/__init__.py).

use std::fs;
use std::path::{Path, PathBuf};

use super::{Known, sysconfig};

/// A wheel file.
#[derive(Debug, PartialEq, Eq)]
pub struct Wheel {
    /// `pip`, `setuptools`.
    pub project: &'static str,
    /// As the file's name has it.
    pub version: String,
    /// The file.
    pub file: PathBuf,
}

impl Wheel {
    /// The directory in site-packages that tells of the installed project.
    pub fn info(&self) -> String {
        format!("{}-{}.dist-info", self.project, self.version)
    }
}

/// The wheels in the order they are installed; none where the base interpreter has no pip to give.
pub fn bundled(base: &Known<'_>) -> Vec<Wheel> {
    let projects: &[&'static str] = if base.version < (3, 12) {
        &["setuptools", "pip"]
    } else {
        &["pip"]
    };
    if let Some(wheels) = in_directory(base, projects) {
        return wheels;
    }
    let ensurepip = base.stdlib.join("ensurepip");
    let Ok(text) = fs::read_to_string(ensurepip.join("__init__.py")) else {
        return Vec::new();
    };
    let wheels = projects.iter().map(|project| {
        // The file is found by the version that ensurepip names: stale ones lie beside it (3.8.18).
        let version = version_of(project, &text)?;
        let file = first(
            &ensurepip.join("_bundled"),
            &format!("{project}-{version}-"),
        )?;
        Some(Wheel {
            project,
            version,
            file,
        })
    });
    wheels.collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// `_PIP_VERSION = "24.2"`.
fn version_of(project: &str, text: &str) -> Option<String> {
    let variable = format!("_{}_VERSION", project.to_ascii_uppercase());
    let line = text.lines().find_map(|line| line.strip_prefix(&variable))?;
    let value = line.trim_start().strip_prefix('=')?.trim();
    Some(value.trim_matches(['"', '\'']).to_owned())
}

/// The wheels of a directory that a distribution keeps for all its Pythons: the one that was compiled in
/// (sysconfig's WHEEL_PKG_DIR), and Debian's where it split ensurepip off. Only if it has them all.
fn in_directory(base: &Known<'_>, projects: &[&'static str]) -> Option<Vec<Wheel>> {
    let directory = PathBuf::from(sysconfig::literal(base.stdlib, "WHEEL_PKG_DIR")?);
    projects
        .iter()
        .map(|project| {
            let file = last(&directory, &format!("{project}-"))?;
            let name = file.file_name()?.to_str()?;
            let version = name.split('-').nth(1)?.to_owned();
            Some(Wheel {
                project,
                version,
                file,
            })
        })
        .collect()
}

fn first(directory: &Path, prefix: &str) -> Option<PathBuf> {
    names(directory, prefix).into_iter().next()
}

fn last(directory: &Path, prefix: &str) -> Option<PathBuf> {
    names(directory, prefix).pop()
}

/// The files of a directory whose names start so, sorted.
fn names(directory: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let starts = |path: &PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(prefix))
    };
    let mut found: Vec<_> = entries.map(|entry| entry.path()).filter(starts).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ensurepip_names_its_versions() {
        let text = "_PACKAGE_NAMES = ('pip',)\n_SETUPTOOLS_VERSION = \"65.5.0\"\n_PIP_VERSION = \"23.2.1\"\n";
        assert_eq!(version_of("pip", text).as_deref(), Some("23.2.1"));
        assert_eq!(version_of("setuptools", text).as_deref(), Some("65.5.0"));
        assert_eq!(version_of("wheel", text), None);
    }
}
