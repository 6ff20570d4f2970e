//! An environment, and what is required there -> the packages that `--sync --exact` would remove, read from their metadata.
//! Markers other than extras are taken as true: what is named here goes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::fs::entry_names;
use crate::installer::SEED_PACKAGES;
use crate::manifest::{InstallPlan, detect, name_and_extras, normalize_name, requirement_texts};
use crate::read::{MAX_TEXT, read_text};
use crate::venv;

use super::context::InstallContext;
use super::state::InstallState;

/// An installed package.
struct Installed {
    /// As its metadata has it.
    name: String,
    requires: Vec<String>,
    /// Whether it came from a path or a URL: then it may be required by that.
    is_direct: bool,
}

/// The names; None if the metadata of a package does not say what it requires.
pub(super) fn find_removable(
    plan: &InstallPlan,
    project: &Path,
    context: &InstallContext<'_>,
) -> Option<Vec<String>> {
    let root = &context.venv.root;
    let installed = installed_packages(root)?;
    let mut required = plan_texts(plan, project);
    for state in InstallState::load_all(root) {
        if state.project != project {
            let plan = detect::detect_plan(&state.project, &state.selection).ok()?;
            required.extend(
                plan.iter()
                    .flat_map(|plan| plan_texts(plan, &state.project)),
            );
        }
    }
    let direct = installed.iter().filter(|(_, package)| package.is_direct);
    required.extend(direct.map(|(name, _)| name.clone()));
    required.extend(plan.project_name.clone());
    required.extend(SEED_PACKAGES.map(str::to_owned));
    let kept = closure(required, &installed);
    let removable = installed.iter().filter(|(name, _)| !kept.contains(*name));
    Some(removable.map(|(_, package)| package.name.clone()).collect())
}

fn plan_texts(plan: &InstallPlan, project: &Path) -> Vec<String> {
    let parts = plan.parts();
    parts
        .flat_map(|part| requirement_texts(part, project))
        .collect()
}

/// Everything that the requirements need, by normalized names.
fn closure(required: Vec<String>, installed: &BTreeMap<String, Installed>) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let mut open = required;
    while let Some(text) = open.pop() {
        let (name, extras) = name_and_extras(&text);
        let (name, extras) = (normalize_name(name), extras.into_iter().map(normalize_name));
        for extra in extras.chain([String::new()]) {
            if known.insert((name.clone(), extra.clone()))
                && let Some(package) = installed.get(&name)
            {
                let needed = package
                    .requires
                    .iter()
                    .filter(|text| is_needed(text, &extra));
                open.extend(needed.cloned());
            }
        }
    }
    known.into_iter().map(|(name, _)| name).collect()
}

/// Whether a requirement of a package counts if this extra of it is meant, or none.
fn is_needed(requirement: &str, extra: &str) -> bool {
    let marker = requirement.split_once(';').map_or("", |(_, marker)| marker);
    let mut parts = marker.split("extra").skip(1).peekable();
    if parts.peek().is_none() {
        return true;
    }
    let mut named = parts.filter_map(|part| part.trim_start().strip_prefix("=="));
    named.any(|value| {
        let value = value.trim_start();
        let quoted = value
            .get(1..)
            .and_then(|rest| rest.split(['"', '\'']).next());
        quoted.is_some_and(|name| normalize_name(name) == extra)
    })
}

/// By normalized names.
fn installed_packages(root: &Path) -> Option<BTreeMap<String, Installed>> {
    let mut found = BTreeMap::new();
    for site in venv::site_packages(root) {
        for entry in entry_names(&site).unwrap_or_default() {
            let dir = site.join(&entry);
            let entry = entry.to_string_lossy().into_owned();
            if entry.ends_with(".dist-info") {
                let metadata = read_text(&dir.join("METADATA"), MAX_TEXT).ok()?;
                let package = parse_metadata(&metadata, dir.join("direct_url.json").exists())?;
                found.insert(normalize_name(&package.name), package);
            } else if entry.ends_with(".egg-info") || entry.ends_with(".egg-link") {
                return None;
            }
        }
    }
    Some(found)
}

fn parse_metadata(text: &str, is_direct: bool) -> Option<Installed> {
    let header = text.split("\n\n").next().unwrap_or_default();
    let values = |key: &'static str| {
        let lines = header.lines();
        lines.filter_map(move |line| line.strip_prefix(key).map(str::trim))
    };
    Some(Installed {
        name: values("Name:").next()?.to_owned(),
        requires: values("Requires-Dist:").map(str::to_owned).collect(),
        is_direct,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_extra_needs_counts_where_the_extra_is_meant() {
        let metadata = [
            "Name: Flask\nRequires-Dist: click>=8\nRequires-Dist: asgiref ; extra == 'async'\n\nText",
            "Name: click\nRequires-Dist: colorama ; platform_system == \"Windows\"\n",
            "Name: asgiref\n",
            "Name: colorama\n",
            "Name: six\n",
        ];
        let packages = metadata
            .iter()
            .filter_map(|text| parse_metadata(text, false));
        let installed = packages
            .map(|package| (normalize_name(&package.name), package))
            .collect();
        for (required, expected) in [
            ("flask >= 2", "click colorama flask"),
            (
                "Flask[Async]==2; python_version > '3'",
                "asgiref click colorama flask",
            ),
            ("click", "click colorama"),
        ] {
            let kept = closure(vec![required.to_owned()], &installed);
            assert_eq!(Vec::from_iter(kept).join(" "), expected, "{required}");
        }
    }
}
