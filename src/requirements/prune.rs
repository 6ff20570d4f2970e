//! What is installed, what is asked for -> the rest, shown and taken away: `--sync --exact`.
//!
//! pip stays, and with it what it builds with (setuptools, wheel), as `pip freeze` leaves them out.

use std::ffi::OsString;

use crate::error::Error;
use crate::quote::printable;

use super::installer::Installer;
use super::runner::{InstallError, InstallerContext, os_args};
use super::source::{self, RequirementsSource};

/// Never taken away.
const NEVER_REMOVED: [&str; 3] = ["pip", "setuptools", "wheel"];

/// The names in pip's report of what it would install (pip's `--report`, version 1), by the environment's Python.
const REPORT_NAMES_SCRIPT: &str = "\
import json, sys
for item in json.load(open(sys.argv[1], encoding='utf-8'))['install']:
    print(item['metadata']['name'])
";

/// Takes away what `asked` does not ask for, nor anything that it asks for.
///
/// # Errors
/// It cannot be told, or taken away; Ctrl-C.
pub(super) fn remove_extraneous(
    installer: &Installer,
    source: &RequirementsSource,
    asked: Vec<OsString>,
    work: &InstallerContext<'_>,
) -> Result<(), InstallError> {
    let extras = match installer {
        Installer::Uv(_) => extraneous_by_uv(installer, asked, work)?,
        Installer::Pip => extraneous_by_pip(source, asked, work)?,
    };
    if extras.is_empty() {
        return Ok(());
    }
    let names = extras.join(", ");
    let line = format!("removing {}: nothing asks for it", printable(&names));
    let line = match extras.len() {
        1 => line,
        _ => line.replace("for it", "for them"),
    };
    let mut words = os_args(&["uninstall"]);
    if *installer == Installer::Pip {
        words.push("--yes".into());
    }
    words.extend(extras.iter().map(OsString::from));
    let cannot = format!(
        "cannot remove {} from {}",
        printable(&names),
        printable(work.root)
    );
    work.run_step(installer, words, &line, &cannot).map(drop)
}

/// uv tells it itself.
fn extraneous_by_uv(
    installer: &Installer,
    asked: Vec<OsString>,
    work: &InstallerContext<'_>,
) -> Result<Vec<String>, InstallError> {
    let mut words = os_args(&["install", "--exact", "--dry-run", "--color", "never"]);
    words.extend(asked);
    let (program, args) = installer.command_line(&work.python, words);
    let said = work
        .output_of(&program, args)
        .ok_or_else(|| undetermined_error(work))?;
    let gone = said
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- "));
    // ` - six==1.16.0`; a package that changes its version, or is installed anew, has a `+` too.
    let name = |text: &str| text.split(['=', ' ']).next().unwrap_or(text).to_owned();
    let new: Vec<_> = said
        .lines()
        .filter_map(|line| line.trim().strip_prefix("+ "))
        .map(name)
        .collect();
    let gone = gone.map(name);
    Ok(gone
        .filter(|name| !new.contains(name) && !NEVER_REMOVED.contains(&name.as_str()))
        .collect())
}

/// pip tells what it would install into an empty environment, and what is there.
fn extraneous_by_pip(
    source: &RequirementsSource,
    asked: Vec<OsString>,
    work: &InstallerContext<'_>,
) -> Result<Vec<String>, InstallError> {
    let wanted = if source::is_blank(source) {
        Vec::new()
    } else {
        required_names(asked, work).ok_or_else(|| undetermined_error(work))?
    };
    let (program, args) =
        Installer::Pip.command_line(&work.python, os_args(&["list", "--format=freeze"]));
    let listed = work
        .stdout_of(&program, args)
        .ok_or_else(|| undetermined_error(work))?;
    let names = listed
        .lines()
        .filter_map(|line| line.split_once("=="))
        .map(|(name, _)| name);
    let extra = |name: &&str| {
        let name = normalize_name(name);
        !NEVER_REMOVED.contains(&name.as_str()) && !wanted.contains(&name)
    };
    Ok(names.filter(extra).map(str::to_owned).collect())
}

fn required_names(asked: Vec<OsString>, work: &InstallerContext<'_>) -> Option<Vec<String>> {
    let report = tempfile::NamedTempFile::new_in(work.root).ok()?;
    let mut words = os_args(&[
        "install",
        "--quiet",
        "--dry-run",
        "--ignore-installed",
        "--report",
    ]);
    words.push(report.path().into());
    words.extend(asked);
    let (program, args) = Installer::Pip.command_line(&work.python, words);
    work.stdout_of(&program, args)?;
    let mut args = os_args(&["-I", "-c", REPORT_NAMES_SCRIPT]);
    args.push(report.path().into());
    let names = work.stdout_of(&work.python, args)?;
    Some(names.lines().map(normalize_name).collect())
}

/// A name as the index has it (PEP 503).
fn normalize_name(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

fn undetermined_error(work: &InstallerContext<'_>) -> InstallError {
    let why = "what nothing asks for cannot be told";
    let error = Error::failed(format!(
        "cannot remove what is extra from {}",
        printable(work.root)
    ))
    .with_cause("the installer does not tell what is asked for; pip does from 22.2 on")
    .with_hint("`vrun pip install --upgrade pip`, and then again");
    InstallError::Failed {
        error,
        reason: why.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_however_they_are_written() {
        for name in ["Flask-SQLAlchemy", "flask_sqlalchemy", "flask.-sqlalchemy"] {
            assert_eq!(normalize_name(name), "flask-sqlalchemy");
        }
    }
}
