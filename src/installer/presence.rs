//! After an install: whether what was asked for is in the environment. Settings of pip and uv can send it elsewhere, or
//! have nothing installed at all.

use std::ffi::OsString;
use std::path::Path;

use crate::error::Error;
use crate::fs::entry_names;
use crate::manifest::{Part, is_same_name, required_names};
use crate::quote::{printable, summarize_names};
use crate::{os, venv};

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
    let names = parts.into_iter().flat_map(required_names).collect();
    not_in_site_packages(names, root)
}

fn not_in_site_packages(mut names: Vec<String>, root: &Path) -> Vec<String> {
    let sites = venv::site_packages(root).into_iter();
    let entries = sites.flat_map(|site| entry_names(&site).unwrap_or_default());
    let entries: Vec<_> = entries
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.retain(|name| !entries.iter().any(|entry| is_metadata(entry, name)));
    names
}

/// Those of the packages `names` that the Python of the environment at `dir` does not find. It may find them in a
/// directory outside the environment: `run_python` runs it, and returns what it prints.
pub(crate) fn find_absent(
    names: Vec<String>,
    dir: &Path,
    run_python: impl FnOnce(Vec<OsString>) -> Option<String>,
) -> Vec<String> {
    let mut names = not_in_site_packages(names, dir);
    if names.is_empty() {
        return names;
    }
    let listed = run_python(os_args(&["-I", "-c", LIST_SCRIPT])).unwrap_or_default();
    names.retain(|name| {
        let mut entries = listed.lines();
        !entries.any(|entry| is_metadata(entry.trim_end(), name))
    });
    names
}

/// # Errors
/// A package of `parts` is not where the environment's Python finds it.
pub(crate) fn check_present<'p>(
    parts: impl IntoIterator<Item = &'p Part>,
    installer: &Installer,
    runner: &InstallRunner<'_>,
) -> Result<(), InstallError> {
    let names = parts.into_iter().flat_map(required_names).collect();
    let run_python = |args| runner.stdout_of(&runner.python, args);
    let mut missing = find_absent(names, runner.dir, run_python);
    let is_uv = *installer != Installer::Pip;
    missing.retain(|name| !(is_uv && uv_drops(name, runner.project)));
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
            "`vrun pip config debug` shows pip's settings: look for target, root, prefix, user and dry-run".to_owned()
        }
        Installer::Uv(_) | Installer::UvProject(_) => {
            let command = os::with_var_command("UV_NO_CONFIG", "1", "vrun --sync");
            format!("look for target and prefix in uv.toml or [tool.uv.pip]; `{command}` ignores them")
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
