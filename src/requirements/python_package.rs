//! A project's directory and its pyproject.toml -> whether there is a package in it that its build backend would build.
//!
//! An application often has `[project]` and no package: then only what it depends on is installed. The rules are those
//! of setuptools (setuptools/discovery.py), hatchling (hatchling/builders/wheel.py), poetry-core and uv_build.

use std::path::{Path, PathBuf};

use crate::fs::entry_names;
use crate::read::{MAX_TEXT, read_file};

/// Directories that setuptools does not take for a package (`FlatLayoutPackageFinder.DEFAULT_EXCLUDE`).
const NOT_PACKAGES: &str = "ci bin debian doc docs documentation manpages news newsfragments changelog test tests \
    unit_test unit_tests example examples scripts tools util utils python build benchmark benchmarks exercise \
    exercises htmlcov dist venv env requirements tasks fabfile site_scons";

/// Files that it does not take for a module (`FlatLayoutModuleFinder.DEFAULT_EXCLUDE`).
const NOT_MODULES: &str = "setup conftest test tests example examples build toxfile noxfile pavement dodo tasks \
    fabfile conanfile manage benchmark benchmarks exercise exercises htmlcov";

/// Whether the project at `dir` is built and installed itself.
pub(super) fn is_package(dir: &Path, table: &toml::Table) -> bool {
    let tool = |names: &[&str]| {
        let tools = table.get("tool");
        names.iter().try_fold(tools?, |table, name| table.get(name))
    };
    let flag = |names: &[&str]| tool(names).and_then(toml::Value::as_bool);
    let flags = [
        &["uv", "package"][..],
        &["poetry", "package-mode"],
        &["pdm", "distribution"],
    ];
    if let Some(is_package) = flags.into_iter().find_map(flag) {
        return is_package;
    }
    let build_system = table.get("build-system");
    let backend = build_system.and_then(|system| system.get("build-backend")?.as_str());
    let has_own_module = || {
        let name = |names: &[&str]| tool(names).and_then(toml::Value::as_str);
        let project = table
            .get("project")
            .and_then(|project| project.get("name")?.as_str());
        let name = project.or_else(|| name(&["poetry", "name"]));
        name.is_none_or(|name| has_module(dir, name))
    };
    match backend {
        Some("hatchling.build") => tool(&["hatch", "build"]).is_some() || has_own_module(),
        Some("poetry.core.masonry.api" | "poetry.masonry.api") => {
            tool(&["poetry", "packages"]).is_some() || has_own_module()
        }
        Some("uv_build") => tool(&["uv", "build-backend"]).is_some() || has_own_module(),
        Some(other) if !other.starts_with("setuptools") => true,
        _ if setup_file(dir).is_some() => true,
        _ if ["packages", "py-modules", "package-dir"]
            .into_iter()
            .any(|key| tool(&["setuptools", key]).is_some()) =>
        {
            true
        }
        // Without a table for setuptools, Poetry's own tables say nothing to it.
        None if table.get("project").is_none() && build_system.is_none() => false,
        _ => match count_top_level(dir) {
            0 => build_system.is_some(),
            1 => true,
            // An error of setuptools: it cannot tell which ones are meant.
            _ => false,
        },
    }
}

/// The file of `dir` that tells setuptools about a package: a setup.py that calls it, or a setup.cfg that holds more than
/// the settings of tools.
pub(super) fn setup_file(dir: &Path) -> Option<PathBuf> {
    let text = |file: &Path| read_file(file, MAX_TEXT).unwrap_or_default();
    let has = |file: &Path, part: &str| String::from_utf8_lossy(&text(file)).contains(part);
    let (script, config) = (dir.join("setup.py"), dir.join("setup.cfg"));
    if has(&script, "setup") {
        return Some(script);
    }
    let is_described = has(&config, "[metadata]") || has(&config, "[options]");
    is_described.then_some(config)
}

/// Whether there is a package or module with the project's name, as backends look for it.
fn has_module(dir: &Path, name: &str) -> bool {
    let name = name.replace(['-', '.'], "_");
    let is_it = |entry: &str| {
        let stem = entry.strip_suffix(".py").unwrap_or(entry);
        stem.eq_ignore_ascii_case(&name)
    };
    [dir.to_owned(), dir.join("src")]
        .iter()
        .any(|dir| names_in(dir).iter().any(|entry| is_it(entry)))
}

fn names_in(dir: &Path) -> Vec<String> {
    let names = entry_names(dir).unwrap_or_default();
    let names = names.into_iter().filter_map(|name| name.into_string().ok());
    names.collect()
}

/// How many packages setuptools finds by itself, or else modules. In a `src` directory it takes all that there are.
fn count_top_level(dir: &Path) -> usize {
    if dir.join("src").is_dir() {
        return 1;
    }
    let names = names_in(dir);
    let is_identifier = |name: &str| {
        !name.starts_with(|first: char| first.is_ascii_digit())
            && name
                .chars()
                .all(|letter| letter.is_alphanumeric() || letter == '_')
            && !name.starts_with('_')
            && !name.is_empty()
    };
    let is_excluded = |names: &str, name: &str| names.split(' ').any(|other| other == name);
    let packages = names.iter().filter(|name| {
        is_identifier(name) && !is_excluded(NOT_PACKAGES, name) && dir.join(name).is_dir()
    });
    let modules = names.iter().filter(|name| {
        let stem = name.strip_suffix(".py");
        stem.is_some_and(|stem| is_identifier(stem) && !is_excluded(NOT_MODULES, stem))
    });
    match packages.count() {
        0 => modules.count(),
        count => count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_is_told_from_a_package() {
        let project = "[project]\nname = 'my-app'\n";
        let with = |rest: &str| format!("{project}{rest}");
        let hatch = with("[build-system]\nbuild-backend = 'hatchling.build'\n");
        let setuptools = with("[build-system]\nbuild-backend = 'setuptools.build_meta'\n");
        for (text, files, expected) in [
            (project.to_owned(), "", false),
            (project.to_owned(), "my_app/__init__.py", true),
            (project.to_owned(), "main.py tests/test_main.py", true),
            (project.to_owned(), "main.py other.py", false),
            (project.to_owned(), "app/main.py static/style.css", false),
            (project.to_owned(), "src/anything.py other/x.py", true),
            (setuptools.clone(), "", true),
            (setuptools.clone(), "app/main.py data/x.csv", false),
            (
                format!("{setuptools}[tool.setuptools]\npackages = ['app']\n"),
                "app/x data/x",
                true,
            ),
            (hatch.clone(), "main.py setup.py", false),
            (hatch.clone(), "src/My_App/__init__.py", true),
            (
                format!("{hatch}[tool.hatch.build.targets.wheel]\npackages = ['app']\n"),
                "",
                true,
            ),
            (
                format!("{setuptools}[tool.uv]\npackage = false\n"),
                "my_app/x",
                false,
            ),
            (
                "[tool.poetry]\npackage-mode = false\n".into(),
                "my_app/x",
                false,
            ),
            ("[tool.poetry]\nname = 'my-app'\n".into(), "my_app/x", false),
        ] {
            let dir = tempfile::tempdir().expect("a directory");
            for file in files.split_whitespace() {
                let file = dir.path().join(file);
                std::fs::create_dir_all(file.parent().expect("a parent")).expect("a directory");
                std::fs::write(file, "").expect("a file");
            }
            let table = text.parse().expect("TOML");
            assert_eq!(is_package(dir.path(), &table), expected, "{text} {files}");
        }
    }
}
