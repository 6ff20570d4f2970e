//! The files of a release, as pip lists them -> the Pythons that it has wheels for.

use std::env::consts::{ARCH, OS};
use std::fmt;
use std::str::FromStr;

use pep440_rs::VersionSpecifiers;

use crate::manifest::is_same_name;

use super::python_minors::minors_in;

/// One version of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Release {
    pub name: String,
    pub version: String,
}

impl fmt::Display for Release {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.name, self.version)
    }
}

impl Release {
    /// `name==1.0`; None for a requirement of any other form.
    pub(super) fn parse(requirement: &str) -> Option<Release> {
        let (name, version) = requirement.split_once("==")?;
        let name = name.split('[').next().unwrap_or(name).trim();
        let version = version.trim_start_matches('=').trim();
        let is_plain = |text: &str| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-+!".contains(c);
            text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(is_plain)
        };
        (is_plain(name) && is_plain(version)).then(|| Release {
            name: name.to_owned(),
            version: version.to_owned(),
        })
    }

    pub(super) fn requirement(&self) -> String {
        format!("{}=={}", self.name, self.version)
    }
}

/// The minor versions that the listed wheels of `release` are for, on this platform; None if there are none.
pub(super) fn fitting_minors(output: &str, release: &Release) -> Option<Vec<u64>> {
    let wheels = output
        .lines()
        .filter_map(|line| minors_of_line(line, release));
    let minors: Vec<_> = wheels.flatten().collect();
    (!minors.is_empty()).then_some(minors)
}

fn minors_of_line(line: &str, release: &Release) -> Option<Vec<u64>> {
    let (before, after) = line.split_once(".whl")?;
    let mut parts = before.rsplit('/').next()?.rsplit('-');
    let (platform, abi, python) = (parts.next()?, parts.next()?, parts.next()?);
    let stem: Vec<_> = parts.collect();
    let (name, version) = (stem.last()?, stem.get(stem.len().checked_sub(2)?)?);
    if !is_same_name(name, &release.name) || **version != release.version || !is_for_here(platform)
    {
        return None;
    }
    let required = after.split_once("requires-python:").map(|(_, rest)| rest);
    let required = required.and_then(|rest| rest.split(')').next());
    let required = required.and_then(|text| VersionSpecifiers::from_str(text).ok());
    let allowed = minors_in(&required.unwrap_or_else(VersionSpecifiers::empty));
    let tags: Vec<_> = python.split('.').collect();
    let has = |minor: &u64| {
        tags.iter().any(|tag| match minor_of_tag(tag) {
            Some(least) if abi == "abi3" => *minor >= least,
            Some(exact) => *minor == exact,
            None => *tag == "py3",
        })
    };
    Some(allowed.into_iter().filter(has).collect())
}

/// 38 of `cp38` and `cp38m`, without the 3.
pub(super) fn minor_of_tag(tag: &str) -> Option<u64> {
    let tag = tag.strip_prefix("cp3")?;
    tag.trim_end_matches(['m', 't', 'u']).parse().ok()
}

fn is_for_here(platform: &str) -> bool {
    let system = match OS {
        "macos" => "macosx",
        "windows" => "win",
        other => other,
    };
    let machine = match ARCH {
        "x86_64" => ["x86_64", "amd64"],
        "aarch64" => ["aarch64", "arm64"],
        other => [other, other],
    };
    let is_machine = machine.iter().any(|name| platform.contains(name));
    platform == "any"
        || platform.contains(system) && (is_machine || platform.contains("universal2"))
}
