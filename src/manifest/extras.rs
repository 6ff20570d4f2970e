//! The extras of a pyproject.toml: the standard ones, and Poetry's.

use std::collections::BTreeSet;

use toml::Value;

use crate::error::Error;

use super::package_name::{is_same_name, normalize_name};
use super::plan::Part;
use super::pyproject::Pyproject;

impl Pyproject {
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
}
