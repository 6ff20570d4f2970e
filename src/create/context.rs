//! What every step of creating an environment works with.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::helper::{self, Helper};
use crate::os;
use crate::process::Verbosity;

#[derive(Clone, Copy, Debug)]
pub(crate) struct BuildContext<'a> {
    /// The variables of every helper process.
    pub vars: &'a [(OsString, OsString)],
    /// The lock file: a helper holds the lock as long as it runs.
    pub lock: &'a File,
    /// The cache directory, if it can be used.
    pub cache_dir: Option<&'a Path>,
    /// Becomes true on Ctrl-C, which ends the helper.
    pub stop: &'a AtomicBool,
    pub verbosity: Verbosity,
}

impl BuildContext<'_> {
    /// Runs a Python in `cwd`, a new environment: `-m` and `-c` import from the working directory, which should not
    /// contain the user's modules. After Ctrl-C the error is `Interrupted`.
    pub(crate) fn run_helper(
        &self,
        exe: &Path,
        args: Vec<OsString>,
        cwd: &Path,
    ) -> io::Result<Output> {
        let helper = Helper {
            program: exe,
            args,
            vars: self.vars,
            cwd,
            lock: Some(self.lock.try_clone()?),
            terminal: os::Terminal::open(),
        };
        helper::run_captured(helper, &|| self.stop.load(Ordering::Relaxed))
    }
}
