//! The environments of hatch in a pyproject.toml.

use toml::Value;

use crate::error::Error;

use super::groups::is_dev_name;
use super::plan::Part;
use super::pyproject::Pyproject;

impl Pyproject {
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
