//! A project's directory, perhaps a file that was named -> what says which packages it needs.
//!
//! The first that is there of `pylock.toml` (PEP 751), `requirements.txt`, and a `pyproject.toml` that is more
//! than the settings of tools: one with `[project]` or `[build-system]`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::quote::printable;

/// Where the requirements stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequirementsSource {
    /// The file.
    pub path: PathBuf,
    /// What it is.
    pub format: RequirementsFormat,
    /// Whether a person named it.
    pub is_explicit: bool,
}

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequirementsFormat {
    /// A lock file (PEP 751).
    Pylock,
    /// pip's own format.
    Requirements,
    /// The project itself, editable.
    Pyproject(DependencyGroup),
}

/// Whether a project has a `dev` dependency group (PEP 735).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DependencyGroup {
    /// It has.
    Dev,
    /// It has none.
    None,
}

const PYLOCK: &str = "pylock.toml";

const REQUIREMENTS: &str = "requirements.txt";

const PYPROJECT: &str = "pyproject.toml";

/// What counts in the project at `dir`; None where nothing says what it needs.
///
/// # Errors
/// Its pyproject.toml cannot be read.
pub(super) fn detect_source(dir: &Path) -> Result<Option<RequirementsSource>, Error> {
    let unnamed = |path: PathBuf, kind| RequirementsSource {
        path,
        format: kind,
        is_explicit: false,
    };
    for (name, kind) in [
        (PYLOCK, RequirementsFormat::Pylock),
        (REQUIREMENTS, RequirementsFormat::Requirements),
    ] {
        let path = dir.join(name);
        if path.is_file() {
            return Ok(Some(unnamed(path, kind)));
        }
    }
    let path = dir.join(PYPROJECT);
    let Some(table) = read_table(&path)? else {
        return Ok(None);
    };
    let is_project = table.contains_key("project") || table.contains_key("build-system");
    Ok(is_project.then(|| unnamed(path, RequirementsFormat::Pyproject(dev_group(&table)))))
}

/// The file that a person named, by what its name says of its format (PEP 751: `pylock.*.toml`).
///
/// # Errors
/// There is no such file, or it cannot be read.
pub(super) fn source_from_file(path: &Path) -> Result<RequirementsSource, Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let kind = if !path.is_file() {
        let what = format!("no requirement file named {}", printable(path));
        return Err(Error::failed(what).with_hint("`--requirements FILE` takes a file that exists"));
    } else if is_pylock(&name) {
        RequirementsFormat::Pylock
    } else if name == PYPROJECT {
        RequirementsFormat::Pyproject(
            read_table(path)?.map_or(DependencyGroup::None, |table| dev_group(&table)),
        )
    } else {
        RequirementsFormat::Requirements
    };
    Ok(RequirementsSource {
        path: path.to_owned(),
        format: kind,
        is_explicit: true,
    })
}

fn is_pylock(name: &str) -> bool {
    let between = name
        .strip_prefix("pylock.")
        .and_then(|rest| rest.strip_suffix(".toml"));
    name == PYLOCK || between.is_some_and(|part| !part.is_empty() && !part.contains('.'))
}

/// The files that would count before `source` if they were there.
pub(super) fn higher_priority_files(source: &RequirementsSource) -> Vec<PathBuf> {
    let names: &[&str] = match source.format {
        _ if source.is_explicit => &[],
        RequirementsFormat::Pylock => &[],
        RequirementsFormat::Requirements => &[PYLOCK],
        RequirementsFormat::Pyproject(_) => &[PYLOCK, REQUIREMENTS],
    };
    names
        .iter()
        .map(|name| source.path.with_file_name(name))
        .collect()
}

/// Whether a file of pip's format asks for nothing: it holds comments and blank lines.
pub(super) fn is_blank(source: &RequirementsSource) -> bool {
    let text = fs::read_to_string(&source.path);
    let says = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    source.format == RequirementsFormat::Requirements
        && text.is_ok_and(|text| !text.lines().any(says))
}

fn dev_group(table: &toml::Table) -> DependencyGroup {
    match table
        .get("dependency-groups")
        .and_then(|groups| groups.get("dev"))
    {
        Some(_) => DependencyGroup::Dev,
        None => DependencyGroup::None,
    }
}

fn read_table(file: &Path) -> Result<Option<toml::Table>, Error> {
    let unreadable = || {
        Error::failed(format!(
            "cannot read from {} what to install",
            printable(file)
        ))
        .with_hint("mend that file, or run without it: `vrun --no-install ...`")
    };
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| unreadable().with_cause(io_reason(&error)))?,
    };
    let table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        unreadable().with_cause(format_args!("line {line}: {}", printable(error.message())))
    })?;
    Ok(Some(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(files: &[(&str, &str)]) -> Option<(String, RequirementsFormat)> {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, text) in files {
            fs::write(dir.path().join(name), text).expect("a file");
        }
        let source = detect_source(dir.path()).expect("a choice")?;
        let name = source.path.file_name().expect("a name");
        Some((name.to_string_lossy().into_owned(), source.format))
    }

    #[test]
    fn the_first_of_lock_requirements_and_project_counts() {
        let project = ("pyproject.toml", "[project]\nname = 'app'\n");
        let files = [("pylock.toml", ""), ("requirements.txt", ""), project];
        let kinds = [
            RequirementsFormat::Pylock,
            RequirementsFormat::Requirements,
            RequirementsFormat::Pyproject(DependencyGroup::None),
        ];
        for (at, kind) in kinds.into_iter().enumerate() {
            assert_eq!(chosen(&files[at..]), Some((files[at].0.into(), kind)));
        }
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn a_pyproject_that_only_sets_tools_up_asks_for_nothing() {
        let of = |text| chosen(&[("pyproject.toml", text)]).map(|(_, kind)| kind);
        assert_eq!(of("[tool.black]\n"), None);
        assert_eq!(
            of("[build-system]\n"),
            Some(RequirementsFormat::Pyproject(DependencyGroup::None))
        );
        let groups = "[project]\n[dependency-groups]\ndev = ['pytest']\n";
        assert_eq!(
            of(groups),
            Some(RequirementsFormat::Pyproject(DependencyGroup::Dev))
        );
        let groups = "[project]\n[dependency-groups]\ndocs = ['sphinx']\n";
        assert_eq!(
            of(groups),
            Some(RequirementsFormat::Pyproject(DependencyGroup::None))
        );
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
}
