//! An environment -> whether git keeps files of it, which every clone would then have with this machine's
//! paths in them.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::launch::{self, Helper};

/// Whether git tracks anything in the environment at `root`, as git itself says. No where there is no git, or
/// no repository. `path` is where git is looked for, and `vars` are the user's own.
pub fn is_tracked(root: &Path, path: Option<&OsStr>, vars: &[(OsString, OsString)]) -> bool {
    // Nothing that lies in the project is to be started, so neither a `git` that was put there, nor what the
    // repository's own settings name.
    let project = root.parent().unwrap_or(root);
    let found = which::which_in_all("git", path, root);
    let mut elsewhere = found.into_iter().flatten();
    let Some(git) = elsewhere.find(|file| !file.starts_with(project)) else {
        return false;
    };
    let words = ["-c", "core.fsmonitor=false", "ls-files", "--error-unmatch"];
    let words = words.into_iter().chain(["--", "."]);
    let helper = Helper {
        program: &git,
        args: words.map(OsString::from).collect(),
        vars,
        cwd: root,
        stdin: None,
    };
    let output = launch::run(helper, &AtomicBool::new(false));
    output.is_ok_and(|output| output.status.success())
}
