//! An environment -> whether git keeps files of it, which every clone would then have with this machine's
//! paths in them, or would take them. git itself is asked, and nothing of the project is started by that.

use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::helper::{self, Helper};
use crate::process::Process;
use crate::{self_exe, venv};

/// Whether git tracks anything in the environment at `root`, as git itself says. No where there is no git, or
/// no repository.
pub(crate) fn is_tracked(root: &Path, process: &Process) -> bool {
    let words = ["ls-files", "--error-unmatch", "--", "."];
    run_git(&words, root, process) == Some(0)
}

/// Whether git would leave the environment at `root` alone, by whichever of its files of patterns (gitignore(5)).
/// None where there is no git, or no repository.
pub(crate) fn is_ignored(root: &Path, process: &Process) -> Option<bool> {
    let words = ["check-ignore", "-q", "--no-index", "--", venv::PYVENV_CFG];
    match run_git(&words, root, process)? {
        0 => Some(true),
        1 => Some(false),
        _ => None,
    }
}

/// What git, told these words in `root`, ends with.
fn run_git(words: &[&str], root: &Path, process: &Process) -> Option<i32> {
    // Nothing that lies in the project is to be started, so neither a `git` that was put there, nor what the
    // repository's own settings name. And not vrun as a shim, which would ask git in its turn.
    let project = root.parent().unwrap_or(root);
    let found = which::which_in_all("git", process.var("PATH"), root);
    let own = process.current_exe();
    let mut elsewhere = found.into_iter().flatten();
    let git = elsewhere
        .find(|file| !file.starts_with(project) && !self_exe::is_shim(file, own.as_deref()))?;
    let words = ["-c", "core.fsmonitor=false"].iter().chain(words);
    let helper = Helper {
        program: &git,
        args: words.map(OsString::from).collect(),
        vars: &process.vars,
        cwd: root,
        stdin: None,
    };
    let output = helper::run_captured(helper, &AtomicBool::new(false)).ok()?;
    output.status.code()
}
