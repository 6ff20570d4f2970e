//! Another tool's lock -> the version of each package that it names, and the hashes of its files.
//!
//! The lock's own tool also knows which packages are wanted; here the project's manifest says that. What a lock takes
//! from elsewhere than an index (git, a path, a URL) the manifest names too.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Error, io_reason};
use crate::quote::{printable, toml_cause};
use crate::read::{MAX_TEXT, read_text};

use super::plan::{Pin, Pins};

/// The locks that can be read, by their tools: uv, Poetry and PDM. Pipenv's is [`PIPFILE_LOCK`].
pub(super) const TOML_LOCKS: [&str; 3] = ["uv.lock", "poetry.lock", "pdm.lock"];

/// Pipenv's lock.
pub(super) const PIPFILE_LOCK: &str = "Pipfile.lock";

/// A version of a package as a lock names it.
pub(super) struct LockedVersion {
    pub version: String,
    /// Where it is meant.
    pub marker: Option<String>,
    pub hashes: Vec<String>,
}

pub(super) type Packages = BTreeMap<String, Vec<LockedVersion>>;

/// Reads the versions in `lock`.
///
/// # Errors
/// It cannot be read, or is not written as its tool does it.
pub(super) fn read_pins(lock: &Path) -> Result<Pins, Error> {
    let unreadable = |cause: String| {
        Error::failed(format!(
            "cannot read which versions {} locks",
            printable(lock)
        ))
        .with_cause(cause)
        .with_hint("lock again, or `vrun --requirements FILE` installs from another file")
    };
    let text = read_text(lock, MAX_TEXT).map_err(|error| unreadable(io_reason(&error)))?;
    let is_json = lock.ends_with(PIPFILE_LOCK);
    Ok(Pins {
        lock: lock.to_owned(),
        versions: parse_lock(&text, is_json).map_err(unreadable)?,
    })
}

/// The versions, or what is wrong with the text.
fn parse_lock(text: &str, is_json: bool) -> Result<Vec<Pin>, String> {
    let packages = match is_json {
        true => pipfile_packages(text).map_err(|error| printable(error.to_string()))?,
        false => {
            let table = text.parse::<toml::Table>();
            toml_packages(&table.map_err(|error| toml_cause(text, 1, &error))?)
        }
    };
    let pins = packages
        .iter()
        .flat_map(|(name, entries)| pins(name, entries));
    // One line each, whatever the names are.
    let is_line = |pin: &Pin| !pin.requirement.contains(['\n', '\r']);
    Ok(pins.filter(is_line).collect())
}

/// A package with several versions is pinned only if each says where it is meant.
fn pins(name: &str, entries: &[LockedVersion]) -> Vec<Pin> {
    let mut versions: Vec<&str> = entries.iter().map(|entry| &*entry.version).collect();
    versions.sort_unstable();
    versions.dedup();
    let is_single = versions.len() == 1;
    let pins = versions.into_iter().map(|version| {
        let entries = || entries.iter().filter(|entry| entry.version == version);
        let markers: Option<Vec<_>> = entries().map(|entry| entry.marker.clone()).collect();
        let requirement = match markers {
            _ if is_single => format!("{name}=={version}"),
            Some(markers) => format!("{name}=={version} ; {}", markers.join(" or ")),
            None => return None,
        };
        let mut hashes: Vec<_> = entries().flat_map(|entry| entry.hashes.clone()).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Some(Pin {
            requirement,
            hashes,
        })
    });
    pins.collect::<Option<_>>().unwrap_or_default()
}

pub(super) fn toml_packages(table: &toml::Table) -> Packages {
    let mut packages = Packages::new();
    let listed = table.get("package").and_then(toml::Value::as_array);
    let old_files = table.get("metadata").and_then(|it| it.get("files"));
    for package in listed.into_iter().flatten() {
        let text = |key: &str| package.get(key).and_then(toml::Value::as_str);
        if let (Some(name), Some(version)) = (text("name"), text("version"))
            && is_from_index(package)
            // A local version is of an index of its own (PEP 440).
            && !version.contains('+')
        {
            let entries = packages.entry(name.to_owned()).or_default();
            entries.push(LockedVersion {
                version: version.to_owned(),
                marker: marker(package),
                hashes: toml_hashes(package, old_files.and_then(|files| files.get(name))),
            });
        }
    }
    packages
}

/// Poetry and PDM list `files`, uv `wheels` and one `sdist`. Poetry before 1.3 has `old_files` for each name.
fn toml_hashes(package: &toml::Value, old_files: Option<&toml::Value>) -> Vec<String> {
    let lists = [package.get("files"), package.get("wheels"), old_files];
    let lists = lists.map(|list| list.and_then(toml::Value::as_array));
    let files = lists.into_iter().flatten().flatten();
    let files = files.chain(package.get("sdist"));
    let hashes = files.filter_map(|file| file.get("hash")?.as_str());
    hashes
        .filter(|hash| is_hash(hash))
        .map(str::to_owned)
        .collect()
}

/// Whether it is a hash that installers take.
fn is_hash(text: &str) -> bool {
    text.split_once(':').is_some_and(|(kind, digits)| {
        ["sha256", "sha384", "sha512"].contains(&kind)
            && digits.chars().all(|letter| letter.is_ascii_hexdigit())
    })
}

/// uv names the registry; Poetry a `type`, `legacy` for an index other than PyPI; PDM has a key for anything else.
fn is_from_index(package: &toml::Value) -> bool {
    let is_elsewhere = ["git", "hg", "path", "url"]
        .iter()
        .any(|key| package.get(key).is_some());
    !is_elsewhere
        && package.get("source").is_none_or(|source| {
            let kind = source.get("type").and_then(toml::Value::as_str);
            source.get("registry").is_some() || kind == Some("legacy")
        })
}

/// Poetry's `markers`, PDM's `marker`, uv's `resolution-markers`.
fn marker(package: &toml::Value) -> Option<String> {
    let text = |key: &str| {
        package
            .get(key)
            .and_then(toml::Value::as_str)
            .map(str::to_owned)
    };
    let markers = package
        .get("resolution-markers")
        .and_then(toml::Value::as_array);
    let markers = markers.map(|markers| {
        let markers = markers.iter().filter_map(toml::Value::as_str);
        let markers: Vec<_> = markers.map(|marker| format!("({marker})")).collect();
        markers.join(" or ")
    });
    text("markers")
        .or_else(|| text("marker"))
        .or(markers.filter(|marker| !marker.is_empty()))
}

fn pipfile_packages(text: &str) -> serde_json::Result<Packages> {
    let mut packages = Packages::new();
    for section in ["default", "develop"] {
        for (name, found) in pipfile_section(text, section)? {
            let found = found.into_iter().map(|found| LockedVersion {
                marker: None,
                ..found
            });
            packages.entry(name).or_default().extend(found);
        }
    }
    Ok(packages)
}

/// The packages in one table of a Pipfile.lock.
pub(super) fn pipfile_section(text: &str, section: &str) -> serde_json::Result<Packages> {
    let lock: serde_json::Value = serde_json::from_str(text)?;
    let listed = lock.get(section).and_then(serde_json::Value::as_object);
    let package = |(name, package): (&String, &serde_json::Value)| {
        let text = |key: &str| package.get(key).and_then(serde_json::Value::as_str);
        let version = text("version")?.strip_prefix("==")?.to_owned();
        let hashes = package.get("hashes").and_then(serde_json::Value::as_array);
        let hashes = hashes.into_iter().flatten();
        let hashes = hashes.filter_map(serde_json::Value::as_str);
        let locked = LockedVersion {
            version,
            marker: text("markers").map(str::to_owned),
            hashes: hashes
                .filter(|hash| is_hash(hash))
                .map(str::to_owned)
                .collect(),
        };
        Some((name.clone(), vec![locked]))
    };
    Ok(listed.into_iter().flatten().filter_map(package).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn any_lock_has_constraints_or_is_an_error() {
        fuzz("lock", 1500, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            drop([true, false].map(|is_json| parse_lock(&text, is_json)));
        });
    }

    fn pins(name: &str, text: &str) -> String {
        let dir = tempfile::tempdir().expect("a directory");
        let lock = dir.path().join(name);
        fs::write(&lock, text).expect("a file");
        read_pins(&lock).expect("pins").constraints(true).join("\n")
    }

    #[test]
    fn each_tools_lock_says_which_versions_are_meant() {
        let two = "[[package]]\nname = 'a'\nversion = '1'\nmarkers = 'x'\n\
                   [[package]]\nname = 'a'\nversion = '2'\nmarkers = 'y'\n";
        for (name, text, expected) in [
            (
                "poetry.lock",
                "[[package]]\nname = 'six'\nversion = '1.16'\n",
                "six==1.16",
            ),
            ("poetry.lock", two, "a==1 ; x\na==2 ; y"),
            // PDM has an entry for a package with extras, and one without.
            (
                "pdm.lock",
                "[[package]]\nname = 'a'\nversion = '1'\nextras = ['x']\nmarker = 'm'\nfiles = [{hash = 'sha256:0f'}]\n\
                 [[package]]\nname = 'a'\nversion = '1'\nfiles = [{hash = 'sha256:0f'}, {hash = 'md5:0'}]\n",
                "a==1 --hash=sha256:0f",
            ),
            ("poetry.lock", &two.replace("markers", "other"), ""),
            (
                "poetry.lock",
                "[[package]]\nname = 'a'\nversion = '1'\n[package.source]\ntype = 'git'\n",
                "",
            ),
            (
                "uv.lock",
                "[[package]]\nname = 'a'\nversion = '1'\nsource = {registry = 'https://pypi.org/simple'}\n\
                 [[package]]\nname = 'app'\nversion = '0'\nsource = {editable = '.'}\n",
                "a==1",
            ),
            (
                "pdm.lock",
                "[[package]]\nname = 'a'\nversion = '1'\npath = './a'\n",
                "",
            ),
            (
                "Pipfile.lock",
                r#"{"default": {"a": {"version": "==1"}, "app": {"path": "."}},
                    "develop": {"a": {"version": "==1"}, "b": {"version": "==2"}}}"#,
                "a==1\nb==2",
            ),
        ] {
            assert_eq!(pins(name, text), expected, "{name}: {text}");
        }
    }
}
