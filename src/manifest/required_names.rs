//! A part of a plan -> the packages that are there once it is installed, as far as the part says so by itself.

use std::path::Path;

use crate::read::{MAX_TEXT, read_file};

use super::pip_format::logical_lines;
use super::plan::Part;
use super::pyproject::{PYPROJECT, Pyproject, requirement_name};

/// The names of what is installed wherever the part is: not what has a marker, and not what a path or a URL stands for.
pub(crate) fn required_names(part: &Part) -> Vec<String> {
    match part {
        Part::RequirementsFile(file) => {
            let lines = logical_lines(&read_file(file, MAX_TEXT).unwrap_or_default());
            let names = lines.iter().filter_map(|line| unconditional_name(line));
            names.map(str::to_owned).collect()
        }
        Part::Dependencies { requirements, .. } => {
            let single = requirements.iter().filter(|args| args.len() == 1).flatten();
            let names = single.filter_map(|text| unconditional_name(text));
            names.map(str::to_owned).collect()
        }
        Part::Project { file, .. } if file.ends_with(PYPROJECT) => {
            let pyproject = Pyproject::read_valid(file.parent().unwrap_or(Path::new("")));
            let name = pyproject.as_ref().and_then(Pyproject::name);
            name.map(str::to_owned).into_iter().collect()
        }
        Part::Project { .. } | Part::Pylock(_) => Vec::new(),
    }
}

pub(super) fn unconditional_name(requirement: &str) -> Option<&str> {
    let name = requirement_name(requirement);
    let rest = requirement.get(name.len()..)?.trim_start();
    let is_requirement = rest.is_empty() || rest.starts_with(['[', '=', '<', '>', '~', '!', '@']);
    let is_archive = [".whl", ".zip", ".gz"]
        .iter()
        .any(|end| requirement.ends_with(end));
    let starts_well = name.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    (is_requirement && !is_archive && starts_well && !rest.contains(';')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_installed_everywhere_has_a_name() {
        for (line, expected) in [
            ("six", Some("six")),
            ("Flask[async]>=2 --hash=sha256:0f", Some("Flask")),
            ("six @ file:///six.zip#x", Some("six")),
            ("six; python_version < '3'", None),
            ("six-1.0-py3-none-any.whl", None),
            ("six/", None),
            ("./six", None),
            ("-e six", None),
            ("https://host/six", None),
            ("$SIX", None),
            ("", None),
        ] {
            assert_eq!(unconditional_name(line), expected, "{line}");
        }
    }
}
