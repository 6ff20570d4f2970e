//! An environment -> the scripts that RECORD lists (PEP 376) but that are missing, and what each would call (the entry
//! points specification).

use std::path::{Path, PathBuf};

use crate::fs::{is_really_within, look_at};
use crate::os;
use crate::process::normalize;
use crate::quote::shell_word;
use crate::read::{MAX_TEXT, read_text};

use super::dist_info::{DistInfo, dist_infos};
use super::environment::{python_path, scripts_dir};

/// A script that is missing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MissingScript {
    /// Where it should be.
    pub file: PathBuf,
    /// What it calls: `demo.cli:main`. None if it is not a console script.
    pub entry_point: Option<String>,
    /// The package that it comes with: `demo==1.0`.
    pub package: String,
    /// Whether an index has the package.
    pub is_from_index: bool,
}

impl MissingScript {
    /// Whether its text can be written: on Windows a console script is a program.
    pub(crate) fn is_repairable(&self) -> bool {
        os::HAS_SHEBANGS && self.entry_point.is_some()
    }

    /// The command that brings it back. `call` is how vrun is called.
    pub(crate) fn fix_command(&self, call: &str) -> String {
        match self.is_repairable() {
            true => format!("`{call} --repair`"),
            false => format!(
                "`{call} -m pip install --no-deps --force-reinstall {}`",
                shell_word(&self.package)
            ),
        }
    }
}

/// The scripts of installed packages that are missing from the scripts directory of the environment at `root`.
pub(crate) fn find_missing_scripts(root: &Path) -> Vec<MissingScript> {
    let scripts = scripts_dir(root);
    let mut found = Vec::new();
    // If the scripts directory is a link, its files do not belong to the environment.
    if !is_really_within(&python_path(root), root) {
        return found;
    }
    for dist_info in dist_infos(root) {
        found.extend(missing_in_package(&dist_info, &scripts));
    }
    found.sort_by(|one, other| one.file.cmp(&other.file));
    found.dedup_by(|one, other| one.file == other.file);
    found
}

fn missing_in_package(dist_info: &DistInfo, scripts: &Path) -> Vec<MissingScript> {
    let outside = dist_info
        .files()
        .filter(|path| path.starts_with("..") || Path::new(path).is_absolute());
    let files: Vec<_> = outside
        .map(|path| normalize(dist_info.site().join(path)))
        .filter(|file| file.parent() == Some(scripts) && matches!(look_at(file), Ok(None)))
        .collect();
    if files.is_empty() {
        return Vec::new();
    }
    let entry_points = dist_info.dir.join("entry_points.txt");
    let entry_points = read_text(&entry_points, MAX_TEXT).unwrap_or_default();
    let entry_points = parse_entry_points(&entry_points);
    let missing = files.into_iter().map(|file| MissingScript {
        entry_point: file
            .file_name()
            .and_then(|name| find_entry_point(name.to_str()?, &entry_points)),
        package: dist_info.package(),
        is_from_index: dist_info.is_from_index(),
        file,
    });
    missing.collect()
}

/// The names and targets of console and GUI scripts.
fn parse_entry_points(text: &str) -> Vec<(&str, &str)> {
    let (mut found, mut is_script_section) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            is_script_section = line == "[console_scripts]" || line == "[gui_scripts]";
        } else if let Some((name, target)) = line.split_once('=').filter(|_| is_script_section) {
            // The extras in brackets mean nothing to a script.
            let target = target.split('[').next().unwrap_or(target);
            found.push((name.trim(), target.trim()));
        }
    }
    found
}

/// The target of the script `name`. pip and easy_install have versioned names too, which they do not list, or list
/// for another Python.
fn find_entry_point(name: &str, entry_points: &[(&str, &str)]) -> Option<String> {
    let target = |name: &str| {
        let mut entry_points = entry_points.iter();
        let (_, target) = entry_points.find(|(known, _)| *known == name)?;
        Some((*target).to_owned())
    };
    let is_version = |c: char| c.is_ascii_digit() || ".-".contains(c);
    let is_versioned = |stem: &&str| {
        name.strip_prefix(stem)
            .is_some_and(|end| end.chars().all(is_version))
    };
    let unversioned = ["pip", "easy_install"].into_iter().find(is_versioned);
    target(name).or_else(|| target(unversioned?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn a_script_is_found_by_its_entry_point() {
        let points = "[other]\ndemo = no:no\n\n[console_scripts]\n demo=demo.cli : main [extra]\npip = pip:main\n\
                      pip3.11 = pip:main\n[gui_scripts]\nwindow = demo:window\n";
        let points = parse_entry_points(points);
        let called = |name| find_entry_point(name, &points);
        assert_eq!(called("demo").as_deref(), Some("demo.cli : main"));
        assert_eq!(called("window").as_deref(), Some("demo:window"));
        assert_eq!(called("pip3.12").as_deref(), Some("pip:main"));
        assert_eq!(called("pipx"), None);
        assert_eq!(called("easy_install-3.6"), None);
    }

    #[test]
    fn any_entry_points_are_searched() {
        fuzz("entry_points", 2000, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let points = parse_entry_points(&text);
            let _ = ["demo", "pip3.12", ""].map(|name| find_entry_point(name, &points));
        });
    }
}
