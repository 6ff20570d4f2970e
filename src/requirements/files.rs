//! A requirement file -> the files that it consists of, and what their content comes to.
//!
//! What an installer would read is followed as far as it lies on this disk: `-r` and `-c` lines of pip's format, and
//! what describes a local project that an `-e` line names. The lines themselves are the installer's to understand.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::choice::{self, Kind, Source};

/// What describes a local project.
const DESCRIPTIONS: [&str; 3] = ["pyproject.toml", "setup.cfg", "setup.py"];

/// The parts of a pyproject.toml that say what is installed. The settings of linters and the like are no change.
const PARTS: [&str; 3] = ["project", "build-system", "dependency-groups"];

/// The tools that install by settings of their own in there.
const BUILDERS: [&str; 7] = [
    "tool.setuptools",
    "tool.poetry",
    "tool.hatch",
    "tool.pdm",
    "tool.flit",
    "tool.maturin",
    "tool.uv",
];

/// All files of `source`, itself among them, and those that would count before it.
pub fn of(source: &Source) -> Vec<PathBuf> {
    let mut found = choice::before(source);
    match source.kind {
        Kind::Pylock | Kind::Pyproject(_) => found.push(source.path.clone()),
        Kind::Requirements => follow(&source.path, &mut found),
    }
    found
}

fn follow(file: &Path, found: &mut Vec<PathBuf>) {
    if found.iter().any(|known| known == file) {
        return;
    }
    found.push(file.to_owned());
    let text = fs::read(file).unwrap_or_default();
    let dir = file.parent().unwrap_or(file);
    let text = String::from_utf8_lossy(&text).replace("\r\n", "\n");
    for line in text.replace("\\\n", " ").lines() {
        let at = |path: &str| crate::world::tidy(dir.join(path));
        match line_of(line) {
            Some(Line::Includes(path)) => follow(&at(path), found),
            Some(Line::Project(path)) => {
                let parts = DESCRIPTIONS.iter().map(|name| at(path).join(name));
                let there: Vec<_> = parts.filter(|path| path.is_file()).collect();
                found.extend(
                    there
                        .into_iter()
                        .filter(|path| !found.contains(path))
                        .collect::<Vec<_>>(),
                );
            }
            None => {}
        }
    }
}

/// A line that names something on this disk.
#[derive(Debug, PartialEq, Eq)]
enum Line<'a> {
    /// `-r FILE`, `-c FILE`
    Includes(&'a str),
    /// `-e DIR`
    Project(&'a str),
}

fn line_of(line: &str) -> Option<Line<'_>> {
    let line = line.split(" #").next().unwrap_or(line).trim();
    let value = |names: &[&str]| {
        let rest = names.iter().find_map(|name| line.strip_prefix(name))?;
        let rest = rest.trim_start_matches(['=', ' ', '\t']);
        let rest = rest.trim_matches(['"', '\'']);
        (!rest.is_empty() && !rest.contains("://")).then_some(rest)
    };
    if let Some(file) = value(&["--requirement", "--constraint", "-r", "-c"]) {
        return Some(Line::Includes(file));
    }
    // `-e .[extra]`
    let dir = value(&["--editable", "-e"])?;
    Some(Line::Project(dir.split('[').next().unwrap_or(dir)))
}

/// What the content of a file comes to; None where there is no file.
pub fn digest(file: &Path) -> Option<String> {
    let bytes = fs::read(file).ok()?;
    let is_pyproject = file
        .file_name()
        .is_some_and(|name| name == "pyproject.toml");
    let parts = || parts(str::from_utf8(&bytes).ok()?);
    match is_pyproject.then(parts).flatten() {
        Some(parts) => Some(sum([parts.as_bytes()])),
        None => Some(sum([&bytes[..]])),
    }
}

/// The first 16 bytes of the SHA-256 of what is given, in hexadecimal.
pub fn sum<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let bytes = hasher.finalize();
    bytes
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn parts(text: &str) -> Option<String> {
    let table: toml::Table = text.parse().ok()?;
    let of_tools = BUILDERS.iter().map(|name| {
        let name = name.trim_start_matches("tool.");
        table.get("tool").and_then(|tools| tools.get(name))
    });
    let parts = PARTS.iter().map(|name| table.get(*name)).chain(of_tools);
    Some(parts.map(|part| format!("{part:?}\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_name_files_are_followed() {
        for (line, expected) in [
            ("-r base.txt", Some(Line::Includes("base.txt"))),
            ("-rbase.txt # the rest", Some(Line::Includes("base.txt"))),
            ("--requirement=a/b.txt", Some(Line::Includes("a/b.txt"))),
            (
                "-c 'my constraints.txt'",
                Some(Line::Includes("my constraints.txt")),
            ),
            ("-r https://example.org/r.txt", None),
            ("-e .[dev]", Some(Line::Project("."))),
            ("-e git+https://example.org/x", None),
            ("requests==2.0 --hash=sha256:0", None),
            ("# -r old.txt", None),
            ("", None),
        ] {
            assert_eq!(line_of(line), expected, "{line}");
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
        let source = choice::usual(dir.path())
            .expect("a choice")
            .expect("a file");
        let names: Vec<_> = of(&source)
            .iter()
            .map(|path| path.strip_prefix(dir.path()).expect("below").to_owned())
            .collect();
        let expected = [
            "pylock.toml",
            "requirements.txt",
            "dev.txt",
            "gone.txt",
            "pyproject.toml",
        ];
        assert_eq!(names, expected.map(PathBuf::from));
    }

    #[test]
    fn of_a_pyproject_counts_what_is_installed_by_it() {
        let same = |a: &str, b: &str| parts(a) == parts(b);
        let project = "[project]\nname = 'app'\n";
        assert!(same(
            project,
            "[tool.ruff]\nx = 1\n[project]\nname='app' # mine\n"
        ));
        assert!(!same(
            project,
            "[project]\nname = 'app'\ndependencies = ['six']\n"
        ));
        assert!(!same(
            project,
            "[project]\nname = 'app'\n[tool.hatch]\nx = 1\n"
        ));
    }
}
