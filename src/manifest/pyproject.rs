//! What a pyproject.toml says about dependencies: its own, those of its groups (PEP 735, and the older tables of uv, PDM
//! and Poetry) and of its extras.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml::Value;

use crate::error::Error;
use crate::quote::{printable, summarize_names};

use super::dependency_table::{
    VersionSyntax, local_requirement, source_url, table_requirements, with_marker,
};
use super::manifest_index::{ManifestIndex, poetry_index};
use super::package_name::{is_same_name, normalize_name};
use super::plan::Part;
use super::python_package;
use super::tables::{get, read_tables};

pub(crate) const PYPROJECT: &str = "pyproject.toml";

/// What groups, extras and requirement files are called that are for developers in general, or for tests.
pub(crate) const DEV_NAMES: [&str; 6] =
    ["dev", "develop", "development", "test", "tests", "testing"];

#[derive(Debug)]
pub(crate) struct Pyproject {
    pub file: PathBuf,
    table: toml::Table,
    is_package: OnceCell<bool>,
}

impl Pyproject {
    fn new(file: PathBuf, table: toml::Table) -> Pyproject {
        Pyproject {
            file,
            table,
            is_package: OnceCell::new(),
        }
    }

    /// The file in `dir`; None if there is none.
    pub(crate) fn read(dir: &Path) -> Result<Option<Pyproject>, Error> {
        let file = dir.join(PYPROJECT);
        let table = read_tables(&file)?;
        Ok(table.map(|table| Pyproject::new(file, table)))
    }

    /// The file in `dir` if it can be read and describes a project.
    pub(crate) fn read_valid(dir: &Path) -> Option<Pyproject> {
        let pyproject = Pyproject::read(dir).ok().flatten();
        pyproject.filter(Pyproject::describes_project)
    }

    fn get(&self, names: &[&str]) -> Option<&Value> {
        get(&self.table, names)
    }

    fn keys(&self, names: &[&str]) -> impl Iterator<Item = &str> {
        let table = self.get(names).and_then(Value::as_table);
        table
            .into_iter()
            .flat_map(|table| table.keys().map(String::as_str))
    }

    fn dir(&self) -> &Path {
        self.file.parent().unwrap_or(&self.file)
    }

    /// Whether it says more than how tools are set up. `[build-system]` alone may be for a setup.py, which says the rest.
    pub(crate) fn describes_project(&self) -> bool {
        let tables: [&[&str]; 5] = [
            &["project"],
            &["dependency-groups"],
            &["tool", "poetry"],
            &["tool", "pdm", "dev-dependencies"],
            &["tool", "uv", "dev-dependencies"],
        ];
        let backend = self.get(&["build-system", "build-backend"]);
        let backend = backend.and_then(Value::as_str);
        tables.into_iter().any(|names| self.get(names).is_some())
            || backend.is_some_and(|backend| !backend.starts_with("setuptools"))
    }

    /// Whether the project is built and installed itself.
    pub(crate) fn is_package(&self) -> bool {
        let look = || python_package::is_package(self.dir(), &self.table);
        *self.is_package.get_or_init(look)
    }

    /// Its name.
    pub(crate) fn name(&self) -> Option<&str> {
        python_package::project_name(&self.table)
    }

    /// Why the project itself is not built, if it says that it should be.
    pub(crate) fn unbuilt_reason(&self) -> Option<String> {
        let packages = python_package::undecided_packages(self.dir(), &self.table)?;
        (packages.len() > 1).then(|| {
            let packages = summarize_names(&packages);
            format!("the project itself: setuptools builds nothing where it finds several packages ({packages})")
        })
    }

    /// The project itself if it is a package, else what it depends on.
    ///
    /// # Errors
    /// A dependency comes from an index that only another tool knows.
    pub(crate) fn project_part(&self) -> Result<Part, Error> {
        let table = self.get(&["tool", "poetry", "dependencies"]);
        let of_poetry = table.map(|table| self.poetry_requirements(table));
        let of_poetry = of_poetry.transpose()?.unwrap_or_default();
        if self.is_package() {
            return Ok(self.package_part(Vec::new()));
        }
        let listed = self.get(&["project", "dependencies"]);
        let mut requirements = self.strings(listed)?;
        requirements.extend(of_poetry);
        Ok(self.dependencies("", requirements))
    }

    fn poetry_requirements(&self, table: &Value) -> Result<Vec<Vec<String>>, Error> {
        let index = self.index();
        let index = index.as_ref().map(|index| &*index.name);
        table_requirements(table, self.dir(), VersionSyntax::Poetry, index)
            .map_err(|name| self.elsewhere_error(&name))
    }

    /// The index that Poetry takes in place of PyPI.
    pub(crate) fn index(&self) -> Option<ManifestIndex> {
        poetry_index(self.get(&["tool", "poetry", "source"])?)
    }

    /// The first dependency of the package for which only uv knows where to take it from.
    pub(crate) fn uv_source(&self) -> Option<String> {
        let listed = self.get(&["project", "dependencies"])?.as_array()?;
        let names = listed
            .iter()
            .filter_map(Value::as_str)
            .map(requirement_name);
        let mut names = names.filter(|name| self.source_of(name).is_some());
        names.next().map(str::to_owned)
    }

    fn source_of(&self, name: &str) -> Option<&Value> {
        let names = ["tool", "uv", "sources"];
        let key = self.keys(&names).find(|key| is_same_name(key, name))?;
        self.get(&names)?.get(key)
    }

    /// A name from an index that is not handed on could be anyone's on the one that is.
    fn elsewhere_error(&self, name: &str) -> Error {
        let (name, file) = (printable(name), printable(&self.file));
        Error::failed(format!(
            "{file} says where `{name}` comes from, and only its own tool reads that"
        ))
        .with_cause("the index may have a different package of that name")
        .with_hint("install with that tool, or name a file: `vrun --requirements FILE ...`")
    }

    fn package_part(&self, extras: Vec<String>) -> Part {
        Part::Project {
            file: self.file.clone(),
            extras,
        }
    }

    fn dependencies(&self, table: &str, requirements: Vec<Vec<String>>) -> Part {
        Part::Dependencies {
            file: self.file.clone(),
            table: table.to_owned(),
            requirements,
        }
    }

    /// A list of requirements. PDM also writes `-e file:///${PROJECT_ROOT}/lib`; no other option belongs there.
    fn strings(&self, value: Option<&Value>) -> Result<Vec<Vec<String>>, Error> {
        let root = self.dir().display().to_string();
        let items = value.and_then(Value::as_array).into_iter().flatten();
        let mut found = Vec::new();
        for text in items.filter_map(Value::as_str) {
            let text = text.replace("${PROJECT_ROOT}", root.trim_start_matches('/'));
            let name = requirement_name(&text);
            match (text.strip_prefix("-e "), self.source_of(name)) {
                (Some(target), _) => found.push(vec!["-e".to_owned(), target.trim().to_owned()]),
                _ if text.trim().is_empty() || text.starts_with('-') => {}
                (None, None) => found.push(vec![text]),
                (None, Some(source)) => {
                    let extras = text[name.len()..].trim_start();
                    let extras = extras.starts_with('[').then(|| extras.split(']').next());
                    let extras = extras
                        .flatten()
                        .map_or(String::new(), |it| format!("{it}]"));
                    let url = || Some(vec![format!("{name}{extras} @ {}", source_url(source)?)]);
                    let args = local_requirement(&extras, source, self.dir()).or_else(url);
                    let args = args.ok_or_else(|| self.elsewhere_error(name))?;
                    let marker = text.split_once(';').map_or("", |(_, marker)| marker);
                    found.push(with_marker(args, marker));
                }
            }
        }
        Ok(found)
    }

    /// The groups that developers need: those that uv installs by default, else `dev` and the ones for tests.
    pub(crate) fn dev_groups(&self) -> Vec<&str> {
        let known = self.group_names().into_iter();
        match self.get(&["tool", "uv", "default-groups"]) {
            None => known.filter(|group| is_dev_name(group)).collect(),
            Some(Value::Array(names)) => {
                let names: Vec<_> = names.iter().filter_map(Value::as_str).collect();
                let is_default = |group: &&str| names.iter().any(|name| is_same_name(name, group));
                known.filter(is_default).collect()
            }
            // `"all"`
            Some(_) => known.collect(),
        }
    }

    /// All groups. Poetry's optional ones are not for everyone, but can be named.
    pub(crate) fn group_names(&self) -> Vec<&str> {
        let optional = |name: &&str| {
            let flag = self.get(&["tool", "poetry", "group", name, "optional"]);
            flag.and_then(Value::as_bool) != Some(true)
        };
        let mut names: Vec<&str> = self.keys(&["dependency-groups"]).collect();
        names.extend(self.keys(&["tool", "pdm", "dev-dependencies"]));
        names.extend(self.keys(&["tool", "poetry", "group"]).filter(optional));
        let old: [&[&str]; 2] = [
            &["tool", "uv", "dev-dependencies"],
            &["tool", "poetry", "dev-dependencies"],
        ];
        names.extend(
            old.into_iter()
                .filter(|names| self.get(names).is_some())
                .map(|_| "dev"),
        );
        names.sort_unstable();
        names.dedup_by(|a, b| is_same_name(a, b));
        names
    }

    /// The requirements of a group; None if there is no such group.
    ///
    /// # Errors
    /// It includes a group that does not exist; a dependency comes from an index that only another tool knows.
    pub(crate) fn group_part(&self, name: &str) -> Result<Option<Part>, Error> {
        let requirements = self.group_requirements(name, &mut BTreeSet::new())?;
        Ok(requirements.map(|found| self.dependencies(&format!("group {name}"), found)))
    }

    fn group_requirements(
        &self,
        group: &str,
        known: &mut BTreeSet<String>,
    ) -> Result<Option<Vec<Vec<String>>>, Error> {
        let invalid = |cause: String| {
            let file = printable(&self.file);
            Error::failed(format!("cannot read group {} of {file}", printable(group)))
                .with_cause(cause)
                .with_hint("fix that group, or run without it: `vrun --no-dev ...`")
        };
        // One that is included again brings nothing new.
        if !known.insert(normalize_name(group)) {
            return Ok(Some(Vec::new()));
        }
        let mut tables: Vec<&Value> = Vec::new();
        let mut found: Vec<Vec<String>> = Vec::new();
        for names in [
            &["dependency-groups"][..],
            &["tool", "pdm", "dev-dependencies"],
        ] {
            let key = self.keys(names).find(|key| is_same_name(key, group));
            tables.extend(key.and_then(|key| self.get(names)?.get(key)));
        }
        if is_same_name(group, "dev") {
            tables.extend(self.get(&["tool", "uv", "dev-dependencies"]));
        }
        let mut is_known = !tables.is_empty();
        for table in tables {
            found.extend(self.strings(Some(table))?);
            let items = table.as_array().into_iter().flatten();
            for name in items.filter_map(|item| item.get("include-group")?.as_str()) {
                let included = self.group_requirements(name, known)?;
                found.extend(included.ok_or_else(|| {
                    invalid(format!(
                        "it includes group {}, which is not there",
                        printable(name)
                    ))
                })?);
            }
        }
        let poetry = self
            .keys(&["tool", "poetry", "group"])
            .find(|key| is_same_name(key, group));
        let poetry = poetry.map(|key| ["tool", "poetry", "group", key, "dependencies"]);
        let poetry = poetry.as_ref().and_then(|names| self.get(names));
        let old = self
            .get(&["tool", "poetry", "dev-dependencies"])
            .filter(|_| is_same_name(group, "dev"));
        for table in poetry.into_iter().chain(old) {
            is_known = true;
            found.extend(self.poetry_requirements(table)?);
        }
        Ok(is_known.then_some(found))
    }

    /// The extras, as they are written.
    pub(crate) fn extras(&self) -> Vec<&str> {
        let extras = self.keys(&["project", "optional-dependencies"]);
        extras
            .chain(self.keys(&["tool", "poetry", "extras"]))
            .collect()
    }

    /// The project with an extra, or the extra's requirements if the project is not a package.
    pub(crate) fn extra_part(&self, extra: &str) -> Result<Part, Error> {
        if self.is_package() {
            return Ok(self.package_part(vec![extra.to_owned()]));
        }
        let requirements = self.extra_requirements(extra, &mut BTreeSet::new())?;
        Ok(self.dependencies(&format!("extra {extra}"), requirements))
    }

    /// An extra may include others of the same project: `app[test]`.
    fn extra_requirements(
        &self,
        extra: &str,
        known: &mut BTreeSet<String>,
    ) -> Result<Vec<Vec<String>>, Error> {
        let mut found = Vec::new();
        if !known.insert(normalize_name(extra)) {
            return Ok(found);
        }
        let names = ["project", "optional-dependencies"];
        let key = self.keys(&names).find(|key| is_same_name(key, extra));
        let listed = self.strings(key.and_then(|key| self.get(&names)?.get(key)))?;
        found.extend(self.poetry_extra(extra)?);
        let own_name = self
            .get(&["project", "name"])
            .and_then(Value::as_str)
            .unwrap_or_default();
        let own_extras = |args: &Vec<String>| {
            let (name, rest) = args.first()?.split_once('[')?;
            is_same_name(name.trim(), own_name)
                .then(|| rest.split(']').next().unwrap_or(rest).to_owned())
        };
        for args in listed {
            let Some(extras) = own_extras(&args) else {
                found.push(args);
                continue;
            };
            for extra in extras.split(',') {
                found.extend(self.extra_requirements(extra.trim(), known)?);
            }
        }
        Ok(found)
    }

    /// An extra of Poetry's names dependencies that are optional without it.
    fn poetry_extra(&self, extra: &str) -> Result<Vec<Vec<String>>, Error> {
        let extras = ["tool", "poetry", "extras"];
        let key = self.keys(&extras).find(|key| is_same_name(key, extra));
        let names = key.and_then(|key| self.get(&extras)?.get(key)?.as_array());
        let names: Vec<_> = names
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let table = self.get(&["tool", "poetry", "dependencies"]);
        let mut chosen = table.and_then(Value::as_table).cloned().unwrap_or_default();
        chosen.retain(|key, _| names.iter().any(|name| is_same_name(name, key)));
        for (_, value) in &mut chosen {
            let entries = match value {
                Value::Array(entries) => entries.iter_mut().collect(),
                value => vec![value],
            };
            for table in entries.into_iter().filter_map(Value::as_table_mut) {
                table.remove("optional");
            }
        }
        self.poetry_requirements(&Value::Table(chosen))
    }

    /// What hatch installs into its default environment and into those for tests.
    pub(crate) fn hatch_parts(&self) -> Vec<Result<Part, Error>> {
        let names = ["tool", "hatch", "envs"];
        let is_known = |env: &&str| ["default", "hatch-test"].contains(env) || is_dev_name(env);
        let envs = self.keys(&names).filter(is_known);
        let mut parts = Vec::new();
        for env in envs {
            let get = |key| self.get(&["tool", "hatch", "envs", env, key]);
            let requirements =
                ["dependencies", "extra-dependencies"].map(|key| self.strings(get(key)));
            let requirements: Result<Vec<_>, _> = requirements.into_iter().collect();
            let table = format!("[tool.hatch.envs.{env}]");
            parts.push(requirements.map(|found| self.dependencies(&table, found.concat())));
            let features = get("features").and_then(Value::as_array);
            let features = features.into_iter().flatten().filter_map(Value::as_str);
            parts.extend(features.map(|extra| self.extra_part(extra)));
        }
        parts
    }
}

/// The name in a requirement (PEP 508).
fn requirement_name(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter));
    text[..end.unwrap_or(text.len())].trim()
}

/// Whether the project in `dir` is one of Poetry's.
pub(crate) fn is_poetry_project(dir: &Path) -> bool {
    let pyproject = Pyproject::read(dir).ok().flatten();
    pyproject.is_some_and(|pyproject| pyproject.get(&["tool", "poetry"]).is_some())
}

/// Whether a group or an extra is one of [`DEV_NAMES`].
pub(crate) fn is_dev_name(name: &str) -> bool {
    DEV_NAMES.iter().any(|known| is_same_name(known, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;
    use crate::quote::toml_cause;

    #[test]
    fn any_pyproject_has_parts_or_is_an_error() {
        fuzz("pyproject", 1500, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let table = match text.parse::<toml::Table>() {
                Ok(table) => table,
                Err(error) => return drop(toml_cause(&text, 1, &error)),
            };
            let file = PathBuf::from("/nowhere/pyproject.toml");
            let pyproject = Pyproject::new(file, table);
            drop(pyproject.project_part());
            drop(pyproject.hatch_parts());
            pyproject.uv_source();
            for group in pyproject.dev_groups() {
                drop(pyproject.group_part(group));
            }
            for extra in pyproject.extras() {
                drop(pyproject.extra_part(extra));
            }
        });
    }
}
