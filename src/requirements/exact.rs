//! What is installed, what is asked for -> the rest, shown and taken away: `--sync --exact`.
//!
//! pip stays, and with it what it builds with (setuptools, wheel), as `pip freeze` leaves them out.

use std::ffi::OsString;

use crate::error::{Error, shown};

use super::choice::{self, Source};
use super::installer::Installer;
use super::work::{Stop, Work, words_of};

/// Never taken away.
const KEPT: [&str; 3] = ["pip", "setuptools", "wheel"];

/// The names in pip's report of what it would install (pip's `--report`, version 1), by the environment's Python.
const NAMES: &str = "\
import json, sys
for item in json.load(open(sys.argv[1], encoding='utf-8'))['install']:
    print(item['metadata']['name'])
";

/// Takes away what `asked` does not ask for, nor anything that it asks for.
///
/// # Errors
/// It cannot be told, or taken away; Ctrl-C.
pub fn remove_extras(
    installer: &Installer,
    source: &Source,
    asked: Vec<OsString>,
    work: &Work<'_>,
) -> Result<(), Stop> {
    let extras = match installer {
        Installer::Uv(_) => by_uv(installer, asked, work)?,
        Installer::Pip => by_pip(source, asked, work)?,
    };
    if extras.is_empty() {
        return Ok(());
    }
    let names = extras.join(", ");
    let line = format!("removing {}: nothing asks for it", shown(&names));
    let line = match extras.len() {
        1 => line,
        _ => line.replace("for it", "for them"),
    };
    let mut words = words_of(&["uninstall"]);
    if *installer == Installer::Pip {
        words.push("--yes".into());
    }
    words.extend(extras.iter().map(OsString::from));
    let cannot = format!("cannot remove {} from {}", shown(&names), shown(work.root));
    work.step(installer, words, &line, &cannot).map(drop)
}

/// uv tells it itself.
fn by_uv(
    installer: &Installer,
    asked: Vec<OsString>,
    work: &Work<'_>,
) -> Result<Vec<String>, Stop> {
    let mut words = words_of(&["install", "--exact", "--dry-run", "--color", "never"]);
    words.extend(asked);
    let (program, args) = installer.call(&work.python, words);
    let said = work.hear(&program, args).ok_or_else(|| unknown(work))?;
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
        .filter(|name| !new.contains(name) && !KEPT.contains(&name.as_str()))
        .collect())
}

/// pip tells what it would install into an empty environment, and what is there.
fn by_pip(source: &Source, asked: Vec<OsString>, work: &Work<'_>) -> Result<Vec<String>, Stop> {
    let wanted = if choice::is_blank(source) {
        Vec::new()
    } else {
        required(asked, work).ok_or_else(|| unknown(work))?
    };
    let (program, args) = Installer::Pip.call(&work.python, words_of(&["list", "--format=freeze"]));
    let listed = work.ask(&program, args).ok_or_else(|| unknown(work))?;
    let names = listed
        .lines()
        .filter_map(|line| line.split_once("=="))
        .map(|(name, _)| name);
    let extra = |name: &&str| {
        let name = normal(name);
        !KEPT.contains(&name.as_str()) && !wanted.contains(&name)
    };
    Ok(names.filter(extra).map(str::to_owned).collect())
}

fn required(asked: Vec<OsString>, work: &Work<'_>) -> Option<Vec<String>> {
    let report = tempfile::NamedTempFile::new_in(work.root).ok()?;
    let mut words = words_of(&[
        "install",
        "--quiet",
        "--dry-run",
        "--ignore-installed",
        "--report",
    ]);
    words.push(report.path().into());
    words.extend(asked);
    let (program, args) = Installer::Pip.call(&work.python, words);
    work.ask(&program, args)?;
    let mut args = words_of(&["-I", "-c", NAMES]);
    args.push(report.path().into());
    let names = work.ask(&work.python, args)?;
    Some(names.lines().map(normal).collect())
}

/// A name as the index has it (PEP 503).
fn normal(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

fn unknown(work: &Work<'_>) -> Stop {
    let why = "what nothing asks for cannot be told";
    let error = Error::failed(format!(
        "cannot remove what is extra from {}",
        shown(work.root)
    ))
    .cause("the installer does not tell what is asked for; pip does from 22.2 on")
    .hint("`vrun pip install --upgrade pip`, and then again");
    Stop::Refused {
        error,
        why: why.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_however_they_are_written() {
        for name in ["Flask-SQLAlchemy", "flask_sqlalchemy", "flask.-sqlalchemy"] {
            assert_eq!(normal(name), "flask-sqlalchemy");
        }
    }
}
