//! A part of a plan -> the requirements in it as PEP 508 writes them, also those with a marker, and of files that it
//! includes.

use std::path::Path;

use crate::read::{MAX_TEXT, read_file, read_text};

use super::package_name::normalize_name;
use super::pip_format::{logical_lines, read_references};
use super::plan::Part;
use super::pyproject::{PYPROJECT, Pyproject};
use super::required_names::unconditional_name;

/// The requirements; of a project that is one of pyproject.toml its own name, with the extras that are meant. The installer
/// works in `project`.
pub(crate) fn requirement_texts(part: &Part, project: &Path) -> Vec<String> {
    match part {
        Part::RequirementsFile(file) => {
            let files = read_references(file, project).files.into_iter();
            let lines = files
                .flat_map(|file| logical_lines(&read_file(&file, MAX_TEXT).unwrap_or_default()));
            lines.filter(|line| is_requirement(line)).collect()
        }
        Part::Dependencies { requirements, .. } => {
            let single = requirements.iter().filter(|args| args.len() == 1).flatten();
            single.cloned().collect()
        }
        Part::Project { file, extras } => {
            let name = read_project(file).and_then(|it| it.name().map(str::to_owned));
            let name = name.map(|name| format!("{name}[{}]", extras.join(",")));
            name.into_iter().collect()
        }
        Part::Pylock(file) => locked_names(file),
    }
}

/// The version limits in the part's requirements, as lines of a file of constraints.
pub(crate) fn version_limits(part: &Part, project: &Path) -> Vec<String> {
    let texts = dependency_texts(part, project);
    texts
        .iter()
        .filter_map(|text| version_limit(text))
        .collect()
}

/// The requirements in the part; of a project what it depends on, with its extras.
pub(super) fn dependency_texts(part: &Part, project: &Path) -> Vec<String> {
    let Part::Project { file, extras } = part else {
        return requirement_texts(part, project);
    };
    let Some(pyproject) = read_project(file) else {
        return Vec::new();
    };
    let poetry = pyproject.get(&["tool", "poetry", "dependencies"]);
    let poetry = poetry.and_then(|table| pyproject.poetry_requirements(table).ok());
    let optional = extras.iter();
    let optional = optional.map(|extra| ["project", "optional-dependencies", extra]);
    let tables = optional.filter_map(|names| pyproject.get(&names));
    let tables = tables.chain(pyproject.get(&["project", "dependencies"]));
    let listed = tables.filter_map(|table| pyproject.strings(Some(table)).ok());
    let all = listed.chain(poetry).flatten();
    all.filter(|args| args.len() == 1).flatten().collect()
}

/// `flask` and `async` of `flask[async] >= 2 ; marker`; an empty name if it does not start with one.
pub(crate) fn name_and_extras(requirement: &str) -> (&str, Vec<&str>) {
    let requirement = requirement.split(';').next().unwrap_or_default().trim();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let end = requirement.find(|letter| !is_name(letter));
    let (name, rest) = requirement.split_at(end.unwrap_or(requirement.len()));
    let extras = rest.trim_start().strip_prefix('[');
    let extras = extras.and_then(|rest| rest.split_once(']'));
    let extras = extras.into_iter().flat_map(|(extras, _)| extras.split(','));
    (name, extras.map(str::trim).collect())
}

/// `six>=1 ; python_version < '3'` for `six[x] >= 1 ; python_version < '3'`
fn version_limit(text: &str) -> Option<String> {
    let text = text.split(" --").next().unwrap_or(text);
    let (requirement, marker) = match text.split_once(';') {
        Some((requirement, marker)) => (requirement, format!(" ;{marker}")),
        None => (text, String::new()),
    };
    let name = unconditional_name(requirement)?;
    let rest = requirement[name.len()..].trim();
    let versions = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1.trim(),
        None => rest,
    };
    versions
        .starts_with(['=', '<', '>', '~', '!'])
        .then(|| format!("{name}{versions}{marker}"))
}

fn is_requirement(line: &str) -> bool {
    line.starts_with(|letter: char| letter.is_ascii_alphanumeric()) && !line.contains("://")
}

fn read_project(file: &Path) -> Option<Pyproject> {
    let dir = file.parent().filter(|_| file.ends_with(PYPROJECT))?;
    Pyproject::read_valid(dir)
}

fn locked_names(file: &Path) -> Vec<String> {
    let table = read_text(file, MAX_TEXT)
        .unwrap_or_default()
        .parse::<toml::Table>();
    let table = table.unwrap_or_default();
    let packages = table.get("packages").and_then(toml::Value::as_array);
    let names = packages.into_iter().flatten();
    let names = names.filter_map(|package| package.get("name")?.as_str());
    names.map(normalize_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_limits_versions_is_a_constraint() {
        for (text, expected) in [
            ("six", None),
            ("Six<2", Some("Six<2")),
            ("six[a, b] >= 1, <2 --hash=sha256:0f", Some("six>= 1, <2")),
            (
                "six~=1 ; python_version < '3'",
                Some("six~=1 ; python_version < '3'"),
            ),
            ("six @ https://host/six.whl", None),
            ("./six", None),
            ("-e six", None),
        ] {
            assert_eq!(version_limit(text).as_deref(), expected, "{text}");
        }
    }
}
