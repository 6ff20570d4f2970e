//! An install plan -> the files that it consists of, and their digests.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::fs::entry_names;
use crate::manifest::{
    InstallPlan, MAX_FILES, Part, Selection, project_dir, project_files, read_references,
};
use crate::quote::hex;
use crate::read::{MAX_TEXT, read_file};

/// The tables of a pyproject.toml that affect an install. A linter's settings do not.
const PROJECT_TABLES: [&str; 3] = ["project", "build-system", "dependency-groups"];

/// The tables below `[tool]` that do too.
const TOOL_TABLES: &str = "setuptools poetry hatch pdm flit maturin uv";

/// How the names end of files that may say what to install. A folder `requirements` may hold some.
const SOURCE_ENDS: [&str; 10] = [
    ".python-version",
    ".txt",
    ".in",
    ".toml",
    ".lock",
    ".cfg",
    ".ini",
    "setup.py",
    "Pipfile",
    "requirements",
];

/// The files that say which Python and nothing else.
const VERSION_FILES: [&str; 2] = [".python-version", "runtime.txt"];

/// How many bytes of a SHA-256 are recorded.
pub(super) const DIGEST_LENGTH: usize = 16;

/// The files of `plan`, and those that they include. The installer works in `project`.
pub(super) fn tracked_files(plan: &InstallPlan, project: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for part in plan.parts() {
        found.push(part.file().to_owned());
        match part {
            Part::RequirementsFile(file) => found.extend(included_files(file, project)),
            Part::Project { file, .. } => {
                found.extend(project_files(file.parent().unwrap_or(file)));
            }
            Part::Dependencies { requirements, .. } => {
                let args = requirements.iter();
                found.extend(args.flat_map(|args| argument_files(args, project)));
            }
            Part::Pylock(_) => {}
        }
    }
    found.extend(plan.pins.iter().map(|pins| pins.lock.clone()));
    found.extend(version_files(project));
    let mut known = HashSet::new();
    found.retain(|file| known.insert(file.clone()));
    found.truncate(MAX_FILES);
    found
}

/// Whether the plan has more than its tracked files say: by a URL, or a variable.
pub(super) fn has_unwatched(plan: &InstallPlan, project: &Path) -> bool {
    let is_unwatched = |file: &Path| read_references(file, project).has_unwatched;
    plan.parts().any(|part| match part {
        Part::RequirementsFile(file) => is_unwatched(file),
        Part::Dependencies { requirements, .. } => requirements.iter().any(
            |args| matches!(&args[..], [option, file] if option == "-r" && is_unwatched(&project.join(file))),
        ),
        Part::Project { .. } | Part::Pylock(_) => false,
    })
}

/// The files in `project` that say which Python it asks for. Another one that does is among its requirement files.
pub(super) fn version_files(project: &Path) -> impl Iterator<Item = PathBuf> {
    let files = VERSION_FILES.map(|name| project.join(name)).into_iter();
    files.filter(|file| file.is_file())
}

pub(super) fn is_version_file(path: &Path) -> bool {
    VERSION_FILES.iter().any(|name| path.ends_with(name))
}

fn included_files(file: &Path, project: &Path) -> Vec<PathBuf> {
    let references = read_references(file, project);
    let projects = references.projects.iter();
    let more = projects.flat_map(|dir| project_files(dir));
    references.files.into_iter().chain(more).collect()
}

/// The files of a requirement as the installer's arguments.
fn argument_files(args: &[String], project: &Path) -> Vec<PathBuf> {
    match args {
        [option, file] if option == "-r" => included_files(&project.join(file), project),
        [option, target] if option == "-e" => {
            let dir = project_dir(target).map(|dir| project.join(dir));
            dir.map(|dir| project_files(&dir)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The directories of `project` in which a new file may say what to install.
pub(super) fn tracked_directories(project: &Path, selection: &Selection) -> Vec<PathBuf> {
    if !selection.files.is_empty() {
        return Vec::new();
    }
    let folder = project.join("requirements");
    let folder = folder.is_dir().then_some(folder);
    [project.to_owned()].into_iter().chain(folder).collect()
}

/// The digest of the names in a directory that may say what to install. None if it cannot be read.
pub(super) fn directory_digest(dir: &Path) -> Option<String> {
    let names = entry_names(dir).ok()?.into_iter();
    let mut names: Vec<_> = names.map(|name| name.into_encoded_bytes()).collect();
    names.retain(|name| SOURCE_ENDS.iter().any(|end| name.ends_with(end.as_bytes())));
    names.sort();
    Some(digest(names.iter().map(Vec::as_slice), DIGEST_LENGTH))
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
    use crate::manifest::{Selection, detect};

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
        let names = "requirements.txt dev.txt gone.txt pyproject.toml";
        let expected: Vec<_> = names.split(' ').map(|name| dir.path().join(name)).collect();
        assert_eq!(tracked_files(&plan, dir.path()), expected);
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
    fn any_pyproject_has_a_digest_or_none() {
        fuzz("pyproject", 1500, |bytes| {
            let _ = relevant_tables(&String::from_utf8_lossy(bytes));
        });
    }
}
