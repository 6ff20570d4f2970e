//! A project's directory, or a file that the user named -> the file that lists the requirements.
//!
//! The first that exists of `pylock.toml` (PEP 751), `requirements.txt`, and a `pyproject.toml` that holds more than the
//! settings of tools: `[project]` or `[build-system]`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::quote::{printable, toml_cause};
use crate::read::{MAX_TEXT, read_text};

/// A file that lists requirements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RequirementsSource {
    pub path: PathBuf,
    pub format: RequirementsFormat,
    /// Whether the user named it.
    pub is_explicit: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequirementsFormat {
    /// A lock file (PEP 751).
    Pylock,
    /// pip's own format.
    Requirements,
    /// The project itself, editable, with its `dev` dependency group (PEP 735) if it has one.
    Pyproject { has_dev_group: bool },
}

const PYLOCK: &str = "pylock.toml";
const REQUIREMENTS: &str = "requirements.txt";
const PYPROJECT: &str = "pyproject.toml";

/// The requirement file of the project at `dir`; None if there is none. Its pyproject.toml may be unreadable.
pub(super) fn detect_source(dir: &Path) -> Result<Option<RequirementsSource>, Error> {
    let detected = |name, format| RequirementsSource {
        path: dir.join(name),
        format,
        is_explicit: false,
    };
    for (name, format) in [
        (PYLOCK, RequirementsFormat::Pylock),
        (REQUIREMENTS, RequirementsFormat::Requirements),
    ] {
        if dir.join(name).is_file() {
            return Ok(Some(detected(name, format)));
        }
    }
    let table = read_table(&dir.join(PYPROJECT))?.unwrap_or_default();
    let is_project = table.contains_key("project") || table.contains_key("build-system");
    Ok(is_project.then(|| detected(PYPROJECT, pyproject_format(&table))))
}

/// The file that the user named, if it exists. Its name says its format (PEP 751: `pylock.*.toml`).
pub(super) fn source_from_file(path: &Path) -> Result<RequirementsSource, Error> {
    if !path.is_file() {
        let what = format!("no requirement file named {}", printable(path));
        return Err(Error::failed(what).with_hint("`--requirements FILE` takes a file that exists"));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let format = if is_pylock(&name) {
        RequirementsFormat::Pylock
    } else if name == PYPROJECT {
        pyproject_format(&read_table(path)?.unwrap_or_default())
    } else {
        RequirementsFormat::Requirements
    };
    Ok(RequirementsSource {
        path: path.to_owned(),
        format,
        is_explicit: true,
    })
}

fn is_pylock(name: &str) -> bool {
    let middle = name.strip_prefix("pylock.");
    let middle = middle.and_then(|rest| rest.strip_suffix(".toml"));
    name == PYLOCK || middle.is_some_and(|part| !part.is_empty() && !part.contains('.'))
}

/// The files that would take precedence over `source` if they existed.
pub(super) fn higher_priority_files(source: &RequirementsSource) -> Vec<PathBuf> {
    let names: &[&str] = match source.format {
        _ if source.is_explicit => &[],
        RequirementsFormat::Pylock => &[],
        RequirementsFormat::Requirements => &[PYLOCK],
        RequirementsFormat::Pyproject { .. } => &[PYLOCK, REQUIREMENTS],
    };
    let paths = names.iter().map(|name| source.path.with_file_name(name));
    paths.collect()
}

/// Whether a file in pip's format holds nothing but comments and blank lines.
pub(super) fn is_blank(source: &RequirementsSource) -> bool {
    let has_content = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    source.format == RequirementsFormat::Requirements
        && read_text(&source.path, MAX_TEXT).is_ok_and(|text| !text.lines().any(has_content))
}

fn pyproject_format(table: &toml::Table) -> RequirementsFormat {
    let groups = table.get("dependency-groups");
    RequirementsFormat::Pyproject {
        has_dev_group: groups.is_some_and(|groups| groups.get("dev").is_some()),
    }
}

fn read_table(file: &Path) -> Result<Option<toml::Table>, Error> {
    let unreadable = |cause: String| {
        Error::failed(format!(
            "cannot read what to install from {}",
            printable(file)
        ))
        .with_cause(cause)
        .with_hint("fix that file, or run without it: `vrun --no-install ...`")
    };
    let text = match read_text(file, MAX_TEXT) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| unreadable(io_reason(&error)))?,
    };
    let table = text.parse();
    table
        .map(Some)
        .map_err(|error| unreadable(toml_cause(&text, 1, &error)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::fuzz::fuzz;

    fn detected(files: &[(&str, &str)]) -> Option<(String, RequirementsFormat)> {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, text) in files {
            fs::write(dir.path().join(name), text).expect("a file");
        }
        let source = detect_source(dir.path()).expect("a source")?;
        let name = source.path.file_name().expect("a name");
        Some((name.to_string_lossy().into_owned(), source.format))
    }

    #[test]
    fn the_first_of_lock_requirements_and_project_counts() {
        let project = ("pyproject.toml", "[project]\nname = 'app'\n");
        let files = [("pylock.toml", ""), ("requirements.txt", ""), project];
        let formats = [
            RequirementsFormat::Pylock,
            RequirementsFormat::Requirements,
            RequirementsFormat::Pyproject {
                has_dev_group: false,
            },
        ];
        for (at, format) in formats.into_iter().enumerate() {
            assert_eq!(detected(&files[at..]), Some((files[at].0.into(), format)));
        }
        assert_eq!(detected(&[]), None);
    }

    #[test]
    fn a_pyproject_that_only_sets_tools_up_asks_for_nothing() {
        let pyproject = |has_dev_group| RequirementsFormat::Pyproject { has_dev_group };
        for (text, expected) in [
            ("[tool.black]\n", None),
            ("[build-system]\n", Some(pyproject(false))),
            (
                "[project]\n[dependency-groups]\ndev = ['pytest']\n",
                Some(pyproject(true)),
            ),
            (
                "[project]\n[dependency-groups]\ndocs = ['sphinx']\n",
                Some(pyproject(false)),
            ),
        ] {
            let found = detected(&[("pyproject.toml", text)]).map(|(_, format)| format);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_lock_is_known_by_its_name() {
        for (name, is) in [
            ("pylock.toml", true),
            ("pylock.dev.toml", true),
            ("pylock..toml", false),
            ("pylock.a.b.toml", false),
            ("mypylock.toml", false),
        ] {
            assert_eq!(is_pylock(name), is, "{name}");
        }
    }

    #[test]
    fn any_pyproject_has_a_format_or_is_an_error() {
        fuzz("pyproject", 1500, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            match text.parse() {
                Ok(table) => drop(pyproject_format(&table)),
                Err(error) => drop(toml_cause(&text, 1, &error)),
            }
        });
    }
}
