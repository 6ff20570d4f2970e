//! A step of the installing -> a process that is run to its end, what is shown of it, and what is said where it fails.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::create;
use crate::error::{Error, reason, shown};
use crate::launch::{self, Helper};
use crate::voice::{self, Voice};

use super::installer::Installer;
use super::progress::{Progress, Reader};

/// Where all that a failed installer said is kept, in the environment.
const LOG: &str = "vrun-install.log";

/// What the work is done with.
#[derive(Debug)]
pub struct Work<'a> {
    /// The environment.
    pub root: &'a Path,
    /// Its Python.
    pub python: PathBuf,
    /// The project's root, where the installer works.
    pub project: &'a Path,
    /// All variables of the installer.
    pub vars: &'a [(OsString, OsString)],
    /// The lock: it is held as long as an installer runs, even where vrun is killed before it.
    pub lock: &'a File,
    /// Set by Ctrl-C.
    pub stop: &'a AtomicBool,
    /// Where the steps are followed.
    pub reader: Reader,
    /// What is typed where it fails.
    pub retry: &'static str,
    /// How much is said.
    pub voice: Voice,
}

/// Why the work ends early.
#[derive(Debug)]
pub enum Stop {
    /// Ctrl-C: it is taken up again.
    Interrupted,
    /// What is asked for cannot be had.
    Refused {
        /// For now.
        error: Error,
        /// For later runs, in a few words.
        why: String,
    },
}

/// Words that are known here.
pub fn words_of(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

impl Work<'_> {
    fn helper<'h>(&'h self, program: &'h Path, args: Vec<OsString>) -> io::Result<Helper<'h>> {
        Ok(Helper {
            program,
            args,
            vars: self.vars,
            cwd: self.project,
            stdin: Some(self.lock.try_clone()?),
        })
    }

    /// What a program prints that does well; None where it does not.
    pub fn ask(&self, program: &Path, args: Vec<OsString>) -> Option<String> {
        let output = launch::run(self.helper(program, args).ok()?, self.stop).ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(text)
    }

    /// The same of one that writes to stderr.
    pub fn hear(&self, program: &Path, args: Vec<OsString>) -> Option<String> {
        let helper = self.helper(program, args).ok()?;
        let (status, said) = launch::follow(helper, self.stop, &mut |_| {}).ok()?;
        status.success().then_some(said)
    }

    /// Has the installer do one thing, which `line` tells. `cannot` is what is said first where it fails.
    ///
    /// # Errors
    /// It cannot be started, or fails; Ctrl-C.
    pub fn step(
        &self,
        installer: &Installer,
        words: Vec<OsString>,
        line: &str,
        cannot: &str,
    ) -> Result<Duration, Stop> {
        let (program, args) = installer.call(&self.python, words);
        let progress = Progress::begin(line, self.reader, self.voice);
        let mut hear = |said: &str| progress.hear(said);
        let helper = self.helper(&program, args);
        let ended = helper.and_then(|helper| launch::follow(helper, self.stop, &mut hear));
        let took = progress.end();
        if self.stop.load(Ordering::Relaxed) {
            return Err(Stop::Interrupted);
        }
        match ended {
            Ok((status, _)) if status.success() => Ok(took),
            Ok((_, said)) => Err(self.refused(installer, &said, cannot)),
            Err(error) => {
                let why = format!("{}: {}", shown(&program), reason(&error));
                let error = Error::failed(cannot).cause(&why).hint(self.retry);
                Err(Stop::Refused { error, why })
            }
        }
    }

    /// What the installer said is shown in full, and kept.
    fn refused(&self, installer: &Installer, said: &str, cannot: &str) -> Stop {
        voice::write(said);
        let log = self.root.join(LOG);
        let told = create::telling(said);
        let mut error = told.iter().fold(Error::failed(cannot), Error::cause);
        if fs::write(&log, said).is_ok() {
            let name = installer.name();
            error = error.cause(format_args!("all that {name} said is in {}", shown(&log)));
        }
        let why = match &told[..] {
            [] => "the installer failed".to_owned(),
            // What uv says first is what it could not do; why comes next.
            [what, cause, ..] if matches!(installer, Installer::Uv(_)) => {
                format!("{what}: {cause}")
            }
            [what, ..] => what.clone(),
        };
        // setuptools has it so for what is no package at all, such as an application.
        let is_no_package = said.contains("Multiple top-level ");
        let hint = if is_no_package {
            NO_PACKAGE
        } else {
            self.retry
        };
        Stop::Refused {
            error: error.hint(hint),
            why,
        }
    }

    /// The work is done: there is nothing to read about it.
    pub fn forget_failures(&self) {
        let _ = fs::remove_file(self.root.join(LOG));
    }
}

/// What is typed where a project's requirements cannot be had.
pub const RETRY: &str = "`vrun --sync` tries again, and other commands run with what there is";

/// What is typed where a project has `[project]`, and is none that can be built.
const NO_PACKAGE: &str = "`py-modules = []` below [tool.setuptools] in pyproject.toml has what it requires installed \
    alone; or list that in a requirements.txt; or go on without: `vrun --no-install ...`";

/// Ctrl-C, as it is said.
impl From<Stop> for Error {
    fn from(stop: Stop) -> Error {
        match stop {
            Stop::Interrupted => create::interrupted(),
            Stop::Refused { error, .. } => error,
        }
    }
}
