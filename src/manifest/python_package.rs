//! A project's directory and its pyproject.toml -> whether there is a package in it that its build backend would build.
//!
//! An application often has `[project]` and no package: then only what it depends on is installed. The rules are those
//! of setuptools (setuptools/discovery.py), hatchling (hatchling/builders/wheel.py), poetry-core and uv_build.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::fs::entry_names;
use crate::read::{MAX_TEXT, read_file};

use super::package_name::normalize_name;
use super::tables::get;

/// What makes a directory a package.
const INIT: &str = "__init__.py";

/// Directories that setuptools does not take for a package (`FlatLayoutPackageFinder.DEFAULT_EXCLUDE`).
const NOT_PACKAGES: &str = "ci bin debian doc docs documentation manpages news newsfragments changelog test tests \
    unit_test unit_tests example examples scripts tools util utils python build benchmark benchmarks exercise \
    exercises htmlcov dist venv env requirements tasks fabfile site_scons";

/// Files that it does not take for a module (`FlatLayoutModuleFinder.DEFAULT_EXCLUDE`).
const NOT_MODULES: &str = "setup conftest test tests example examples build toxfile noxfile pavement dodo tasks \
    fabfile conanfile manage benchmark benchmarks exercise exercises htmlcov";

/// Whether the project at `dir` is built and installed itself.
pub(crate) fn is_package(dir: &Path, table: &Table) -> bool {
    if let Some(is_package) = package_flag(table) {
        return is_package;
    }
    let dynamic = get(table, &["project", "dynamic"]).and_then(Value::as_array);
    let mut dynamic = dynamic.into_iter().flatten();
    // Only the build backend knows them.
    if dynamic.any(|name| name.as_str() == Some("dependencies")) {
        return true;
    }
    let backend = text(table, &["build-system", "build-backend"]);
    let Some(backend) = backend.filter(|name| !name.starts_with("setuptools")) else {
        return is_setuptools_package(dir, table);
    };
    let Some(name) = project_name(table) else {
        return true;
    };
    match backend {
        "hatchling.build" => selects_files(table) || has_hatch_module(dir, name),
        "poetry.core.masonry.api" | "poetry.masonry.api" => {
            is_given(table, &["tool", "poetry", "packages"]) || has_poetry_module(dir, name)
        }
        "uv_build" => has_uv_modules(dir, table, name),
        _ => true,
    }
}

/// What the tools' own settings say.
fn package_flag(table: &Table) -> Option<bool> {
    let flags = [
        &["tool", "uv", "package"][..],
        &["tool", "poetry", "package-mode"],
        &["tool", "pdm", "distribution"],
    ];
    let flag = |names: &[&str]| get(table, names).and_then(Value::as_bool);
    flags.into_iter().find_map(flag)
}

/// The project's own name as a package.
pub(crate) fn project_name(table: &Table) -> Option<&str> {
    let name = text(table, &["project", "name"]);
    name.or_else(|| text(table, &["tool", "poetry", "name"]))
}

fn text<'t>(table: &'t Table, names: &[&str]) -> Option<&'t str> {
    get(table, names).and_then(Value::as_str)
}

/// Whether there is such a value, and it is not empty.
fn is_given(table: &Table, names: &[&str]) -> bool {
    match get(table, names) {
        None | Some(Value::Boolean(false)) => false,
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Table(table)) => !table.is_empty(),
        Some(_) => true,
    }
}

/// The name of the module in which backends look for a project.
fn module_name(project: &str) -> String {
    normalize_name(project).replace('-', "_")
}

/// Whether a setting says what hatchling puts into a wheel. Exclusions and settings of sdists do not count.
fn selects_files(table: &Table) -> bool {
    const KEYS: [&str; 6] = [
        "include",
        "packages",
        "only-include",
        "force-include",
        "bypass-selection",
        "dev-mode-dirs",
    ];
    KEYS.iter().any(|key| {
        is_given(table, &["tool", "hatch", "build", key])
            || is_given(table, &["tool", "hatch", "build", "targets", "wheel", key])
    })
}

/// A package of the project's name, also in `src` or in one other directory (a namespace), or a module.
fn has_hatch_module(dir: &Path, project: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || "._".contains(letter);
    let written = project.replace(|letter| !is_part(letter), "_");
    [written, module_name(project)].iter().any(|name| {
        let is_in = |parent: &Path| parent.join(name).join(INIT).is_file();
        let namespaces = || {
            names_in(dir)
                .into_iter()
                .filter(|entry| is_in(&dir.join(entry)))
        };
        is_in(dir)
            || is_in(&dir.join("src"))
            || dir.join(format!("{name}.py")).is_file()
            || namespaces().count() == 1
    })
}

/// A directory or a module of the project's name, also in `src`.
fn has_poetry_module(dir: &Path, project: &str) -> bool {
    let name = module_name(project);
    let is_in = |dir: &Path| dir.join(&name).is_dir() || dir.join(format!("{name}.py")).is_file();
    is_in(dir) || is_in(&dir.join("src"))
}

/// Every package that the settings of uv_build name, or else one of the project's name, below `src` or its
/// `module-root`.
fn has_uv_modules(dir: &Path, table: &Table, project: &str) -> bool {
    let setting = |key| get(table, &["tool", "uv", "build-backend", key]);
    if setting("namespace").and_then(Value::as_bool) == Some(true) {
        return true;
    }
    let root = setting("module-root").and_then(Value::as_str);
    let root = dir.join(root.unwrap_or("src"));
    let has_module = |name: &str| {
        let package = name
            .split('.')
            .fold(root.clone(), |dir, part| dir.join(part));
        let stubs = name.ends_with("-stubs");
        package
            .join(if stubs { "__init__.pyi" } else { INIT })
            .is_file()
    };
    match setting("module-name") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).all(has_module),
        Some(Value::String(name)) => has_module(name),
        _ => has_module(&module_name(project)),
    }
}

fn is_setuptools_package(dir: &Path, table: &Table) -> bool {
    let is_told = ["packages", "py-modules", "package-dir"]
        .into_iter()
        .any(|key| get(table, &["tool", "setuptools", key]).is_some());
    if is_told || setup_file(dir).is_some() {
        return true;
    }
    let build_system = table.get("build-system");
    // Without a table for setuptools, Poetry's own tables say nothing to it.
    if table.get("project").is_none() && build_system.is_none() {
        return false;
    }
    match count_top_level(dir) {
        0 => build_system.is_some(),
        1 => true,
        // An error of setuptools: it cannot tell which ones are meant.
        _ => false,
    }
}

/// The file of `dir` that tells setuptools about a package: a setup.py that calls it, or a setup.cfg that holds more than
/// the settings of tools.
pub(crate) fn setup_file(dir: &Path) -> Option<PathBuf> {
    let text = |file: &Path| read_file(file, MAX_TEXT).unwrap_or_default();
    let has = |file: &Path, part: &str| String::from_utf8_lossy(&text(file)).contains(part);
    let (script, config) = (dir.join("setup.py"), dir.join("setup.cfg"));
    if has(&script, "setup") {
        return Some(script);
    }
    let is_described = has(&config, "[metadata]") || has(&config, "[options]");
    is_described.then_some(config)
}

fn names_in(dir: &Path) -> Vec<String> {
    let names = entry_names(dir).unwrap_or_default();
    let names = names.into_iter().filter_map(|name| name.into_string().ok());
    names.collect()
}

/// The packages among which setuptools cannot choose, if that is why it builds nothing of the project, which says that it
/// is to be built.
pub(crate) fn undecided_packages(dir: &Path, table: &Table) -> Option<Vec<String>> {
    let backend = text(table, &["build-system", "build-backend"])?;
    let is_to_be_built = backend.starts_with("setuptools") && package_flag(table).is_none();
    let is_unbuilt = is_to_be_built && table.contains_key("project") && !is_package(dir, table);
    is_unbuilt.then(|| top_level_names(dir))
}

/// How many packages setuptools finds by itself, or else modules. In a `src` directory it takes all that there are.
fn count_top_level(dir: &Path) -> usize {
    match dir.join("src").is_dir() {
        true => 1,
        false => top_level_names(dir).len(),
    }
}

/// The names of these packages or modules.
fn top_level_names(dir: &Path) -> Vec<String> {
    let mut names = names_in(dir);
    names.sort();
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
    let packages: Vec<_> = packages.cloned().collect();
    match packages.is_empty() {
        true => modules.cloned().collect(),
        false => packages,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_is_told_from_a_package() {
        let project = "[project]\nname = 'my-app'\n";
        let with = |rest: &str| format!("{project}{rest}");
        let uv = with("[build-system]\nbuild-backend = 'uv_build'\n");
        let poetry = with("[build-system]\nbuild-backend = 'poetry.core.masonry.api'\n");
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
            (hatch.clone(), "my_app/a.py", false),
            (hatch.clone(), "my_app.py", true),
            (hatch.clone(), "src/my_app.py", false),
            (hatch.clone(), "src/my_app/__init__.py", true),
            (hatch.clone(), "ns/my_app/__init__.py", true),
            (
                hatch.clone(),
                "ns/my_app/__init__.py ms/my_app/__init__.py",
                false,
            ),
            (
                format!("{hatch}[tool.hatch.build.targets.sdist]\ninclude = ['app']\n"),
                "app/__init__.py",
                false,
            ),
            (
                format!("{hatch}[tool.hatch.build]\nexclude = ['app']\n"),
                "app/__init__.py",
                false,
            ),
            (poetry.clone(), "my_app/a.py", true),
            (poetry.clone(), "src/my_app.py", true),
            (poetry.clone(), "other/__init__.py", false),
            (
                format!("{poetry}[tool.poetry]\npackages = [{{include = 'other'}}]\n"),
                "other/__init__.py",
                true,
            ),
            (uv.clone(), "src/my_app/__init__.py", true),
            (uv.clone(), "src/my_app/a.py", false),
            (uv.clone(), "my_app/__init__.py", false),
            (
                format!("{uv}[tool.uv.build-backend]\nmodule-root = ''\n"),
                "my_app/__init__.py",
                true,
            ),
            (
                format!("{uv}[tool.uv.build-backend]\nmodule-name = ['a.b', 'c']\n"),
                "src/a/b/__init__.py src/c/__init__.py",
                true,
            ),
            (
                format!("{uv}[tool.uv.build-backend]\nnamespace = true\n"),
                "src/my_app/a.py",
                true,
            ),
            (
                with("dynamic = ['dependencies']\n"),
                "main.py other.py",
                true,
            ),
            (
                with("dynamic = ['dependencies']\n[tool.uv]\npackage = false\n"),
                "main.py other.py",
                false,
            ),
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
