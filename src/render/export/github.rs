//! A view -> what is appended to the files that GitHub Actions reads after each step: GITHUB_ENV, which sets
//! variables, and GITHUB_PATH, whose lines come first on PATH.
//!
//! Neither can unset a variable or remove an entry from PATH.

use std::ffi::OsStr;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, io_reason};
use crate::fs::open_named_for_append;
use crate::os;
use crate::process::Process;
use crate::quote::printable;
use crate::view::View;

use super::values::{unrepresentable, utf8_value, vars_to_empty};

const TARGET_NAME: &str = "GitHub Actions";

/// The text to append to each of the two files.
#[derive(Debug)]
pub(crate) struct Entries {
    env: String,
    path: String,
}

/// The entries for the view of the environment with the scripts directory `scripts`.
///
/// # Errors
/// A value is not UTF-8, or the directory has a newline.
pub(crate) fn build_entries(
    view: &View,
    scripts: &Path,
    process: &Process,
) -> Result<Entries, Error> {
    let mut env = String::new();
    for (name, value) in view.vars_to_set().filter(|(name, _)| *name != "PATH") {
        env.push_str(&env_entry(name, value)?);
    }
    for name in vars_to_empty(view, process) {
        env.push_str(&env_entry(name, OsStr::new(""))?);
    }
    let path = utf8_value("PATH", scripts.as_os_str(), TARGET_NAME)?;
    if path.contains(['\n', '\r']) {
        return Err(unrepresentable(
            "PATH",
            TARGET_NAME,
            "has an entry of more than one line",
        ));
    }
    Ok(Entries {
        env,
        path: format!("{path}\n"),
    })
}

/// A value of several lines ends at a delimiter that does not occur in it.
fn env_entry(name: &str, value: &OsStr) -> Result<String, Error> {
    let value = utf8_value(name, value, TARGET_NAME)?;
    if !value.contains(['\n', '\r']) {
        return Ok(format!("{name}={value}\n"));
    }
    let mut delimiter = String::from("VRUN_END");
    while value.contains(&delimiter) {
        delimiter.push('_');
    }
    Ok(format!("{name}<<{delimiter}\n{value}\n{delimiter}\n"))
}

impl Entries {
    /// For `-n`.
    pub(crate) fn preview(&self) -> String {
        format!("{}{}", self.env, self.path)
    }

    /// # Errors
    /// This is not a step of GitHub Actions, or a file cannot be written.
    pub(crate) fn append(&self, process: &Process) -> Result<(), Error> {
        let (env, path) = (
            file_from_var("GITHUB_ENV", process)?,
            file_from_var("GITHUB_PATH", process)?,
        );
        for (file, text) in [(env, &self.env), (path, &self.path)] {
            append_lines(&file, text).map_err(|error| {
                Error::failed(format!("cannot write to {}", printable(&file)))
                    .with_cause(io_reason(&error))
            })?;
        }
        Ok(())
    }
}

fn file_from_var(variable: &str, process: &Process) -> Result<PathBuf, Error> {
    let file = process.non_empty_var(variable).map(PathBuf::from);
    file.ok_or_else(|| {
        Error::failed("this is not a step of GitHub Actions")
            .with_cause(format_args!("{variable} is not set"))
            .with_hint(format!(
                "`vrun --export {}` prints the lines for a shell",
                os::HINT_SHELL
            ))
    })
}

/// Starts a new line if another step left its last one unfinished.
fn append_lines(file: &Path, text: &str) -> io::Result<()> {
    let mut file = open_named_for_append(file)?;
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    let start = if last == [b'\n'] { "" } else { "\n" };
    file.write_all(format!("{start}{text}").as_bytes())
}
