//! Dependencies as Poetry and Pipfile write them, in tables -> the installer's arguments (PEP 508).
//!
//! Poetry's versions have signs of their own; a Pipfile's are those of PEP 440, or `*`.

use std::path::Path;

use toml::Value;

use crate::python::poetry_specifiers;

/// Whose versions they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VersionSyntax {
    Poetry,
    Pipfile,
}

/// The keys of a Pipfile that are markers themselves (PEP 508).
const MARKER_KEYS: &str = "os_name sys_platform platform_machine platform_python_implementation platform_release \
    platform_system platform_version python_version python_full_version implementation_name implementation_version";

/// The requirements of a table, which `dir` holds. Optional ones are left out, and Python itself. The error is the name
/// of one that comes from another index than `default_index`, else PyPI, which only the tool knows.
pub(super) fn table_requirements(
    table: &Value,
    dir: &Path,
    syntax: VersionSyntax,
    default_index: Option<&str>,
) -> Result<Vec<Vec<String>>, String> {
    let Some(table) = table.as_table() else {
        return Ok(Vec::new());
    };
    let entries = table.iter().filter(|(name, _)| *name != "python");
    let alternatives = entries.flat_map(|(name, value)| {
        let values = match value {
            Value::Array(values) => values.iter().collect(),
            value => vec![value],
        };
        values.into_iter().map(move |value| (name, value))
    });
    let is_elsewhere = |value: &Value| {
        let index = value.get("source").or_else(|| value.get("index"));
        let index = index.and_then(Value::as_str);
        let default_index = default_index.unwrap_or("pypi");
        index.is_some_and(|index| !index.eq_ignore_ascii_case(default_index))
    };
    let mut found = Vec::new();
    for (name, value) in alternatives {
        if is_elsewhere(value) {
            return Err(name.clone());
        }
        found.extend(requirement(name, value, dir, syntax));
    }
    Ok(found)
}

fn requirement(
    name: &str,
    value: &Value,
    dir: &Path,
    syntax: VersionSyntax,
) -> Option<Vec<String>> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let is = |key: &str| value.get(key).and_then(Value::as_bool) == Some(true);
    if is("optional") {
        return None;
    }
    let extras = value.get("extras").and_then(Value::as_array);
    let extras: Vec<_> = extras
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let extras = match extras.is_empty() {
        true => String::new(),
        false => format!("[{}]", extras.join(",")),
    };
    let markers = markers(value, &text, syntax);
    if let Some(args) = local_requirement(&extras, value, dir) {
        return Some(with_marker(args, &markers));
    }
    let version = value.as_str().or_else(|| text("version")).unwrap_or("*");
    let what = match (source_url(value), syntax) {
        (Some(url), _) => format!("{name}{extras} @ {url}"),
        (None, VersionSyntax::Poetry) => format!("{name}{extras}{}", poetry_specifiers(version)),
        (None, VersionSyntax::Pipfile) => {
            format!("{name}{extras}{}", version.trim().trim_start_matches('*'))
        }
    };
    Some(with_marker(vec![what], &markers))
}

/// The arguments of a requirement, where it is meant. pip takes no marker for an editable one, so that is installed as a
/// copy.
pub(super) fn with_marker(args: Vec<String>, marker: &str) -> Vec<String> {
    if marker.trim().is_empty() {
        return args;
    }
    let args = args.into_iter().filter(|arg| arg != "-e");
    args.map(|arg| format!("{arg} ; {}", marker.trim()))
        .collect()
}

/// The arguments for a file or a directory that a dependency is taken from. Tools agree about the keys: `path`, and where
/// it may also be a URL `url` or `file`; `develop` or `editable`.
pub(super) fn local_requirement(extras: &str, value: &Value, dir: &Path) -> Option<Vec<String>> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let is = |key: &str| value.get(key).and_then(Value::as_bool) == Some(true);
    let archive = text("file").or_else(|| text("url"));
    let archive = archive.filter(|path| !path.contains("://"));
    let path = text("path").or(archive)?;
    let path = format!("{}{extras}", dir.join(path).display());
    Some(match is("develop") || is("editable") {
        true => vec!["-e".into(), path],
        false => vec![path],
    })
}

/// The URL that a dependency is taken from (PEP 508): a repository at a revision, or an archive.
pub(super) fn source_url(value: &Value) -> Option<String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let Some(url) = text("git") else {
        return text("url").or_else(|| text("file")).map(str::to_owned);
    };
    let mut revisions = ["rev", "tag", "branch", "ref"].into_iter();
    let revision = revisions.find_map(text);
    let revision = revision.map_or(String::new(), |revision| format!("@{revision}"));
    let below = text("subdirectory");
    let below = below.map_or(String::new(), |below| format!("#subdirectory={below}"));
    // `git@example.org:app.git` has no other form as a URL.
    let url = match url.split_once(':') {
        Some((host, path)) if !url.contains("://") => format!("ssh://{host}/{path}"),
        _ => url.to_owned(),
    };
    Some(format!("git+{url}{revision}{below}"))
}

fn markers<'a>(
    value: &'a Value,
    text: &dyn Fn(&str) -> Option<&'a str>,
    syntax: VersionSyntax,
) -> String {
    let mut markers: Vec<String> = text("markers")
        .map(|it| format!("({it})"))
        .into_iter()
        .collect();
    match syntax {
        VersionSyntax::Poetry => {
            let python = text("python").map(poetry_specifiers).unwrap_or_default();
            let clauses = python.split(',').filter_map(python_marker);
            markers.extend(clauses);
            markers
                .extend(text("platform").map(|platform| format!("sys_platform == '{platform}'")));
        }
        VersionSyntax::Pipfile => {
            let table = value.as_table().into_iter().flatten();
            let table = table.filter(|(key, _)| MARKER_KEYS.split(' ').any(|known| known == *key));
            markers.extend(
                table.filter_map(|(key, value)| Some(format!("{key} {}", value.as_str()?))),
            );
        }
    }
    markers.join(" and ")
}

/// `>=3.8` as a marker.
fn python_marker(specifier: &str) -> Option<String> {
    let digits = specifier.find(|letter: char| letter.is_ascii_digit())?;
    let (operator, version) = specifier.split_at(digits);
    let version = version.trim();
    let name = match version.trim_end_matches(".*").matches('.').count() {
        0 | 1 => "python_version",
        _ => "python_full_version",
    };
    Some(format!("{name} {} '{version}'", operator.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirements(text: &str, syntax: VersionSyntax) -> Vec<String> {
        let table = text.parse::<toml::Table>().expect("TOML");
        let found = table_requirements(&Value::Table(table), Path::new("/app"), syntax, None);
        let found = found.expect("the usual index");
        let line = |args: &Vec<String>| args.join(" ").replace('\\', "/");
        found.iter().map(line).collect()
    }

    #[test]
    fn each_kind_of_dependency_has_its_arguments() {
        use VersionSyntax::{Pipfile, Poetry};
        for (text, syntax, expected) in [
            ("python = '^3.9'\nsix = '^1.16'", Poetry, "six>=1.16,<2"),
            ("six = {version = '*', optional = true}", Poetry, ""),
            (
                "uvicorn = {version = '>=0.2', extras = ['standard'], python = '>=3.8,<3.13'}",
                Poetry,
                "uvicorn[standard]>=0.2 ; python_version >= '3.8' and python_version < '3.13'",
            ),
            (
                "a = [{version = '1', markers = \"os_name == 'nt'\"}]",
                Poetry,
                "a==1 ; (os_name == 'nt')",
            ),
            (
                "a = {git = 'https://example.org/a.git', tag = 'v1'}",
                Poetry,
                "a @ git+https://example.org/a.git@v1",
            ),
            (
                "a = {git = 'git@example.org:o/a.git'}",
                Poetry,
                "a @ git+ssh://git@example.org/o/a.git",
            ),
            ("a = {path = 'lib', develop = true}", Poetry, "-e /app/lib"),
            (
                "a = {path = 'lib', develop = true, platform = 'win32'}",
                Poetry,
                "/app/lib ; sys_platform == 'win32'",
            ),
            ("a = '*'", Pipfile, "a"),
            (
                "a = {version = '==1', sys_platform = \"== 'win32'\"}",
                Pipfile,
                "a==1 ; sys_platform == 'win32'",
            ),
            ("a = {path = '.', editable = true}", Pipfile, "-e /app/."),
        ] {
            assert_eq!(requirements(text, syntax).join(" "), expected, "{text}");
        }
    }
}
