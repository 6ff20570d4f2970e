//! What is installed in an environment -> the scripts of it that are not there, though RECORD lists them (PEP 376), and
//! what each would call (the entry points specification).

use std::fs;
use std::path::{Path, PathBuf};

use crate::os;
use crate::process::normalize;
use crate::quote::shell_word;

use super::environment::scripts_dir;
use super::site_packages::site_packages;

/// A script that is not there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MissingScript {
    /// Where it should be.
    pub file: PathBuf,
    /// What it calls: `demo.cli:main`. None where it is none of those that an installer writes.
    pub entry_point: Option<String>,
    /// `demo==1.0`, which it comes with.
    pub package: String,
}

impl MissingScript {
    /// Whether an installer's text can be written for it: on Windows a script is a program.
    pub(crate) fn is_repairable(&self) -> bool {
        os::HAS_SHEBANGS && self.entry_point.is_some()
    }

    /// What to type so that it is there again, for who is called `call`.
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

/// Every script of what is installed in the environment at `root` that is not in its scripts directory.
pub(crate) fn find_missing_scripts(root: &Path) -> Vec<MissingScript> {
    let dir = scripts_dir(root);
    let mut found = Vec::new();
    for site in site_packages(root) {
        let entries = fs::read_dir(&site).into_iter().flatten().flatten();
        let infos = entries.map(|entry| entry.path());
        for info in infos.filter(|path| path.extension().is_some_and(|end| end == "dist-info")) {
            found.extend(missing_in_package(&info, &site, &dir));
        }
    }
    found.sort_by(|one, other| one.file.cmp(&other.file));
    found.dedup_by(|one, other| one.file == other.file);
    found
}

fn missing_in_package(info: &Path, site: &Path, dir: &Path) -> Vec<MissingScript> {
    let record = fs::read_to_string(info.join("RECORD")).unwrap_or_default();
    // A path with a comma stands in quotes; no script's does.
    let paths = record
        .lines()
        .filter_map(|line| Some(line.split_once(',')?.0));
    let outside = paths.filter(|path| path.starts_with("..") || Path::new(path).is_absolute());
    let files = outside.map(|path| normalize(site.join(path)));
    let files =
        files.filter(|file| file.parent() == Some(dir) && fs::symlink_metadata(file).is_err());
    let files: Vec<_> = files.collect();
    if files.is_empty() {
        return Vec::new();
    }
    let points = fs::read_to_string(info.join("entry_points.txt")).unwrap_or_default();
    let points = parse_entry_points(&points);
    let package = package_spec(info);
    let missing = files.into_iter().map(|file| MissingScript {
        entry_point: file
            .file_name()
            .and_then(|name| find_entry_point(name.to_str()?, &points)),
        package: package.clone(),
        file,
    });
    missing.collect()
}

/// `demo==1.0` of `demo-1.0.dist-info`
fn package_spec(info: &Path) -> String {
    let name = info.file_stem().unwrap_or_default().to_string_lossy();
    name.replacen('-', "==", 1)
}

/// The names and targets of the scripts that an installer writes, with a window or without.
fn parse_entry_points(text: &str) -> Vec<(&str, &str)> {
    let (mut points, mut is_of_scripts) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            is_of_scripts = line == "[console_scripts]" || line == "[gui_scripts]";
        } else if let Some((name, target)) = line.split_once('=').filter(|_| is_of_scripts) {
            // What stands in brackets behind it is nothing to a script.
            let target = target.split('[').next().unwrap_or(target);
            points.push((name.trim(), target.trim()));
        }
    }
    points
}

/// pip and easy_install have names with a version too, which they do not list, or for another Python than this.
fn find_entry_point(name: &str, points: &[(&str, &str)]) -> Option<String> {
    let of = |name: &str| {
        let mut found = points.iter().filter(|(known, _)| *known == name);
        found.next().map(|(_, target)| (*target).to_owned())
    };
    let is_version = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || b".-".contains(&byte))
    };
    let plain = ["pip", "easy_install"]
        .into_iter()
        .find(|stem| name.strip_prefix(stem).is_some_and(is_version));
    of(name).or_else(|| of(plain?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_script_calls_is_what_its_entry_point_says() {
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
}
