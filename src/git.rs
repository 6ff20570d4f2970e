//! What git says of an environment: every clone would get its files, with this machine's paths in them. git is run so
//! that it starts nothing from the project.

use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::helper::{self, Helper};
use crate::process::Process;
use crate::{self_exe, venv};

/// Whether git tracks a file of the environment at `root`. False without git or a repository.
pub(crate) fn is_tracked(root: &Path, process: &Process) -> bool {
    run_git(&["ls-files", "--error-unmatch", "--", "."], root, process) == Some(0)
}

/// Whether git ignores the environment at `root` (gitignore(5)). None without git or a repository.
pub(crate) fn is_ignored(root: &Path, process: &Process) -> Option<bool> {
    let args = ["check-ignore", "-q", "--no-index", "--", venv::PYVENV_CFG];
    match run_git(&args, root, process)? {
        0 => Some(true),
        1 => Some(false),
        _ => None,
    }
}

/// The exit code of git in `root`.
fn run_git(args: &[&str], root: &Path, process: &Process) -> Option<i32> {
    // Neither a `git` in the project nor what the repository's settings name may be started; nor vrun as a shim, which
    // would ask git in its turn.
    let project = root.parent().unwrap_or(root);
    let self_exe = process.current_exe();
    let mut found = which::which_in_all("git", process.var("PATH"), root).ok()?;
    let git = found
        .find(|file| !file.starts_with(project) && !self_exe::is_shim(file, self_exe.as_deref()))?;
    let args = ["-c", "core.fsmonitor=false"].iter().chain(args);
    let helper = Helper {
        program: &git,
        args: args.map(OsString::from).collect(),
        vars: &process.vars,
        cwd: root,
        stdin: None,
    };
    helper::run_captured(helper, &AtomicBool::new(false))
        .ok()?
        .status
        .code()
}
