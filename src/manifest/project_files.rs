//! A local project's directory -> the files that decide what it requires.

use std::path::{Path, PathBuf};

use toml::Value;

use crate::read::{MAX_TEXT, read_file, read_text};

use super::pyproject::PYPROJECT;

/// The files that describe a local project.
const PROJECT_FILES: [&str; 3] = [PYPROJECT, "setup.cfg", "setup.py"];

/// Those that exist, and the requirement files that they read.
pub(crate) fn project_files(dir: &Path) -> Vec<PathBuf> {
    let files = PROJECT_FILES.iter().map(|name| dir.join(name));
    let mut found: Vec<_> = files.filter(|file| file.is_file()).collect();
    let text = read_text(&dir.join(PYPROJECT), MAX_TEXT).unwrap_or_default();
    let dynamic = text.parse().map(|table| dynamic_files(&table));
    let named = ["setup.cfg", "setup.py"].map(|name| named_files(dir, name));
    let more = dynamic.unwrap_or_default().into_iter();
    found.extend(more.chain(named.concat()).map(|name| dir.join(name)));
    found
}

/// What setuptools, or the plugin hatch-requirements-txt, reads requirements from.
fn dynamic_files(table: &toml::Table) -> Vec<String> {
    let get = |names: &[&str]| {
        let tool = table.get("tool")?;
        names.iter().try_fold(tool, |table, name| table.get(name))
    };
    let dynamic = |name| get(&["setuptools", "dynamic", name]);
    let hook = |name| get(&["hatch", "metadata", "hooks", "requirements_txt", name]);
    let mut lists: Vec<Option<&Value>> = vec![
        dynamic("dependencies").and_then(|it| it.get("file")),
        hook("files"),
    ];
    for extras in [
        dynamic("optional-dependencies"),
        hook("optional-dependencies"),
    ] {
        let extras = extras.and_then(Value::as_table);
        let extras = extras.into_iter().flat_map(toml::Table::values);
        lists.extend(extras.map(|extra| Some(extra.get("file").unwrap_or(extra))));
    }
    let names = lists.into_iter().flatten().flat_map(|list| match list {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect::<Vec<_>>(),
    });
    names.map(str::to_owned).collect()
}

/// The requirement files whose names stand in the text of setup.py or setup.cfg: `open("requirements.txt")`,
/// `file: requirements/base.txt`.
fn named_files(dir: &Path, name: &str) -> Vec<String> {
    let bytes = read_file(&dir.join(name), MAX_TEXT).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let words =
        text.split(|letter: char| letter.is_whitespace() || "\"'`,;:=()[]{}".contains(letter));
    let is_named = |word: &&str| {
        let is_text = word.ends_with(".txt") || word.ends_with(".in");
        is_text && word.contains("req") && dir.join(word).is_file()
    };
    words.filter(is_named).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_that_a_project_reads_its_requirements_from_are_found() {
        for (name, text, expected) in [
            (
                PYPROJECT,
                "[tool.setuptools.dynamic]\ndependencies = {file = ['a.txt', 'b.txt']}\n\
                 optional-dependencies.dev = {file = 'c.txt'}\nversion = {file = 'VERSION'}\n",
                "a.txt b.txt c.txt",
            ),
            (
                PYPROJECT,
                "[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ['a.txt']\n\
                 optional-dependencies.dev = ['c.txt']\n",
                "a.txt c.txt",
            ),
            (
                "setup.cfg",
                "[options]\ninstall_requires = file: requirements.txt, gone-requirements.txt\nx = README.txt\n",
                "requirements.txt",
            ),
            (
                "setup.py",
                "setup(install_requires=open('requirements.txt').read())",
                "requirements.txt",
            ),
            (PYPROJECT, "[tool", ""),
        ] {
            let dir = tempfile::tempdir().expect("a directory");
            let path = |name: &str| dir.path().join(name);
            fs::write(path(name), text).expect("a file");
            for name in ["requirements.txt", "README.txt"] {
                fs::write(path(name), "").expect("a file");
            }
            let mut found = project_files(dir.path());
            assert_eq!(found.remove(0), path(name));
            let expected: Vec<_> = expected.split_whitespace().map(path).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
