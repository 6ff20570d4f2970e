//! An environment -> whether git keeps files of it, which every clone would then have with this machine's
//! paths in them, or would take them. git itself is asked, and nothing of the project is started by that.

use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::itself;
use crate::launch::{self, Helper};
use crate::venv;
use crate::world::World;

/// Whether git tracks anything in the environment at `root`, as git itself says. No where there is no git, or
/// no repository.
pub fn is_tracked(root: &Path, world: &World) -> bool {
    let words = ["ls-files", "--error-unmatch", "--", "."];
    git(&words, root, world) == Some(0)
}

/// Whether git would leave the environment at `root` alone, by whichever of its files of patterns (gitignore(5)).
/// None where there is no git, or no repository.
pub fn is_ignored(root: &Path, world: &World) -> Option<bool> {
    let words = ["check-ignore", "-q", "--no-index", "--", venv::MARKER];
    match git(&words, root, world)? {
        0 => Some(true),
        1 => Some(false),
        _ => None,
    }
}

/// What git, told these words in `root`, ends with.
fn git(words: &[&str], root: &Path, world: &World) -> Option<i32> {
    // Nothing that lies in the project is to be started, so neither a `git` that was put there, nor what the
    // repository's own settings name. And not vrun as a shim, which would ask git in its turn.
    let project = root.parent().unwrap_or(root);
    let found = which::which_in_all("git", world.var("PATH"), root);
    let own = world.own();
    let mut elsewhere = found.into_iter().flatten();
    let git = elsewhere
        .find(|file| !file.starts_with(project) && !itself::is_shim(file, own.as_deref()))?;
    let words = ["-c", "core.fsmonitor=false"].iter().chain(words);
    let helper = Helper {
        program: &git,
        args: words.map(OsString::from).collect(),
        vars: &world.vars,
        cwd: root,
        stdin: None,
    };
    let output = launch::run(helper, &AtomicBool::new(false)).ok()?;
    output.status.code()
}
