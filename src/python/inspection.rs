//! An environment that is looked at without being trusted: the interpreters that may be asked about it.
//!
//! None that is in the environment or in the project is started, nor one that only their files name: what `-n`,
//! `--info` and their like read may be a clone that nobody has run anything of. What stands in for a lost Python is
//! chosen in the same way for a command that runs, so that it is what they say.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::fs::lies_in;
use crate::os;
use crate::process::Process;
use crate::venv::Venv;

use super::child_env;
use super::probe::Prober;
use super::probe_cache::usable_cache_dir;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Inspection<'a> {
    pub venv: &'a Venv,
    /// The project that it is looked at from.
    pub project: Option<&'a Path>,
    /// Whether the cache keeps the answers: not for an action that only reads.
    pub is_cached: bool,
    pub process: &'a Process,
}

impl Inspection<'_> {
    /// Runs `act` with a prober for such interpreters. They start in the root directory: a version manager's shim
    /// would start what the project's files say.
    pub(super) fn with_prober<T>(&self, act: impl FnOnce(&Prober<'_>) -> T) -> T {
        let off_limits = self.off_limits();
        let process = &without_path_entries(self.process, &off_limits);
        act(&Prober {
            process,
            cache_dir: usable_cache_dir(process).as_deref(),
            is_cached: self.is_cached,
            vars: &child_env::vars_for_python(process),
            cwd: Path::new("/"),
            off_limits: &off_limits,
            stop: &AtomicBool::new(false),
        })
    }

    /// The environment and the project. The home directory and those above it do not count as a project here: the
    /// user's own interpreters are below them.
    fn off_limits(&self) -> Vec<PathBuf> {
        let home = self.process.home_dir();
        let holds_home = |dir: &&Path| home.as_ref().is_some_and(|home| lies_in(home, dir));
        let project = self.project.filter(|dir| !holds_home(dir));
        let dirs = [Some(&*self.venv.root), project];
        dirs.into_iter().flatten().map(Path::to_owned).collect()
    }
}

/// The process with no entry of PATH in one of `dirs`, and none that depends on the working directory.
fn without_path_entries(process: &Process, dirs: &[PathBuf]) -> Process {
    let mut process = process.clone();
    for (name, value) in &mut process.vars {
        if os::is_same_var(name, "PATH") {
            let entries = os::split_paths(value);
            let kept = entries
                .filter(|entry| entry.is_absolute() && !dirs.iter().any(|dir| lies_in(entry, dir)));
            *value = os::join_paths(kept).unwrap_or_default();
        }
    }
    process
}
