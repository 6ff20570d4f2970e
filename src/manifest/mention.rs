//! A program's name -> the line of a project's files that names it: where its tests, its CI or its tasks install or run it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::read::{MAX_LINE_FILE, read_text};

/// Files in a project's root, besides its requirement files.
const FILES: [&str; 10] = [
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "Pipfile",
    "tox.ini",
    "noxfile.py",
    "Makefile",
    "justfile",
    ".gitlab-ci.yml",
    "environment.yml",
];

/// Directories with more of them, and how their names end.
const DIRS: [(&str, &[&str]); 3] = [
    ("", &["requirements.txt"]),
    ("requirements", &[".txt", ".in"]),
    (".github/workflows", &[".yml", ".yaml"]),
];

/// What the words of an install may have to be pasted into a shell as they are.
const SAFE_PUNCTUATION: &str = " ._-[]/,=+:@";

/// A line that names a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub file: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// What `pip install` has there, if it is an install that can be pasted.
    pub install_args: Option<String>,
}

/// The line that names `program` in the files of the project at `root`: one that installs it, else the first.
pub(crate) fn find_mention(program: &str, root: &Path) -> Option<Mention> {
    let mut first = None;
    for file in files(root) {
        let text = read_text(&file, MAX_LINE_FILE).unwrap_or_default();
        for (at, line) in text.lines().enumerate() {
            if !names(line, program) {
                continue;
            }
            let mention = Mention {
                file: file.clone(),
                line: at + 1,
                install_args: install_args(line),
            };
            if mention.install_args.is_some() {
                return Some(mention);
            }
            first.get_or_insert(mention);
        }
    }
    first
}

fn files(root: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = FILES.iter().map(|name| root.join(name)).collect();
    for (dir, ends) in DIRS {
        let entries = fs::read_dir(root.join(dir)).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        let is_one = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            ends.iter().any(|end| name.ends_with(end))
        };
        let mut found: Vec<_> = paths.filter(is_one).collect();
        found.sort();
        files.extend(found);
    }
    files
}

/// Whether `line`, unless it is a comment, has `program` as a word of its own: `pytest>=7`, not `pytest-cov` nor
/// `tool.pytest`.
fn names(line: &str, program: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "._-/".contains(c);
    let mut words = line.split(|c| !is_part(c));
    !line.trim_start().starts_with('#') && words.any(|word| word == program)
}

/// `run: python -m pip install -r requirements.txt pytest && ...` -> `-r requirements.txt pytest`
fn install_args(line: &str) -> Option<String> {
    let (_, args) = line.split_once("pip install ")?;
    let end = args.find(['&', ';', '|', '#']).unwrap_or(args.len());
    let args = args[..end].trim();
    let is_safe = |c: char| c.is_ascii_alphanumeric() || SAFE_PUNCTUATION.contains(c);
    (!args.is_empty() && args.chars().all(is_safe)).then(|| args.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_its_own_is_a_mention_and_a_part_of_another_is_not() {
        for line in [
            "deps = pytest",
            "pytest>=7; extra",
            "  - pip install 'pytest[x]'",
        ] {
            assert!(names(line, "pytest"), "{line}");
        }
        for line in [
            "pytest-cov",
            "[tool.pytest.ini_options]",
            "# pytest",
            "tests/pytest",
            "",
        ] {
            assert!(!names(line, "pytest"), "{line}");
        }
    }

    #[test]
    fn what_an_install_has_is_pasted_where_that_is_safe() {
        for (line, expected) in [
            ("pip install -r dev.txt pytest", Some("-r dev.txt pytest")),
            (
                "- run: pip install -e .[test] && pytest",
                Some("-e .[test]"),
            ),
            ("pip install 'pytest>7'", None),
            ("pip install $DEPS pytest", None),
            ("pytest -q", None),
        ] {
            assert_eq!(install_args(line).as_deref(), expected, "{line}");
        }
    }
}
