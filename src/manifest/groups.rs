//! The groups of a pyproject.toml: PEP 735, and the older tables of uv, PDM and Poetry.

use std::collections::BTreeSet;

use toml::Value;

use crate::error::Error;
use crate::quote::printable;

use super::package_name::{is_same_name, normalize_name};
use super::plan::Part;
use super::pyproject::Pyproject;

/// What groups, extras and requirement files are called that are for developers in general, or for tests.
pub(crate) const DEV_NAMES: [&str; 6] =
    ["dev", "develop", "development", "test", "tests", "testing"];

impl Pyproject {
    /// The groups that developers need: those that uv installs by default, else `dev` and the ones for tests.
    pub(crate) fn dev_groups(&self) -> Vec<&str> {
        let is_optional = |name: &str| {
            let flag = self.get(&["tool", "poetry", "group", name, "optional"]);
            flag.and_then(Value::as_bool) == Some(true)
        };
        let names = self.group_names().into_iter();
        let known = names.filter(|name| !is_optional(name));
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
        let mut names: Vec<&str> = self.keys(&["dependency-groups"]).collect();
        names.extend(self.keys(&["tool", "pdm", "dev-dependencies"]));
        names.extend(self.keys(&["tool", "poetry", "group"]));
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
}

/// Whether a group or an extra is one of [`DEV_NAMES`].
pub(crate) fn is_dev_name(name: &str) -> bool {
    DEV_NAMES.iter().any(|known| is_same_name(known, name))
}
