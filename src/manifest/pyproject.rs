//! A pyproject.toml -> what project it describes, and what that depends on. Groups, extras and the environments of hatch
//! have files of their own beside this one.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use toml::Value;

use crate::error::Error;
use crate::quote::{printable, summarize_names};

use super::dependency_table::{
    VersionSyntax, local_requirement, source_url, table_requirements, with_marker,
};
use super::manifest_index::{ManifestIndex, poetry_index};
use super::package_name::is_same_name;
use super::plan::Part;
use super::python_package;
use super::tables::{get, read_tables};

pub(crate) const PYPROJECT: &str = "pyproject.toml";

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

    pub(super) fn get(&self, names: &[&str]) -> Option<&Value> {
        get(&self.table, names)
    }

    pub(super) fn keys(&self, names: &[&str]) -> impl Iterator<Item = &str> {
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

    pub(super) fn poetry_requirements(&self, table: &Value) -> Result<Vec<Vec<String>>, Error> {
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

    pub(super) fn package_part(&self, extras: Vec<String>) -> Part {
        Part::Project {
            file: self.file.clone(),
            extras,
        }
    }

    pub(super) fn dependencies(&self, table: &str, requirements: Vec<Vec<String>>) -> Part {
        Part::Dependencies {
            file: self.file.clone(),
            table: table.to_owned(),
            requirements,
        }
    }

    /// A list of requirements. PDM also writes `-e file:///${PROJECT_ROOT}/lib`; no other option belongs there.
    pub(super) fn strings(&self, value: Option<&Value>) -> Result<Vec<Vec<String>>, Error> {
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
}

/// The name in a requirement (PEP 508).
pub(super) fn requirement_name(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter));
    text[..end.unwrap_or(text.len())].trim()
}

/// Whether the project in `dir` is one of Poetry's.
pub(crate) fn is_poetry_project(dir: &Path) -> bool {
    let pyproject = Pyproject::read(dir).ok().flatten();
    pyproject.is_some_and(|pyproject| pyproject.get(&["tool", "poetry"]).is_some())
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
