//! A project's directory, perhaps a file that was named -> what says which packages it needs.
//!
//! The first that is there of `pylock.toml` (PEP 751), `requirements.txt`, and a `pyproject.toml` that is more
//! than the settings of tools: one with `[project]` or `[build-system]`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, reason, shown};

/// Where the requirements stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
    /// Whether a person named it.
    pub is_named: bool,
}

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A lock file (PEP 751).
    Pylock,
    /// pip's own format.
    Requirements,
    /// The project itself, editable.
    Pyproject(Group),
}

/// Whether a project has a `dev` dependency group (PEP 735).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
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
pub fn usual(dir: &Path) -> Result<Option<Source>, Error> {
    let unnamed = |path: PathBuf, kind| Source {
        path,
        kind,
        is_named: false,
    };
    for (name, kind) in [(PYLOCK, Kind::Pylock), (REQUIREMENTS, Kind::Requirements)] {
        let path = dir.join(name);
        if path.is_file() {
            return Ok(Some(unnamed(path, kind)));
        }
    }
    let path = dir.join(PYPROJECT);
    let Some(table) = table(&path)? else {
        return Ok(None);
    };
    let is_project = table.contains_key("project") || table.contains_key("build-system");
    Ok(is_project.then(|| unnamed(path, Kind::Pyproject(group(&table)))))
}

/// The file that a person named, by what its name says of its format (PEP 751: `pylock.*.toml`).
///
/// # Errors
/// There is no such file, or it cannot be read.
pub fn named(path: &Path) -> Result<Source, Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let kind = if !path.is_file() {
        let what = format!("no requirement file named {}", shown(path));
        return Err(Error::failed(what).hint("`--requirements FILE` takes a file that exists"));
    } else if is_pylock(&name) {
        Kind::Pylock
    } else if name == PYPROJECT {
        Kind::Pyproject(table(path)?.map_or(Group::None, |table| group(&table)))
    } else {
        Kind::Requirements
    };
    Ok(Source {
        path: path.to_owned(),
        kind,
        is_named: true,
    })
}

fn is_pylock(name: &str) -> bool {
    let between = name
        .strip_prefix("pylock.")
        .and_then(|rest| rest.strip_suffix(".toml"));
    name == PYLOCK || between.is_some_and(|part| !part.is_empty() && !part.contains('.'))
}

/// The files that would count before `source` if they were there.
pub fn before(source: &Source) -> Vec<PathBuf> {
    let names: &[&str] = match source.kind {
        _ if source.is_named => &[],
        Kind::Pylock => &[],
        Kind::Requirements => &[PYLOCK],
        Kind::Pyproject(_) => &[PYLOCK, REQUIREMENTS],
    };
    names
        .iter()
        .map(|name| source.path.with_file_name(name))
        .collect()
}

/// Whether a file of pip's format asks for nothing: it holds comments and blank lines.
pub fn is_blank(source: &Source) -> bool {
    let text = fs::read_to_string(&source.path);
    let says = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    source.kind == Kind::Requirements && text.is_ok_and(|text| !text.lines().any(says))
}

fn group(table: &toml::Table) -> Group {
    match table
        .get("dependency-groups")
        .and_then(|groups| groups.get("dev"))
    {
        Some(_) => Group::Dev,
        None => Group::None,
    }
}

fn table(file: &Path) -> Result<Option<toml::Table>, Error> {
    let unreadable = || {
        Error::failed(format!("cannot read from {} what to install", shown(file)))
            .hint("mend that file, or run without it: `vrun --no-install ...`")
    };
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| unreadable().cause(reason(&error)))?,
    };
    let table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        unreadable().cause(format_args!("line {line}: {}", shown(error.message())))
    })?;
    Ok(Some(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(files: &[(&str, &str)]) -> Option<(String, Kind)> {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, text) in files {
            fs::write(dir.path().join(name), text).expect("a file");
        }
        let source = usual(dir.path()).expect("a choice")?;
        let name = source.path.file_name().expect("a name");
        Some((name.to_string_lossy().into_owned(), source.kind))
    }

    #[test]
    fn the_first_of_lock_requirements_and_project_counts() {
        let project = ("pyproject.toml", "[project]\nname = 'app'\n");
        let files = [("pylock.toml", ""), ("requirements.txt", ""), project];
        let kinds = [
            Kind::Pylock,
            Kind::Requirements,
            Kind::Pyproject(Group::None),
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
        assert_eq!(of("[build-system]\n"), Some(Kind::Pyproject(Group::None)));
        let groups = "[project]\n[dependency-groups]\ndev = ['pytest']\n";
        assert_eq!(of(groups), Some(Kind::Pyproject(Group::Dev)));
        let groups = "[project]\n[dependency-groups]\ndocs = ['sphinx']\n";
        assert_eq!(of(groups), Some(Kind::Pyproject(Group::None)));
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
