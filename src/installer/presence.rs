//! After an install: whether what was asked for is in the environment. Settings of pip and uv can send it elsewhere, or
//! have nothing installed at all.

use std::path::Path;

use crate::error::Error;
use crate::fs::entry_names;
use crate::manifest::{Part, is_same_name, required_names};
use crate::quote::{printable, summarize_names};
use crate::venv;

use super::install_error::InstallError;
use super::program::{Installer, os_args};
use super::runner::InstallRunner;
use super::uv_settings::uv_drops;

/// A Python program that lists the directories which the environment's Python imports from.
const LIST_SCRIPT: &str = "\
import os, sys
for place in sys.path:
    if os.path.isdir(place):
        print('\\n'.join(os.listdir(place)))
";

/// The packages of `parts` that have no metadata in the environment at `root`, as far as the parts name them.
pub(crate) fn find_missing<'p>(
    parts: impl IntoIterator<Item = &'p Part>,
    root: &Path,
) -> Vec<String> {
    let mut missing: Vec<_> = parts.into_iter().flat_map(required_names).collect();
    let sites = venv::site_packages(root).into_iter();
    let entries = sites.flat_map(|site| entry_names(&site).unwrap_or_default());
    let entries: Vec<_> = entries
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    missing.retain(|name| !entries.iter().any(|entry| is_metadata(entry, name)));
    missing
}

/// # Errors
/// A package of `parts` is not where the environment's Python finds it.
pub(crate) fn check_present<'p>(
    parts: impl IntoIterator<Item = &'p Part>,
    installer: &Installer,
    runner: &InstallRunner<'_>,
) -> Result<(), InstallError> {
    let mut missing = find_missing(parts, runner.dir);
    if missing.is_empty() {
        return Ok(());
    }
    // It may be in a directory outside the environment that this one shares.
    let args = os_args(&["-I", "-c", LIST_SCRIPT]);
    let listed = runner.stdout_of(&runner.python, args).unwrap_or_default();
    let is_uv = *installer != Installer::Pip;
    missing.retain(|name| {
        let is_found = listed
            .lines()
            .any(|entry| is_metadata(entry.trim_end(), name));
        let is_dropped = is_uv && uv_drops(name, runner.project);
        !is_found && !is_dropped
    });
    match &missing[..] {
        [] => Ok(()),
        missing => Err(missing_error(missing, installer, runner)),
    }
}

fn missing_error(
    missing: &[String],
    installer: &Installer,
    runner: &InstallRunner<'_>,
) -> InstallError {
    let (names, installer_name) = (summarize_names(missing), installer.name());
    let verb = if missing.len() == 1 { "is" } else { "are" };
    let reason = format!("{installer_name} succeeds, but {names} {verb} not in the environment");
    let root = printable(runner.root);
    let hint = match installer {
        Installer::Pip => {
            "`vrun pip config debug` shows pip's settings: look for target, root, prefix, user and dry-run"
        }
        Installer::Uv(_) | Installer::UvProject(_) => {
            "look for target and prefix in uv.toml or [tool.uv.pip]; `UV_NO_CONFIG=1 vrun --sync` ignores them"
        }
    };
    let error = Error::failed(format!(
        "{installer_name} has not installed {names} into {root}"
    ))
    .with_cause("it says that it has: a setting sends it elsewhere, or has nothing installed")
    .with_hint(hint);
    InstallError::Failed { error, reason }
}

/// Whether an entry of site-packages is the metadata of the package: `six-1.16.0.dist-info`.
fn is_metadata(entry: &str, name: &str) -> bool {
    let Some((stem, end)) = entry.rsplit_once('.') else {
        return false;
    };
    let mut dashes = stem.match_indices('-');
    ["dist-info", "egg-info", "egg-link", "egg"].contains(&end)
        && (is_same_name(stem, name) || dashes.any(|(at, _)| is_same_name(&stem[..at], name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_known_by_its_metadata_however_it_was_installed() {
        for entry in [
            "zope.interface-5.0.dist-info",
            "zope_interface-5.0-py3.8.egg-info",
            "zope.interface-5.0-py3.8.egg",
            "zope-interface.egg-link",
        ] {
            assert!(is_metadata(entry, "zope-interface"), "{entry}");
        }
        for entry in ["zope", "zope-5.0.dist-info", "zope_interface", "x.py"] {
            assert!(!is_metadata(entry, "zope-interface"), "{entry}");
        }
    }
}
