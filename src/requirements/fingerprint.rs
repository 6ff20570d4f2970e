//! An install plan -> the files that it consists of, and their digests.
//!
//! Local files that an installer would read are followed: those of `-r` and `-c` lines in pip's format, and the metadata
//! of a project that an `-e` line names. All other lines are left to the installer.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::process;
use crate::quote::hex;
use crate::read::{MAX_TEXT, read_file};

use super::plan::{InstallPlan, Part};

/// The files that describe a local project.
const PROJECT_FILES: [&str; 3] = ["pyproject.toml", "setup.cfg", "setup.py"];

/// The tables of a pyproject.toml that affect an install. A linter's settings do not.
const PROJECT_TABLES: [&str; 3] = ["project", "build-system", "dependency-groups"];

/// The tables below `[tool]` that do too.
const TOOL_TABLES: &str = "setuptools poetry hatch pdm flit maturin uv";

/// How many files are tracked at most: each costs a look before every command, and a link to its own directory makes
/// files with endless names.
const MAX_FILES: usize = 10_000;

/// How many bytes of a SHA-256 are recorded.
pub(super) const DIGEST_LENGTH: usize = 16;

/// The files of `plan`, those that they include, and `others`.
pub(super) fn tracked_files(plan: &InstallPlan, others: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut found = others;
    for part in plan.parts() {
        match part {
            Part::RequirementsFile(file) => found.extend(included_files(file)),
            Part::Project { file, .. } => {
                found.extend(project_files(file.parent().unwrap_or(file)))
            }
            Part::Pylock(file) | Part::Dependencies { file, .. } => found.push(file.clone()),
        }
    }
    found.extend(plan.pins.iter().map(|pins| pins.lock.clone()));
    let mut known = HashSet::new();
    found.retain(|file| known.insert(file.clone()));
    found
}

fn project_files(dir: &Path) -> Vec<PathBuf> {
    let files = PROJECT_FILES.iter().map(|name| dir.join(name));
    files.filter(|file| file.is_file()).collect()
}

/// `file`, and all files that it includes. What is beyond MAX_FILES is not tracked.
pub(super) fn included_files(file: &Path) -> Vec<PathBuf> {
    let mut found = vec![file.to_owned()];
    let mut known: HashSet<_> = found.iter().cloned().collect();
    let mut unread: VecDeque<_> = found.iter().cloned().collect();
    while let Some(file) = unread.pop_front() {
        let text = read_file(&file, MAX_TEXT).unwrap_or_default();
        let dir = file.parent().unwrap_or(&file);
        let text = String::from_utf8_lossy(&text).replace("\r\n", "\n");
        for line in text.replace("\\\n", " ").lines() {
            let at = |path: &str| process::normalize(dir.join(path));
            let (files, is_include) = match parse_line(line) {
                Some(FileReference::Include(path)) => (vec![at(path)], true),
                Some(FileReference::Project(path)) => (project_files(&at(path)), false),
                None => continue,
            };
            for file in files {
                if found.len() == MAX_FILES {
                    return found;
                }
                if known.insert(file.clone()) {
                    found.push(file.clone());
                    unread.extend(is_include.then_some(file));
                }
            }
        }
    }
    found
}

/// A line that names a local file or project.
#[derive(Debug, PartialEq, Eq)]
enum FileReference<'a> {
    /// `-r FILE`, `-c FILE`
    Include(&'a str),
    /// `-e DIR`
    Project(&'a str),
}

fn parse_line(line: &str) -> Option<FileReference<'_>> {
    let line = line.split(" #").next().unwrap_or(line).trim();
    let value = |names: &[&str]| {
        let rest = names.iter().find_map(|name| line.strip_prefix(name))?;
        let rest = rest.trim_start_matches(['=', ' ', '\t']);
        let rest = rest.trim_matches(['"', '\'']);
        (!rest.is_empty() && !rest.contains("://")).then_some(rest)
    };
    if let Some(file) = value(&["--requirement", "--constraint", "-r", "-c"]) {
        return Some(FileReference::Include(file));
    }
    // `-e .[extra]`
    let dir = value(&["--editable", "-e"])?;
    Some(FileReference::Project(dir.split('[').next().unwrap_or(dir)))
}

/// The digest of a file, or of the relevant tables of a pyproject.toml. None if there is no file.
pub(super) fn file_digest(file: &Path) -> Option<String> {
    let bytes = read_file(file, MAX_TEXT).ok()?;
    let is_pyproject = file.ends_with("pyproject.toml");
    let text = str::from_utf8(&bytes).ok().filter(|_| is_pyproject);
    let tables = text.and_then(relevant_tables);
    let content = tables.map_or(bytes, String::into_bytes);
    Some(digest([&content[..]], DIGEST_LENGTH))
}

/// The first `length` bytes of the SHA-256 of all parts and their lengths, in hexadecimal.
pub(crate) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>, length: usize) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hex(&hasher.finalize()[..length])
}

fn relevant_tables(text: &str) -> Option<String> {
    let table: toml::Table = text.parse().ok()?;
    let project = PROJECT_TABLES.iter().map(|name| table.get(*name));
    let tool = |name| table.get("tool").and_then(|tools| tools.get(name));
    let tables = project.chain(TOOL_TABLES.split(' ').map(tool));
    Some(tables.map(|table| format!("{table:?}\n")).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::fuzz::fuzz;
    use crate::requirements::detect;
    use crate::requirements::selection::Selection;

    #[test]
    fn lines_that_name_files_are_followed() {
        use FileReference::{Include, Project};
        for (line, expected) in [
            ("-r base.txt", Some(Include("base.txt"))),
            ("-rbase.txt # the rest", Some(Include("base.txt"))),
            ("--requirement=a/b.txt", Some(Include("a/b.txt"))),
            (
                "-c 'my constraints.txt'",
                Some(Include("my constraints.txt")),
            ),
            ("-r https://example.org/r.txt", None),
            ("-e .[dev]", Some(Project("."))),
            ("-e git+https://example.org/x", None),
            ("requests==2.0 --hash=sha256:0", None),
            ("# -r old.txt", None),
            ("", None),
        ] {
            assert_eq!(parse_line(line), expected, "{line}");
        }
    }

    #[test]
    fn files_that_include_each_other_are_listed_once() {
        let dir = tempfile::tempdir().expect("a directory");
        let write =
            |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("a file");
        write("requirements.txt", "-r dev.txt\n-c gone.txt\n-e .\n");
        write("dev.txt", "-r requirements.txt\n");
        write("pyproject.toml", "");
        let selection = Selection::default();
        let plan = detect::detect_plan(dir.path(), &selection)
            .expect("a plan")
            .expect("files");
        let names = "pylock.toml requirements.txt dev.txt gone.txt pyproject.toml";
        let expected: Vec<_> = names.split(' ').map(|name| dir.path().join(name)).collect();
        let others = detect::higher_priority_files(&plan, &selection, dir.path());
        assert_eq!(tracked_files(&plan, others), expected);
    }

    #[test]
    fn only_tables_that_affect_an_install_count() {
        let same = |a: &str, b: &str| relevant_tables(a) == relevant_tables(b);
        let project = "[project]\nname = 'app'\n";
        for (other, is_same) in [
            ("[tool.ruff]\nx = 1\n[project]\nname='app' # mine\n", true),
            ("[project]\nname = 'app'\ndependencies = ['six']\n", false),
            ("[project]\nname = 'app'\n[tool.hatch]\nx = 1\n", false),
        ] {
            assert_eq!(same(project, other), is_same, "{other}");
        }
    }

    #[test]
    fn any_number_of_files_may_include_each_other() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = |number: usize| dir.path().join(format!("{number}.txt"));
        let write = |number, text: &str| fs::write(file(number), text).expect("a file");
        for number in 0..2_000 {
            write(number, &format!("-r {}.txt\n-r 0.txt\n", number + 1));
        }
        let found = included_files(&file(0));
        assert_eq!(found, (0..=2_000).map(file).collect::<Vec<_>>());
        let lines: String = (0..MAX_FILES + 5)
            .map(|number| format!("-c {number}.txt\n"))
            .collect();
        write(3_000, &lines);
        assert_eq!(included_files(&file(3_000)).len(), MAX_FILES);
    }

    #[test]
    fn any_requirement_line_is_followed_or_left_alone() {
        fuzz("requirements", 3000, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let _ = text.lines().filter_map(parse_line).count();
        });
    }

    #[test]
    fn any_pyproject_has_a_digest_or_none() {
        fuzz("pyproject", 1500, |bytes| {
            let _ = relevant_tables(&String::from_utf8_lossy(bytes));
        });
    }
}
