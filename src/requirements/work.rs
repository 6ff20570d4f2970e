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
        let told = telling(said);
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

/// What is typed where a project has [project], and is none that can be built.
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

/// The lines that say why, else the last ones: the errors, of which pip's last explains least, and the causes that uv
/// gives.
fn telling(said: &str) -> Vec<String> {
    let lines: Vec<_> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let why = |line: &&str| {
        let words = ["ERROR: ", "error: ", "cause: ", "× ", "╰─▶ "];
        let told = words.iter().find_map(|word| line.strip_prefix(word));
        // Python's own: `ModuleNotFoundError: ...`. That a process failed is known.
        let is_pythons = line
            .split(' ')
            .next()
            .is_some_and(|word| word.ends_with("Error:"));
        let told = told.or_else(|| is_pythons.then_some(*line));
        told.filter(|told| *told != "subprocess-exited-with-error")
            .map(shown)
    };
    let mut told: Vec<_> = lines.iter().filter_map(why).collect();
    // pip says the same before and after the reason.
    let is_reason = |line: &String| !line.ends_with(" did not run successfully.");
    if told.iter().any(is_reason) {
        told.retain(is_reason);
    }
    told.dedup();
    told.truncate(3);
    if told.is_empty() {
        return lines[lines.len().saturating_sub(3)..]
            .iter()
            .map(shown)
            .collect();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pip_and_uv_say_of_a_failure_is_picked_out() {
        let pip = "Collecting nope\nERROR: Could not find it\n\nERROR: No matching distribution found for nope\n";
        let found = [
            "Could not find it",
            "No matching distribution found for nope",
        ];
        assert_eq!(telling(pip), found);
        let build =
            "  error: subprocess-exited-with-error\n  × It did not run\n    KeyError: 'x'\n";
        assert_eq!(telling(build), ["It did not run", "KeyError: 'x'"]);
        let build = "× Building it did not run successfully.\n╰─> [1 lines of output]\n    error: Two packages\n\
            × Building it did not run successfully.\n";
        assert_eq!(telling(build), ["Two packages"]);
        assert_eq!(telling("one\ntwo\n"), ["one", "two"]);
        let uv = "error: No solution\n  cause: Because nope was not found\n";
        assert_eq!(telling(uv), ["No solution", "Because nope was not found"]);
        let uv = "Using Python 3.12\n  × No solution found:\n  ╰─▶ Because nope was not found,\n      it cannot be.\n";
        let found = ["No solution found:", "Because nope was not found,"];
        assert_eq!(telling(uv), found);
    }
}
