//! Another tool's lock, and a plan -> the packages that the plan needs as the lock has them, each with its version, where
//! it is meant and the hashes of its files: what pip installs with `--require-hashes --no-deps`. uv.lock is uv's to check.
//!
//! A package is passed over if the lock has no hashes for it (a path, a repository), or needs too many words to say where
//! it is meant. Nothing is added that the plan may not need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::read::{MAX_TEXT, read_text};

use super::lock_pins::{LockedVersion, PIPFILE_LOCK, Packages, pipfile_section, toml_packages};
use super::package_name::normalize_name;
use super::plan::{InstallPlan, Part};
use super::requirement_texts::{dependency_texts, name_and_extras};

/// How many markers a package may have.
const MAX_MARKERS: usize = 8;

/// A package needs another one.
#[derive(Debug)]
struct Edge {
    name: String,
    extras: Vec<String>,
    marker: Option<String>,
    /// The extras of the package that need it; empty if it does itself.
    of_extras: Vec<String>,
}

/// Where a package is meant: always, or where one of these holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Always,
    Where(BTreeSet<String>),
}

/// The lines, if the plan has a lock that can be read.
pub(crate) fn hashed_requirements(plan: &InstallPlan, project: &Path) -> Vec<String> {
    let Some(lock) = plan.lock().filter(|lock| !lock.ends_with("uv.lock")) else {
        return Vec::new();
    };
    let text = read_text(lock, MAX_TEXT).unwrap_or_default();
    if lock.ends_with(PIPFILE_LOCK) {
        return pipfile_lines(&text, plan);
    }
    let Ok(table) = text.parse::<toml::Table>() else {
        return Vec::new();
    };
    let roots = plan
        .parts()
        .flat_map(|part| dependency_texts(part, project));
    let roots = roots.filter_map(|text| parse_requirement(&text));
    let places = reach(roots.collect(), &edges(&table));
    lines(&toml_packages(&table), &places)
}

/// A Pipfile.lock has all that each of its two tables needs.
fn pipfile_lines(text: &str, plan: &InstallPlan) -> Vec<String> {
    let is_dev =
        |part: &Part| matches!(part, Part::Dependencies { table, .. } if table == "[dev-packages]");
    let sections = match plan.parts().any(is_dev) {
        true => &["default", "develop"][..],
        false => &["default"],
    };
    let mut packages = Packages::new();
    for section in sections {
        packages.extend(pipfile_section(text, section).unwrap_or_default());
    }
    let names = packages
        .keys()
        .map(|name| (normalize_name(name), Place::Always));
    lines(&packages, &names.collect())
}

fn lines(packages: &Packages, places: &BTreeMap<String, Place>) -> Vec<String> {
    let line = |(name, entries): (&String, &Vec<LockedVersion>)| {
        let place = places.get(&normalize_name(name))?;
        let is_single = entries
            .iter()
            .all(|entry| entry.version == entries[0].version);
        let lines = entries.iter().map(|entry| {
            let LockedVersion {
                version,
                marker,
                hashes,
            } = entry;
            if hashes.is_empty() || (marker.is_none() && !is_single) {
                return None;
            }
            let marker = both(marker.as_deref(), place);
            let marker = marker.map_or(String::new(), |marker| format!(" ; {marker}"));
            let hashes: String = hashes
                .iter()
                .map(|hash| format!(" --hash={hash}"))
                .collect();
            let line = format!("{name}=={version}{marker}{hashes}");
            (!line.contains(['\n', '\r'])).then_some(line)
        });
        let mut lines: Vec<String> = lines.collect::<Option<_>>()?;
        lines.dedup();
        // Several entries of one version, as for its extras.
        if is_single {
            lines.truncate(1);
        }
        Some(lines)
    };
    packages.iter().filter_map(line).flatten().collect()
}

fn both(marker: Option<&str>, place: &Place) -> Option<String> {
    let place = match place {
        Place::Always => None,
        Place::Where(markers) => {
            let markers: Vec<_> = markers.iter().map(|marker| format!("({marker})")).collect();
            Some(markers.join(" or "))
        }
    };
    match (marker, place) {
        (Some(marker), Some(place)) => Some(format!("({marker}) and ({place})")),
        (marker, place) => marker.map(str::to_owned).or(place),
    }
}

/// All packages that the roots lead to, and where each is meant.
fn reach(roots: Vec<Edge>, edges: &BTreeMap<String, Vec<Edge>>) -> BTreeMap<String, Place> {
    // With an extra each package is another one.
    let mut known: BTreeMap<(String, String), Place> = BTreeMap::new();
    let mut too_many = BTreeSet::new();
    let mut open: Vec<(String, String, Option<String>)> = Vec::new();
    let targets = |edge: &Edge, marker: Option<String>| {
        let extras = edge.extras.iter().map(|extra| normalize_name(extra));
        let extras = extras.chain([String::new()]);
        let name = normalize_name(&edge.name);
        extras
            .map(|extra| (name.clone(), extra, marker.clone()))
            .collect::<Vec<_>>()
    };
    open.extend(
        roots
            .iter()
            .flat_map(|root| targets(root, root.marker.clone())),
    );
    while let Some((name, extra, marker)) = open.pop() {
        let place = known.entry((name.clone(), extra.clone()));
        let place = place.or_insert_with(|| Place::Where(BTreeSet::new()));
        let is_new = match (&mut *place, &marker) {
            (Place::Always, _) => false,
            (place, None) => {
                *place = Place::Always;
                true
            }
            (Place::Where(markers), Some(_)) if markers.len() >= MAX_MARKERS => {
                too_many.insert(name.clone());
                false
            }
            (Place::Where(markers), Some(marker)) => markers.insert(marker.clone()),
        };
        if !is_new {
            continue;
        }
        for edge in edges.get(&name).into_iter().flatten() {
            let mut of_extras = edge.of_extras.iter();
            let is_meant = match extra.is_empty() {
                true => edge.of_extras.is_empty(),
                false => of_extras.any(|of| normalize_name(of) == extra),
            };
            if is_meant {
                let marker = match (&marker, &edge.marker) {
                    (Some(one), Some(other)) if !one.contains(&**other) => {
                        Some(format!("({one}) and ({other})"))
                    }
                    (one, other) => one.clone().or_else(|| other.clone()),
                };
                open.extend(targets(edge, marker));
            }
        }
    }
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for ((name, _), place) in known {
        if too_many.contains(&name) && place != Place::Always {
            continue;
        }
        let merged = match (places.remove(&name), place) {
            (None, place) => place,
            (Some(Place::Where(mut markers)), Place::Where(more)) => {
                markers.extend(more);
                Place::Where(markers)
            }
            _ => Place::Always,
        };
        places.insert(name, merged);
    }
    places
}

/// What each package of a lock needs: PDM lists requirements, Poetry has a table.
fn edges(table: &toml::Table) -> BTreeMap<String, Vec<Edge>> {
    let mut found: BTreeMap<String, Vec<Edge>> = BTreeMap::new();
    let packages = table.get("package").and_then(toml::Value::as_array);
    for package in packages.into_iter().flatten() {
        let Some(name) = package.get("name").and_then(toml::Value::as_str) else {
            continue;
        };
        let edges = found.entry(normalize_name(name)).or_default();
        let of_extras = strings(package.get("extras"));
        match package.get("dependencies") {
            Some(toml::Value::Array(listed)) => {
                let listed = listed.iter().filter_map(toml::Value::as_str);
                let listed = listed.filter_map(parse_requirement);
                edges.extend(listed.map(|edge| Edge {
                    of_extras: of_extras.clone(),
                    ..edge
                }));
            }
            Some(toml::Value::Table(listed)) => {
                let extras = package.get("extras");
                edges.extend(
                    listed
                        .iter()
                        .flat_map(|(name, value)| poetry_edges(name, value, extras)),
                );
            }
            _ => {}
        }
    }
    found
}

/// `six = "*"`, `six = {version = "*", markers = "..."}`, or several of these. `extras` says which extras need what.
fn poetry_edges(name: &str, value: &toml::Value, extras: Option<&toml::Value>) -> Vec<Edge> {
    let values = match value {
        toml::Value::Array(values) => values.iter().collect(),
        value => vec![value],
    };
    let edge = |value: &toml::Value| {
        let is_optional = value.get("optional").and_then(toml::Value::as_bool) == Some(true);
        let marker = value.get("markers").and_then(toml::Value::as_str);
        let is_of = |(_, listed): &(&String, &toml::Value)| {
            let listed = strings(Some(listed));
            let mut names = listed.iter().filter_map(|text| parse_requirement(text));
            names.any(|edge| normalize_name(&edge.name) == normalize_name(name))
        };
        let of_extras = extras.and_then(toml::Value::as_table).into_iter().flatten();
        let of_extras = of_extras.filter(|it| is_optional && is_of(it));
        let of_extras: Vec<_> = of_extras.map(|(extra, _)| extra.clone()).collect();
        if is_optional && of_extras.is_empty() {
            return None;
        }
        Some(Edge {
            name: name.to_owned(),
            extras: strings(value.get("extras")),
            marker: marker.and_then(without_extra),
            of_extras,
        })
    };
    values.into_iter().filter_map(edge).collect()
}

/// A marker without its `extra == "x"`, which is known otherwise.
fn without_extra(marker: &str) -> Option<String> {
    if !marker.contains("extra ==") {
        return Some(marker.to_owned());
    }
    let rest = marker
        .split(" and ")
        .filter(|part| !part.contains("extra =="));
    let rest: Vec<_> = rest.collect();
    (!rest.is_empty()).then(|| rest.join(" and "))
}

fn strings(value: Option<&toml::Value>) -> Vec<String> {
    let items = value.and_then(toml::Value::as_array).into_iter().flatten();
    items
        .filter_map(toml::Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// `name[extra]>=1 ; marker`
fn parse_requirement(text: &str) -> Option<Edge> {
    let marker = text.split_once(';').map(|(_, marker)| marker);
    let (name, extras) = name_and_extras(text);
    (!name.is_empty()).then(|| Edge {
        name: name.to_owned(),
        extras: extras.into_iter().map(str::to_owned).collect(),
        marker: marker.map(|marker| marker.trim().to_owned()),
        of_extras: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::fuzz::fuzz;
    use crate::manifest::{Selection, detect};

    fn requirements(files: &[(&str, &str)]) -> String {
        let dir = tempfile::tempdir().expect("a directory");
        for (name, text) in files {
            fs::write(dir.path().join(name), text).expect("a file");
        }
        let plan = detect::detect_plan(dir.path(), &Selection::default());
        let plan = plan.expect("a plan").expect("files");
        hashed_requirements(&plan, dir.path()).join("\n")
    }

    #[test]
    fn any_lock_has_lines_or_none() {
        fuzz("lock", 1000, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let table: toml::Table = text.parse().unwrap_or_default();
            let edges = edges(&table);
            let roots = edges.keys().filter_map(|name| parse_requirement(name));
            let places = reach(roots.collect(), &edges);
            for line in lines(&toml_packages(&table), &places) {
                assert!(line.contains(" --hash=") && !line.contains('\n'), "{line}");
            }
        });
    }

    #[test]
    fn what_a_plan_needs_is_taken_from_a_lock_with_its_hashes() {
        let pyproject = "[project]\nname = 'app'\nversion = '1'\ndependencies = ['a[x]; m']\n";
        let poetry = "\
            [[package]]\nname = 'a'\nversion = '1'\nfiles = [{hash = 'sha256:0a'}]\n\
            [package.dependencies]\nb = {version = '*', markers = 'n'}\nc = {version = '*', optional = true}\n\
            d = {version = '*', optional = true}\na = '*'\n[package.extras]\nx = ['c (>1)']\ny = ['d']\n\
            [[package]]\nname = 'b'\nversion = '2'\nfiles = [{hash = 'sha256:0b'}, {hash = 'sha256:0c'}]\n\
            [[package]]\nname = 'c'\nversion = '3'\nmarkers = 'o'\n\
            [[package]]\nname = 'd'\nversion = '4'\nfiles = [{hash = 'sha256:0d'}]\n\
            [[package]]\nname = 'other'\nversion = '5'\nfiles = [{hash = 'sha256:0e'}]\n\
            [metadata.files]\nc = [{file = 'c', hash = 'sha256:0f'}]\n";
        let poetry_lines = "a==1 ; (m) --hash=sha256:0a\n\
            b==2 ; ((m) and (n)) --hash=sha256:0b --hash=sha256:0c\nc==3 ; (o) and ((m)) --hash=sha256:0f";
        let pdm = "\
            [[package]]\nname = 'A'\nversion = '1'\nfiles = [{hash = 'sha256:0a'}]\ndependencies = ['b>1; n']\n\
            [[package]]\nname = 'A'\nversion = '1'\nextras = ['x']\nfiles = [{hash = 'sha256:0a'}]\n\
            dependencies = ['A==1', 'c']\n\
            [[package]]\nname = 'b'\nversion = '2'\nfiles = []\n\
            [[package]]\nname = 'c'\nversion = '3'\nfiles = [{hash = 'sha256:0c'}]\n";
        let pipfile = r#"{"default": {"a": {"version": "==1", "hashes": ["sha256:0a"], "markers": "m"}, "p": {"path": "."}},
            "develop": {"b": {"version": "==2", "hashes": ["sha256:0b"]}}}"#;
        for (files, expected) in [
            (
                [("pyproject.toml", pyproject), ("poetry.lock", poetry)],
                poetry_lines,
            ),
            (
                [("pyproject.toml", pyproject), ("pdm.lock", pdm)],
                "A==1 ; (m) --hash=sha256:0a\nc==3 ; (m) --hash=sha256:0c",
            ),
            (
                [
                    ("Pipfile", "[packages]\na = '*'\n"),
                    ("Pipfile.lock", pipfile),
                ],
                "a==1 ; m --hash=sha256:0a",
            ),
            (
                [
                    ("Pipfile", "[packages]\na = '*'\n[dev-packages]\nb = '*'\n"),
                    ("Pipfile.lock", pipfile),
                ],
                "a==1 ; m --hash=sha256:0a\nb==2 --hash=sha256:0b",
            ),
        ] {
            assert_eq!(requirements(&files), expected);
        }
    }
}
