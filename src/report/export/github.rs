//! A view -> what is appended to the files that GitHub Actions reads after each step: GITHUB_ENV, which sets
//! variables, and GITHUB_PATH, whose lines come first on PATH.
//!
//! Neither can unset, nor take an entry off PATH.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{emptied, text, unsayable};
use crate::error::{Error, reason, shown};
use crate::view::View;
use crate::world::World;

const READER: &str = "GitHub Actions";

/// What each of the two files gets.
#[derive(Debug)]
pub struct Entries {
    env: String,
    path: String,
}

/// What says the view of the environment whose scripts directory is `scripts`.
///
/// # Errors
/// A value is no text, or a directory more than a line.
pub fn entries(view: &View, scripts: &Path, world: &World) -> Result<Entries, Error> {
    let mut env = String::new();
    for (name, value) in view.set().filter(|(name, _)| *name != "PATH") {
        env.push_str(&variable(name, value)?);
    }
    for name in emptied(view, world) {
        env.push_str(&variable(name, OsStr::new(""))?);
    }
    let path = text("PATH", scripts.as_os_str(), READER)?;
    if path.contains(['\n', '\r']) {
        return Err(unsayable(
            "PATH",
            READER,
            "has an entry of more than a line",
        ));
    }
    Ok(Entries {
        env,
        path: format!("{path}\n"),
    })
}

/// A value of more than a line ends where a word stands that is not in it.
fn variable(name: &str, value: &OsStr) -> Result<String, Error> {
    let value = text(name, value, READER)?;
    if !value.contains(['\n', '\r']) {
        return Ok(format!("{name}={value}\n"));
    }
    let mut end = String::from("VRUN_END");
    while value.contains(&end) {
        end.push('_');
    }
    Ok(format!("{name}<<{end}\n{value}\n{end}\n"))
}

impl Entries {
    /// All that would be appended, for a person.
    pub fn told(&self) -> String {
        format!("{}{}", self.env, self.path)
    }

    /// Appends it.
    ///
    /// # Errors
    /// This is no step of GitHub Actions, or a file cannot be written.
    pub fn append(&self, world: &World) -> Result<(), Error> {
        let (env, path) = (named("GITHUB_ENV", world)?, named("GITHUB_PATH", world)?);
        for (file, text) in [(env, &self.env), (path, &self.path)] {
            append(&file, text).map_err(|error| {
                Error::failed(format!("cannot write to {}", shown(&file))).cause(reason(&error))
            })?;
        }
        Ok(())
    }
}

fn named(variable: &str, world: &World) -> Result<PathBuf, Error> {
    let file = world.setting(variable).map(PathBuf::from);
    file.ok_or_else(|| {
        Error::failed("this is no step of GitHub Actions")
            .cause(format_args!("{variable} is not set"))
            .hint("`vrun --export sh` prints the lines for a shell")
    })
}

/// What another step left without the end of its line stays a line of its own.
fn append(file: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.read(true).append(true).create(true).open(file)?;
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    let start = if last == [b'\n'] { "" } else { "\n" };
    file.write_all(format!("{start}{text}").as_bytes())
}
