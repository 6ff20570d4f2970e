//! A requirement file -> the files that it consists of, and their digests.
//!
//! Local files that an installer would read are followed: those of `-r` and `-c` lines in pip's format, and the metadata
//! of a project that an `-e` line names. All other lines are left to the installer.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::process;

use super::source::{self, RequirementsFormat, RequirementsSource};

/// The files that describe a local project.
const PROJECT_FILES: [&str; 3] = ["pyproject.toml", "setup.cfg", "setup.py"];

/// The tables of a pyproject.toml that affect an install. A linter's settings do not.
const PROJECT_TABLES: [&str; 3] = ["project", "build-system", "dependency-groups"];

/// The tables below `[tool]` that do too.
const TOOL_TABLES: &str = "setuptools poetry hatch pdm flit maturin uv";

/// How many bytes of a SHA-256 are recorded.
pub(super) const DIGEST_LENGTH: usize = 16;

/// `source` itself, the files that it includes, and those that would take precedence over it.
pub(super) fn tracked_files(source: &RequirementsSource) -> Vec<PathBuf> {
    let mut found = source::higher_priority_files(source);
    match source.format {
        RequirementsFormat::Pylock | RequirementsFormat::Pyproject { .. } => {
            found.push(source.path.clone())
        }
        RequirementsFormat::Requirements => collect_files(&source.path, &mut found),
    }
    found
}

fn collect_files(file: &Path, found: &mut Vec<PathBuf>) {
    if found.iter().any(|known| known == file) {
        return;
    }
    found.push(file.to_owned());
    let text = fs::read(file).unwrap_or_default();
    let dir = file.parent().unwrap_or(file);
    let text = String::from_utf8_lossy(&text).replace("\r\n", "\n");
    for line in text.replace("\\\n", " ").lines() {
        let at = |path: &str| process::normalize(dir.join(path));
        match parse_line(line) {
            Some(FileReference::Include(path)) => collect_files(&at(path), found),
            Some(FileReference::Project(path)) => {
                for file in PROJECT_FILES.map(|name| at(path).join(name)) {
                    if file.is_file() && !found.contains(&file) {
                        found.push(file);
                    }
                }
            }
            None => {}
        }
    }
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
    let bytes = fs::read(file).ok()?;
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
    let bytes = hasher.finalize();
    let bytes = bytes.iter().take(length);
    bytes.map(|byte| format!("{byte:02x}")).collect()
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
    use super::*;

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
        let source = source::detect_source(dir.path()).expect("a source");
        let names = "pylock.toml requirements.txt dev.txt gone.txt pyproject.toml";
        let expected: Vec<_> = names.split(' ').map(|name| dir.path().join(name)).collect();
        assert_eq!(tracked_files(&source.expect("a file")), expected);
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
}
